"""A lead goes where its deal goes; whatever the table has no pair for is no event."""

from services.qualification.lead.commands import FollowDeal
from services.qualification.lead.events import (
    LeadErased,
    LeadEvent,
    LeadReopened,
    LeadSql,
    LeadWon,
    Lifecycle,
)
from services.qualification.lead.lifecycle import TABLE, On
from services.qualification.lead.state import Lead, NotThere, State
from services.qualification.lead.working import nurtured


def follow(state: State, command: FollowDeal) -> list[LeadEvent]:
    if isinstance(state, NotThere) or not concerns(state, command):
        return []
    to = TABLE.get((state.standing.lifecycle, on(command)))
    return [] if to is None else [followed(state, command, to)]


def concerns(lead: Lead, command: FollowDeal) -> bool:
    """The deal is that of the current cycle; a reopened one, of the last cycle: nothing but the deal ended that."""
    if command.happened != "reopen":
        return lead.standing.opportunity_id == command.opportunity_id
    last = lead.cycles[-1] if lead.cycles else None
    return last is not None and last.opportunity_id == command.opportunity_id


def on(command: FollowDeal) -> On:
    match command.happened:
        case "qualify":
            return On.QUALIFIED
        case "win":
            return On.WON
        case "lose" | "recycle":
            return On.ENDED
        case "reopen":
            return On.REOPENED_QUALIFIED if command.qualified else On.REOPENED


def followed(lead: Lead, command: FollowDeal, to: Lifecycle) -> LeadEvent:
    after = lead.standing.after(lifecycle=to, opportunity_id=command.opportunity_id, reason=command.reason)
    match command.happened:
        case "qualify":
            return LeadSql(**after)
        case "win":
            return LeadWon(**after)
        case "lose":
            return nurtured(lead, "lost", command.reason)
        case "recycle":
            return nurtured(lead, "recycled", command.reason)
        case "reopen":
            return LeadReopened(**after | {"next_revisit": None})


def erase(state: State) -> list[LeadEvent]:
    """Its deals' texts go, too: also those of a hand-over that was refused."""
    if isinstance(state, NotThere) or state.standing.erased:
        return []
    return [LeadErased(opportunity_ids=state.handed_over, **state.standing.after(erased=True))]
