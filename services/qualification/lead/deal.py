"""A lead goes where its deals go.

Usually that is the deal of its current cycle. A rep may also reopen a deal of an earlier cycle while the lead is worked
anew: a lead without an open deal then joins the reopened one, and a lead with another deal remembers it. The lead of a
deal that is won becomes a customer, whichever of its deals that is.
"""

from datetime import datetime

from services.qualification.lead import commands, events
from services.qualification.lead.context import Context
from services.qualification.lead.fields import LeadFields, Lifecycle
from services.qualification.lead.hand_over import join
from services.qualification.lead.lifecycle import TRANSITIONS, Trigger
from services.qualification.lead.state import Deal, Lead, NotExisting, State, after_all


def follow_deal(state: State, command: commands.FollowDeal, at: datetime, context: Context) -> list[events.LeadEvent]:
    """The events of the lead that follow from an event of a deal; none when it is no deal of the lead, or the table has
    no pair for what happened."""
    if isinstance(state, NotExisting) or command.opportunity_id not in state.deals:
        return []
    if state.fields.opportunity_id == command.opportunity_id or ended_last_cycle(state, command):
        return follow_current_deal(state, command, at, context)
    return follow_other_deal(state, command, at, context)


def ended_last_cycle(lead: Lead, command: commands.FollowDeal) -> bool:
    """A reopened deal resumes the cycle that it ended, as long as the lead is where that left it."""
    is_last = command.happened == "reopen" and lead.cycles[-1].opportunity_id == command.opportunity_id
    return is_last and (lead.fields.lifecycle, trigger_of(command)) in TRANSITIONS


def follow_current_deal(
    lead: Lead, command: commands.FollowDeal, at: datetime, context: Context
) -> list[events.LeadEvent]:
    to = TRANSITIONS.get((lead.fields.lifecycle, trigger_of(command)))
    if to is None:
        return []
    followed = [moved_with_deal(lead, command, to)]
    after = after_all(lead, followed, at)
    return [*followed, *(join_open_deal(after, at, context) if to is Lifecycle.NURTURE else [])]


def trigger_of(command: commands.FollowDeal) -> Trigger:
    match command.happened:
        case "qualify":
            return Trigger.QUALIFIED
        case "win":
            return Trigger.WON
        case "lose" | "recycle":
            return Trigger.ENDED
        case "reopen":
            return Trigger.REOPENED_QUALIFIED if command.qualified else Trigger.REOPENED


def moved_with_deal(lead: Lead, command: commands.FollowDeal, to: Lifecycle) -> events.LeadEvent:
    fields = lead.fields._replace(lifecycle=to, opportunity_id=command.opportunity_id, reason=command.reason)
    match command.happened:
        case "qualify":
            return events.LeadSql(after=fields, qualified_at=qualified_at(lead, command))
        case "win":
            return events.LeadWon(after=fields)
        case "lose":
            return events.LeadNurtured(after=without_deal(fields), because="lost", revisit_on=None)
        case "recycle":
            return events.LeadNurtured(after=without_deal(fields), because="recycled", revisit_on=None)
        case "reopen":
            resumed = fields._replace(next_revisit=None, next_revisit_at=None, revisit_due_at=None)
            return events.LeadReopened(after=resumed)


def qualified_at(lead: Lead, command: commands.FollowDeal) -> datetime | None:
    """When the deal was qualified, but not before the lead belonged to it."""
    joined_at = lead.cycles[-1].srl_at
    if command.happened_at is None or joined_at is None:
        return command.happened_at
    return max(joined_at, command.happened_at)


def without_deal(fields: LeadFields) -> LeadFields:
    return fields._replace(
        opportunity_id=None, refused=None, next_revisit=None, next_revisit_at=None, revisit_due_at=None
    )


def join_open_deal(lead: Lead, at: datetime, context: Context) -> list[events.LeadEvent]:
    """The lead lost its deal, but belongs to another one that is open."""
    for opportunity_id, deal in reversed([*lead.deals.items()]):
        if deal.is_open:
            return join_again(lead, opportunity_id, deal, at, context)
    return []


def follow_other_deal(
    lead: Lead, command: commands.FollowDeal, at: datetime, context: Context
) -> list[events.LeadEvent]:
    known = lead.deals[command.opportunity_id]
    deal = after_command(known, command)
    if deal == known or not (known.is_open or command.happened == "reopen"):
        return []
    lifecycle = lead.fields.lifecycle
    if command.happened == "win" and lifecycle is not Lifecycle.CUSTOMER:
        return become_customer(lead, command, deal, at, context)
    if deal.is_open and lifecycle not in (Lifecycle.SRL, Lifecycle.SQL, Lifecycle.CUSTOMER):
        return join_again(lead, command.opportunity_id, deal, at, context)
    return [
        events.OtherDealChanged(
            after=lead.fields,
            other_opportunity_id=command.opportunity_id,
            is_open=deal.is_open,
            qualified=deal.qualified,
        )
    ]


def after_command(deal: Deal, command: commands.FollowDeal) -> Deal:
    is_open = command.happened in ("qualify", "reopen")
    return Deal(deal.account, deal.owner, deal.motion, deal.pipeline, is_open, command.qualified)


def become_customer(
    lead: Lead, command: commands.FollowDeal, deal: Deal, at: datetime, context: Context
) -> list[events.LeadEvent]:
    """Follows the rows of the table: into the deal, unless the lead has another one; SQL; customer."""
    joined: list[events.LeadEvent] = []
    if lead.fields.lifecycle not in (Lifecycle.SRL, Lifecycle.SQL):
        joined = join_again(lead, command.opportunity_id, deal, at, context)
    fields = after_all(lead, joined, at).fields._replace(opportunity_id=command.opportunity_id)
    if fields.lifecycle is Lifecycle.SRL:
        joined.append(sql := events.LeadSql(after=fields._replace(lifecycle=Lifecycle.SQL)))
        fields = sql.after
    return [*joined, events.LeadWon(after=fields._replace(lifecycle=Lifecycle.CUSTOMER, reason=command.reason))]


def join_again(lead: Lead, opportunity_id: str, deal: Deal, at: datetime, context: Context) -> list[events.LeadEvent]:
    """Joins the deal as by a hand-over to an open one: SRL, and SQL if the deal is qualified. BANT was met when the
    lead became the deal."""
    terms = commands.KnownDeal(
        account=deal.account, owner=deal.owner, motion=deal.motion, pipeline=deal.pipeline, is_open=True
    )
    joined = join(lead, opportunity_id, terms, at, context)
    if deal.qualified:
        fields = after_all(lead, joined, at).fields
        joined = [*joined, events.LeadSql(after=fields._replace(lifecycle=Lifecycle.SQL))]
    return joined
