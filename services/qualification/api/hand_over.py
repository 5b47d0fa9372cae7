"""From SDR to rep: what other deals there are on the account is looked up, then put into the command."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from services.qualification.api.leads import LeadId, Writes
from services.qualification.lead.commands import AttachTo, HandOver, HandOverAs, KnownDeal
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.state import NotThere, State
from services.qualification.projections import deals
from shared.store.write_request import WriteResult
from shared.web.call import Call
from shared.web.openapi import READ_AFTER_THIS, response_links

router = APIRouter(tags=["leads"])


class Warned(BaseModel):
    code: str
    detail: str
    count: int


class HandedOver(BaseModel):
    opportunity_id: str
    position: int
    warnings: list[Warned]


DEAL = "/pipeline/v1/opportunities/{opportunity_id}"
ID = {"opportunity_id": "$response.body#/opportunity_id"}
LED_TO = response_links(
    opportunity=(f"GET {DEAL}", ID | READ_AFTER_THIS),
    history=(f"GET {DEAL}/history", ID | READ_AFTER_THIS),
    qualify=(f"POST {DEAL}/qualify", ID),
    win=(f"POST {DEAL}/win", ID),
    lose=(f"POST {DEAL}/lose", ID),
    lead=("GET /qualification/v1/leads/{lead_id}", {"lead_id": "$request.path.lead_id", **READ_AFTER_THIS}),
)


@router.post("/leads/{lead_id}/hand-over", status_code=201, responses={201: LED_TO})
async def hand_over(lead_id: LeadId, asked: HandOver, call: Writes) -> HandedOver:
    """The lead becomes SRL, and by itself an opportunity in the first stage. Or, with `opportunity_id` alone, it is
    attached to that open one. What pipeline refuses brings the lead back into the queue."""
    if asked.opportunity_id is not None:
        return await attach(call, lead_id, asked.opportunity_id)
    known = await call.fold(DECIDER, lead_id, lambda state: [])
    account = asked.account or domain_of(known.state)
    async with call.read() as tx:
        others = await deals.open_on(tx, account) if account else []
        won = await deals.is_won(tx, account) if account else False
    command = HandOverAs(asked=asked, opportunity_id=str(call.context.clock_and_ids.new_id()), account_won=won)

    def reply(state: State) -> Mapping[str, Any]:
        return ids(state) | {"open_deals": len(others)}

    return answered(await call.write(DECIDER, lead_id, command, reply=reply))


async def attach(call: Call, lead_id: str, opportunity_id: str) -> HandedOver:
    async with call.read() as tx:
        found = await deals.one(tx, opportunity_id)
    deal = KnownDeal.model_validate(known_deal(found)) if found else None
    command = AttachTo(opportunity_id=opportunity_id, deal=deal)
    return answered(await call.write(DECIDER, lead_id, command, reply=ids))


def known_deal(found: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: found[name] for name in KnownDeal.model_fields if name in found}
    return fields | {"is_open": found["outcome"] is None}


def domain_of(state: State) -> str | None:
    return None if isinstance(state, NotThere) else state.standing.domain


def ids(state: State) -> dict[str, Any]:
    return {} if isinstance(state, NotThere) else {"opportunity_id": state.standing.opportunity_id}


def answered(done: WriteResult) -> HandedOver:
    """A repeated answer warns of what there was when it was given first."""
    warnings = []
    if others := done.body.get("open_deals", 0):
        detail = "there is another open opportunity on the account"
        warnings.append(Warned(code="open_opportunity_on_account", detail=detail, count=others))
    return HandedOver(opportunity_id=done.body["opportunity_id"], position=done.position, warnings=warnings)
