"""Personal data: shown to few, every look recorded; and erased when the person asks."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from services.lead_intake.lead.consent import current_consents
from services.lead_intake.lead.events import Consent
from services.lead_intake.lead.history import HISTORY, Captures, sealed
from services.lead_intake.person.decider import DECIDER, ErasePerson, RecordAccess
from shared.rules.message import Missing, subject_of
from shared.store import aliases
from shared.store.write_request import Step, WriteRequest
from shared.web.call import Call, Folded, Needs

router = APIRouter(tags=["people"])
PersonId = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class PersonData(BaseModel):
    """Each field as last told."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None


class PersonView(PersonData):
    person_id: str
    lead_ids: list[str]
    consents: list[Consent]


class ErasureTaken(BaseModel):
    person_id: str
    position: int


@router.get("/people/{person_id}")
async def one(person_id: PersonId, call: Annotated[Call, Depends(Needs("people:read"))]) -> PersonView:
    """The access is on disk before the answer leaves. Who is refused, has seen nothing."""
    await call.wait_for_min_position()
    lead_ids = await leads_of(call, person_id)
    if not lead_ids:
        raise Missing("there is no such person")
    await record_access(call, person_id)
    known = await call.fold(HISTORY, lead_ids[0], sealed)
    told = merged(known).model_dump()
    return PersonView(person_id=person_id, lead_ids=list(lead_ids), consents=current_consents(known.state), **told)


@router.delete("/people/{person_id}", status_code=202)
async def erase(person_id: PersonId, call: Annotated[Call, Depends(Needs("people:erase"))]) -> ErasureTaken:
    """Empties this service's stores at once; the others follow. Erased again: the same answer, nothing new."""
    command = ErasePerson(lead_ids=await leads_of(call, person_id))
    done = await call.write(DECIDER, person_id, command)
    return ErasureTaken(person_id=person_id, position=done.position)


async def leads_of(call: Call, person_id: str) -> tuple[str, ...]:
    """The leads that are this person, now; none after erasure. Every lead has an alias that its person would forget."""
    async with call.context.reads.connect() as tx:
        held = await aliases.of_subject(tx, DECIDER.stream(person_id))
    return tuple(sorted({subject_of(each.stream) for each in held}))


async def record_access(call: Call, person_id: str) -> None:
    """Past the request's own conditions: an Idempotency-Key must not make two looks into one."""
    stream = DECIDER.stream(person_id)
    await call.context.committer.write(
        WriteRequest(DECIDER, stream, [Step(RecordAccess())], call.caller.name, call.correlation_id)
    )


def merged(known: Folded[Captures]) -> PersonData:
    """Of each field, what was told with the latest engagement that had it."""
    told: dict[str, str] = {}
    for capture in sorted(known.state, key=lambda capture: capture.engaged_at):
        person = known.text(capture.person)
        told |= person or {}
    return PersonData.model_validate({name: told.get(name) for name in PersonData.model_fields})
