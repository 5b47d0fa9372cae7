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
from shared.store.folded_streams import read_states
from shared.web.callers.place import Subtree
from shared.web.routing.call import Call

Permit = Callable[[State], None]
Owners = Mapping[str, str]
"""The owners of deals, by the deals' ids."""
NO_LEAD = "none"
"""An id that no lead has."""


async def is_visible(tx: AsyncConnection, state: State, subtree: Subtree) -> bool:
    """A lead that does not exist costs the same statements as one that is elsewhere."""
    survivor = await survivor_of(tx, state)
    return is_inside(survivor, subtree, await deals.owners_of(tx, deals_of(survivor)))


async def survivor_of(tx: AsyncConnection, state: State) -> State:
    """The lead that a merged one is worked as; any other as it is, for the same statements."""
    into = merged_into(state)
    read = (await read_states(tx, DECIDER, [into or NO_LEAD]))[into or NO_LEAD]
    return state if into is None else read


def merged_into(state: State) -> str | None:
    return None if isinstance(state, NotExisting) else state.fields.merged_into


def is_inside(lead: State, subtree: Subtree, owners: Owners) -> bool:
    if not isinstance(lead, Lead):
        return False
    fields = lead.fields
    return subtree.includes(fields.sdr) or is_unclaimed(fields) or subtree.includes(deal_owner(lead, owners))


def is_unclaimed(fields: LeadFields) -> bool:
    return fields.sdr is None and queued_at(fields) is not None


def deals_of(state: State) -> list[str]:
    known = None if isinstance(state, NotExisting) else state.fields.opportunity_id
    return [] if known is None else [known]


def deal_owner(lead: Lead, owners: Owners) -> str | None:
    """The owner of the lead's deal by pipeline or, until its first event has arrived, by the hand-over."""
    opportunity_id = lead.fields.opportunity_id or ""
    handed_over = lead.deals.get(opportunity_id)
    return owners.get(opportunity_id) or (handed_over.owner if handed_over else None)


async def permit_work(call: Call, lead_id: str, to_owner: str | None = None) -> Permit | None:
    """`to_owner`: whom the lead is handed over to, or who claims it. None for a caller who may work every lead."""
    if not call.caller.is_confined:
        return None
    async with call.read() as tx:
        survivor = await survivor_of(tx, (await read_states(tx, DECIDER, [lead_id]))[lead_id])
        subtree, owners = call.subtree, await deals.owners_of(tx, deals_of(survivor))

    def permit(state: State) -> None:
        if not is_inside(state if merged_into(state) is None else survivor, subtree, owners):
            raise Missing("there is no such lead")
        if to_owner is not None and not subtree.includes(to_owner):
            raise Denied(f"{to_owner} is not below {subtree.node}")

    return permit
