"""Personal data: shown with `people:read`, every access recorded; erased on request."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, model_validator

from services.lead_intake import deliveries
from services.lead_intake.capture_request import email_alias
from services.lead_intake.lead.consent import current_consents, decisions
from services.lead_intake.lead.events import Consent
from services.lead_intake.lead.history import HISTORY, History, sealed_values
from services.lead_intake.lead.spelling import Email
from services.lead_intake.person import commands
from services.lead_intake.person.decider import DECIDER
from shared.rules.message import Line, Message, Missing, subject_of
from shared.store import aliases
from shared.store.write_request import Step
from shared.web.call import Call, Folded, Needs
from shared.web.input import ResourceId

router = APIRouter(tags=["people"])
PersonId = ResourceId


class PersonData(BaseModel):
    """Each field as it was last submitted."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None


class PersonView(PersonData):
    """`consents`: the current ones. `consent_history`: every decision, in the order in which they were made."""

    person_id: str
    lead_ids: list[str]
    consents: list[Consent]
    consent_history: list[Consent]


class PeopleLookup(Message):
    """Either the ids of people, or an e-mail address."""

    ids: Annotated[tuple[Line, ...], Field(min_length=1, max_length=100)] | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def has_one_question(self) -> "PeopleLookup":
        if (self.ids is None) == (self.email is None):
            raise ValueError("either ids or an email is needed")
        return self


class PeopleFound(BaseModel):
    """In the order in which they were asked for."""

    items: list[PersonView]


class ErasureTaken(BaseModel):
    person_id: str
    position: int


@router.get("/people/{person_id}")
async def get_person(person_id: PersonId, call: Annotated[Call, Depends(Needs("people:read"))]) -> PersonView:
    """Get a person's data. The access is on disk before the answer leaves."""
    await call.wait_for_min_position()
    lead_ids = await leads_of(call, person_id)
    if not lead_ids:
        raise Missing("there is no such person")
    return await read_person(call, person_id, lead_ids)


@router.post("/people/lookup")
async def look_up_people(body: PeopleLookup, call: Annotated[Call, Depends(Needs("people:read"))]) -> PeopleFound:
    """Look people up by their ids, or one by an e-mail address. Unknown ones are left out. Every access is recorded."""
    await call.wait_for_min_position()
    person_ids = body.ids if body.email is None else await people_with_email(call, body.email)
    leads = {person_id: await leads_of(call, person_id) for person_id in dict.fromkeys(person_ids or ())}
    return PeopleFound(items=[await read_person(call, each, lead_ids) for each, lead_ids in leads.items() if lead_ids])


@router.delete("/people/{person_id}", status_code=202)
async def erase_person(person_id: PersonId, call: Annotated[Call, Depends(Needs("people:erase"))]) -> ErasureTaken:
    """Erase a person's data: here at once, in the other services soon after. A repetition has the same answer."""
    lead_ids = await leads_of(call, person_id)
    emails = [email for lead_id in lead_ids for email in await emails_of(call, lead_id)]
    await deliveries.erase_mentions(call, emails)
    result = await call.write(DECIDER, person_id, commands.ErasePerson(lead_ids=lead_ids))
    return ErasureTaken(person_id=person_id, position=result.position)


async def read_person(call: Call, person_id: str, lead_ids: tuple[str, ...]) -> PersonView:
    """Records the access first."""
    await record_access(call, person_id)
    folded = await call.fold(HISTORY, lead_ids[0], sealed_values)
    history = folded.state
    return PersonView(
        person_id=person_id,
        lead_ids=list(lead_ids),
        consents=current_consents(history.captures, history.consents),
        consent_history=decisions(history.captures, history.consents),
        **person_data(folded).model_dump(),
    )


async def people_with_email(call: Call, email: str) -> list[str]:
    """The id of the person whom the address leads to; none when it leads to nobody."""
    lead_id = await call.subject_of_alias(email_alias(call.context.blind_index, email))
    if lead_id is None:
        return []
    return [(await call.fold(HISTORY, lead_id, lambda history: [])).state.captures[0].person_id]


async def leads_of(call: Call, person_id: str) -> tuple[str, ...]:
    """The person's leads, now; none after erasure. Every lead has an alias that the person's erasure deletes."""
    async with call.context.reads.connect() as tx:
        records = await aliases.of_subject(tx, DECIDER.stream(person_id))
    return tuple(sorted({subject_of(record.stream) for record in records}))


async def emails_of(call: Call, lead_id: str) -> set[str]:
    folded = await call.fold(HISTORY, lead_id, sealed_values)
    sealed = (folded.text(capture.person) or {} for capture in folded.state.captures)
    return {person["email"] for person in sealed if "email" in person}


async def record_access(call: Call, person_id: str) -> None:
    """Without the request's own conditions: one Idempotency-Key must not make two accesses into one."""
    await call.context.committer.write(call.write_request(DECIDER, person_id, [Step(commands.RecordAccess())]))


def person_data(folded: Folded[History]) -> PersonData:
    """Each field from the latest engagement that has it."""
    data: dict[str, str] = {}
    for capture in sorted(folded.state.captures, key=lambda capture: capture.engaged_at):
        submitted = folded.text(capture.person)
        data |= submitted or {}
    return PersonData.model_validate({name: data.get(name) for name in PersonData.model_fields})
