"""Warnings about filters that found nothing, because what they name is not there."""

from services.pipeline.api.owner_warnings import DETAILS
from services.pipeline.process.decider import ALL, DECIDER
from services.pipeline.projections import opportunities
from services.pipeline.projections.opportunities import OpportunityFilter
from shared.organisation import org_nodes
from shared.web.requests.paging import FilterWarning
from shared.web.routing.call import Call
from shared.web.routing.folded import no_texts


async def unknown_names(
    call: Call, *, stage: str | None = None, owner: str | None = None, account: str | None = None
) -> list[FilterWarning]:
    """Warnings for a list without items. To be called after `call.read`: what a confined caller may not see counts as
    not there."""
    warnings = []
    if stage is not None and (known := await other_stages(call, stage)):
        detail = f"there is no stage {stage}; known are {', '.join(known)}"
        warnings.append(FilterWarning(code="stage_unknown", detail=detail))
    if owner is not None and not await is_owner(call, owner):
        warnings.append(FilterWarning(code="owner_unassigned", detail=DETAILS["owner_unassigned"]))
    if account is not None and not await has_deals(call, OpportunityFilter(account=account)):
        warnings.append(FilterWarning(code="account_unknown", detail=f"no deal has the account {account}"))
    return warnings


async def other_stages(call: Call, stage: str) -> list[str]:
    """The stages of all processes, to name in a warning; none if this is one of them, or a deal has it from an earlier
    version of a process."""
    processes = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state.values()
    known = {name for each in processes for name in (*(one.stage for one in each.stages), each.won, each.lost)}
    if stage in known:
        return []
    return [] if await has_deals(call, OpportunityFilter(stage=stage)) else sorted(known)


async def is_owner(call: Call, owner: str) -> bool:
    if not call.subtree.includes(owner):
        return False
    async with call.context.reads.connect() as tx:
        if await org_nodes.find_node(tx, owner) is not None:
            return True
    return await has_deals(call, OpportunityFilter(owner=owner))


async def has_deals(call: Call, criteria: OpportunityFilter) -> bool:
    async with call.context.reads.connect() as tx:
        return bool(await opportunities.find(tx, criteria, call.subtree.nodes, None, 0))
