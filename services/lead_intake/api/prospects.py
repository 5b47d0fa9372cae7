"""Prospects: persons and accounts that fit, and showed no interest. They are in no funnel."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.lead_intake.ingestion.capture_request import digest
from services.lead_intake.personal_data.aliases import prospect_email_alias
from services.lead_intake.personal_data.person_records import people_with_email
from services.lead_intake.prospect import commands
from services.lead_intake.prospect.decider import DECIDER
from shared.store.aliases import BlindIndex
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["prospects"])


class ProspectTaken(BaseModel):
    """`person_id`: null of an account alone. `created`: the prospect was not known before."""

    prospect_id: str
    person_id: str | None
    created: bool
    position: int


@router.post(
    "/prospects", status_code=201, responses={200: {"model": ProspectTaken, "description": "A known prospect"}}
)
async def record_prospect(
    body: commands.ProspectInput, call: Annotated[Call, Depends(Needs("leads:write"))]
) -> ProspectTaken:
    """Record a person or an account that fits and showed no interest. A known one (by e-mail address, else by phone;
    an account by its domain) gets this content; the same content again adds nothing. Gives no points, and no lead."""
    context = call.context
    command = commands.RecordProspect(
        body=body,
        person_id=await known_person_id(call, body) or str(context.clock_and_ids.new_id()),
        content=digest(context.blind_index, body, without=set()),
    )
    result = await call.write(
        DECIDER,
        str(context.clock_and_ids.new_id()),
        command,
        resolve_by=(names := prospect_aliases(context.blind_index, body)),
        also_claim=names,
        is_new_stream=True,
        reply=lambda state: {"person_id": state.person_id},
    )
    if not result.created:
        call.response.status_code = 200
    return ProspectTaken(prospect_id=result.subject, created=result.created, position=result.position, **result.body)


async def known_person_id(call: Call, body: commands.ProspectInput) -> str | None:
    """The id of the person who is known by the e-mail address; None if nobody is."""
    if body.person is None or body.person.email is None:
        return None
    return next(iter(await people_with_email(call, body.person.email)), None)


def prospect_aliases(blind_index: BlindIndex, body: commands.ProspectInput) -> list[str]:
    """The strongest first."""
    if body.person is None:
        return [blind_index.index("prospect-domain", body.company.domain or "")]
    email, phone = body.person.email, body.person.phone
    by_email = [prospect_email_alias(blind_index, email)] if email else []
    return [*by_email, *([blind_index.index("prospect-phone", phone)] if phone and not email else [])]
