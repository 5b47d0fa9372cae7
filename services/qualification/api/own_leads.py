"""The leads that a caller confined to a part of the organisation may see and work.

Leads have no owner. A lead is inside when its SDR is, or the owner of its deal, or when it waits in the queue and
nobody has claimed it.
"""

from collections.abc import Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import LeadFields
from services.qualification.lead.state import Lead, NotExisting, State
from services.qualification.projections import deals
from services.qualification.projections.leads import queued_at
from shared.rules.message import Denied, Missing
from shared.web.call import Call
from shared.web.place import Subtree

Permit = Callable[[State], None]
Owners = Mapping[str, str]
"""Of deals, by their ids."""


async def is_visible(tx: AsyncConnection, state: State, subtree: Subtree) -> bool:
    """A lead that does not exist costs the same statements as one that is elsewhere."""
    if isinstance(state, Lead) and state.fields.merged_into is not None:  # the lead that it is worked as decides
        return True
    owners = await deals.owners_of(tx, deals_of(state))
    return isinstance(state, Lead) and is_inside(state, subtree, owners)


def is_inside(lead: Lead, subtree: Subtree, owners: Owners) -> bool:
    fields = lead.fields
    return subtree.includes(fields.sdr) or is_unclaimed(fields) or subtree.includes(deal_owner(lead, owners))


def is_unclaimed(fields: LeadFields) -> bool:
    return fields.sdr is None and queued_at(fields) is not None


def deals_of(state: State) -> list[str]:
    known = None if isinstance(state, NotExisting) else state.fields.opportunity_id
    return [] if known is None else [known]


def deal_owner(lead: Lead, owners: Owners) -> str | None:
    """As pipeline says, or, until its first event has arrived, the hand-over."""
    opportunity_id = lead.fields.opportunity_id or ""
    handed_over = lead.deals.get(opportunity_id)
    return owners.get(opportunity_id) or (handed_over.owner if handed_over else None)


async def permit_work(call: Call, lead_id: str, to_owner: str | None = None) -> Permit | None:
    """`to_owner`: whom the lead is handed over to, or who claims it. None for a caller who may work every lead."""
    if not call.caller.is_confined:
        return None
    async with call.read() as tx:
        subtree, owners = call.subtree, await owners_of(call, tx, lead_id)

    def permit(state: State) -> None:
        if isinstance(state, NotExisting):
            raise Missing("there is no such lead")
        if state.fields.merged_into is None and not is_inside(state, subtree, owners):
            raise Missing("there is no such lead")
        if to_owner is not None and not subtree.includes(to_owner):
            raise Denied(f"{to_owner} is not below {subtree.node}")

    return permit


async def owners_of(call: Call, tx: AsyncConnection, lead_id: str) -> Owners:
    """Of the deals of the lead and, if it is merged into another one, of that one."""
    state = (await call.states(tx, DECIDER, [lead_id]))[lead_id]
    into = None if isinstance(state, NotExisting) else state.fields.merged_into
    survivor = state if into is None else (await call.states(tx, DECIDER, [into]))[into]
    return await deals.owners_of(tx, deals_of(survivor))
