"""The hand-over of a lead to a rep. The route looks up the account's other deals and the owner, and adds them."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from services.qualification.api.changes import WritesWithin, write_lead
from services.qualification.api.leads import LeadId, fold_lead
from services.qualification.lead import commands
from services.qualification.lead.account import account_of_domain
from services.qualification.lead.state import NotExisting, State
from services.qualification.projections import deals
from shared.organisation import org_nodes
from shared.store.write_request import WriteResult
from shared.web.documents.openapi import READ_AFTER_THIS, response_links
from shared.web.routing.call import Call

router = APIRouter(tags=["leads"])


class HandOverWarning(BaseModel):
    code: str
    detail: str
    count: int


class HandedOver(BaseModel):
    opportunity_id: str
    position: int
    warnings: list[HandOverWarning]


DEAL = "/pipeline/v1/opportunities/{opportunity_id}"
ID = {"opportunity_id": "$response.body#/opportunity_id"}
LINKS = response_links(
    opportunity=(f"GET {DEAL}", ID | READ_AFTER_THIS),
    history=(f"GET {DEAL}/history", ID | READ_AFTER_THIS),
    qualify=(f"POST {DEAL}/qualify", ID),
    win=(f"POST {DEAL}/win", ID),
    lose=(f"POST {DEAL}/lose", ID),
    lead=("GET /qualification/v1/leads/{lead_id}", {"lead_id": "$request.path.lead_id", **READ_AFTER_THIS}),
)
DETAILS = {
    "open_opportunity_on_account": "the account has another open opportunity",
    "owner_unassigned": "the owner is not in the organisation",
    "owner_inactive": "the owner has left the organisation",
}


@router.post("/leads/{lead_id}/hand-over", status_code=201, responses={201: LINKS})
async def hand_over_lead(lead_id: LeadId, body: commands.HandOver, call: WritesWithin) -> HandedOver:
    """Make a lead an SRL: it becomes an opportunity in the first stage or, with `opportunity_id` alone, part of that
    open one. If pipeline refuses it, the lead is in the queue again."""
    if body.opportunity_id is not None:
        return await attach(call, lead_id, body.opportunity_id)
    found = await fold_lead(call, lead_id)
    account = body.account or account_of(found.state)
    async with call.read() as tx:
        others = await deals.open_on(tx, account, call.subtree.nodes) if account else []
        won = await deals.is_won(tx, account) if account else False
        owner = await org_nodes.find_node(tx, body.owner or "")
    command = commands.HandOverAsDeal(
        body=body, opportunity_id=str(call.context.clock_and_ids.new_id()), account_won=won
    )
    warnings = {
        "open_opportunity_on_account": len(others),
        "owner_unassigned": int(owner is None),
        "owner_inactive": int(owner is not None and not owner.active),
    }

    def reply(state: State) -> Mapping[str, Any]:
        return ids(state) | {"warnings": warnings}

    return handed_over(await write_lead(call, lead_id, command, to_owner=body.owner, reply=reply))


async def attach(call: Call, lead_id: str, opportunity_id: str) -> HandedOver:
    async with call.read() as tx:
        row = await deals.find_deal(tx, opportunity_id)
        if row is not None and not call.subtree.includes(row["owner"]):
            row = None
    command = commands.AttachToDeal(opportunity_id=opportunity_id, deal=known_deal(row) if row else None)
    return handed_over(await write_lead(call, lead_id, command, reply=ids))


def known_deal(row: Mapping[str, Any]) -> commands.KnownDeal:
    return commands.KnownDeal(
        account=row["account"],
        owner=row["owner"],
        motion=row["motion"],
        pipeline=row["pipeline"],
        is_open=row["outcome"] is None,
    )


def account_of(state: State) -> str | None:
    return None if isinstance(state, NotExisting) else account_of_domain(state.fields.domain)


def ids(state: State) -> dict[str, Any]:
    return {} if isinstance(state, NotExisting) else {"opportunity_id": state.fields.opportunity_id}


def handed_over(result: WriteResult) -> HandedOver:
    """A repeated answer has the warnings of the first one."""
    counts: Mapping[str, int] = result.body.get("warnings", {})
    warnings = [
        HandOverWarning(code=code, detail=detail, count=counts[code])
        for code, detail in DETAILS.items()
        if counts.get(code)
    ]
    return HandedOver(opportunity_id=result.body["opportunity_id"], position=result.position, warnings=warnings)
