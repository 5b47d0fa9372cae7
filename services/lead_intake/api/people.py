"""Personal data: shown with `people:read`, every access recorded; erased on request."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, model_validator

from services.lead_intake.lead.consent import current_consents, decisions
from services.lead_intake.lead.events import Consent
from services.lead_intake.lead.history import History
from services.lead_intake.lead.spelling import Email
from services.lead_intake.person import commands
from services.lead_intake.person.decider import DECIDER
from services.lead_intake.personal_data.erasure import erase
from services.lead_intake.personal_data.merged_leads import fold_lead, people_with_data, person_ids
from services.lead_intake.personal_data.person_records import (
    PersonRecords,
    find_records,
    must_have_records,
    people_with_email,
)
from services.lead_intake.prospect import state as prospect_state
from services.lead_intake.prospect.decider import DECIDER as PROSPECT
from services.lead_intake.prospect.state import Prospect
from shared.rules.fields import Line
from shared.rules.message import Message
from shared.rules.sealed import Sealed
from shared.store.write_request import Step
from shared.web.requests.input import ResourceId
from shared.web.routing.call import Call
from shared.web.routing.folded import Folded
from shared.web.routing.needs import Needs

router = APIRouter(tags=["people"])
PersonId = ResourceId


class PersonData(BaseModel):
    """A person's data: each field as it was last submitted."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None


class PersonView(PersonData):
    """`consents`: the current ones. `consent_history`: every decision, in the order in which they were made."""

    person_id: str
    lead_ids: list[str]
    prospect_ids: list[str]
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
    """The people who were found, in the order in which they were asked for."""

    items: list[PersonView]


class ErasureTaken(BaseModel):
    person_id: str
    position: int


@router.get("/people/{person_id}")
async def get_person(person_id: PersonId, call: Annotated[Call, Depends(Needs("people:read"))]) -> PersonView:
    """Get a person's data. The access is on disk before the answer leaves."""
    await call.wait_for_min_position()
    return await read_person(call, person_id, await must_have_records(call, person_id))


@router.post("/people/lookup")
async def look_up_people(body: PeopleLookup, call: Annotated[Call, Depends(Needs("people:read"))]) -> PeopleFound:
    """Look people up by their ids, or one by an e-mail address. Unknown ones are left out. Every access is recorded."""
    await call.wait_for_min_position()
    person_ids = body.ids if body.email is None else await people_with_email(call, body.email)
    found = {person_id: await find_records(call, person_id) for person_id in dict.fromkeys(person_ids or ())}
    return PeopleFound(
        items=[await read_person(call, each, records) for each, records in found.items() if any(records)]
    )


@router.delete("/people/{person_id}", status_code=202)
async def erase_person(person_id: PersonId, call: Annotated[Call, Depends(Needs("people:erase"))]) -> ErasureTaken:
    """Erase a person's data: here at once, in the other services soon after. Leads that are merged are one person. A
    repetition has the same answer."""
    result = await erase(call, person_id, partial(call.write, DECIDER, person_id))
    return ErasureTaken(person_id=person_id, position=result.position)


async def read_person(call: Call, person_id: str, records: PersonRecords) -> PersonView:
    """Records the access first."""
    await record_access(call, person_id)
    asked_for = person_id
    data, history = PersonData(), History()
    for prospect_id in records.prospect_ids:
        data = await prospect_data(call, prospect_id)
    lead_ids: list[str] = []
    for lead_id in records.lead_ids[:1]:
        folded = await fold_lead(call, lead_id)
        data, history, lead_ids = person_data(folded), folded.state, [folded.subject]
        person_id = person_ids(history)[0]
        for other_id in (each for each in people_with_data(folded) if each != asked_for):
            await record_access(call, other_id)
    return PersonView(
        person_id=person_id,
        lead_ids=lead_ids,
        prospect_ids=list(records.prospect_ids),
        consents=current_consents(history.captures, history.consents, history.activities),
        consent_history=decisions(history.captures, history.consents, history.activities),
        **data.model_dump(),
    )


async def prospect_data(call: Call, prospect_id: str) -> PersonData:
    folded = await call.fold(PROSPECT, prospect_id, sealed_person)
    submitted = folded.text(folded.state.person) if isinstance(folded.state, Prospect) else None
    return PersonData.model_validate({name: (submitted or {}).get(name) for name in PersonData.model_fields})


def sealed_person(state: prospect_state.State) -> list[Sealed[Any]]:
    return [state.person] if isinstance(state, Prospect) else []


async def record_access(call: Call, person_id: str) -> None:
    """Records an access, without the request's own conditions: one Idempotency-Key must not make two accesses into
    one."""
    await call.context.committer.write(call.write_request(DECIDER, person_id, [Step(commands.RecordAccess())]))


def person_data(folded: Folded[History]) -> PersonData:
    """A person's data: each field from the latest engagement or change that has it."""
    history = folded.state
    submitted = [(capture.engaged_at, capture.person) for capture in history.captures]
    submitted += [(change.changed_at, change.person) for change in history.profiles]
    data: dict[str, str] = {}
    for _, sealed in sorted(submitted, key=lambda one: one[0]):
        known = folded.text(sealed)
        data |= known or {}
    return PersonData.model_validate({name: data.get(name) for name in PersonData.model_fields})
