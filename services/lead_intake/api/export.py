"""The export of all that is stored about a person, for the person, with an index of the places."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.lead_intake.api.leads import LeadView, lead_view
from services.lead_intake.api.people import PersonId, PersonView, read_person, record_access, sealed_person
from services.lead_intake.personal_data.mentions import mentioning
from services.lead_intake.personal_data.merged_leads import emails_of, fold_lead
from services.lead_intake.personal_data.person_records import PersonRecords, must_have_records, prospects_with
from services.lead_intake.prospect.decider import DECIDER as PROSPECT
from services.lead_intake.prospect.state import Prospect
from services.lead_intake.quarantine.decider import DECIDER as QUARANTINE
from services.lead_intake.quarantine.state import State, Waiting
from shared.rules.sealed import Sealed
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["people"])


class Place(BaseModel):
    """`path`: where this system shows it. `holds`: what is there."""

    service: str
    path: str
    holds: str


class QuarantinedDelivery(BaseModel):
    quarantine_id: str
    received_at: datetime
    delivery: Any


class ExportedProspect(BaseModel):
    """`person_id`: another one when the prospect was recorded before the person became a lead. `person`: as
    submitted."""

    prospect_id: str
    person_id: str | None
    person: dict[str, str]


class PersonExport(BaseModel):
    """`prospects`: those with the addresses of the person. `places`: every place that holds data of the person; those
    of other services are read there."""

    exported_at: datetime
    person: PersonView
    leads: list[LeadView]
    prospects: list[ExportedProspect]
    quarantine: list[QuarantinedDelivery]
    places: list[Place]


@router.get("/people/{person_id}/export")
async def export_person(person_id: PersonId, call: Annotated[Call, Depends(Needs("people:read"))]) -> PersonExport:
    """Export everything that is stored about a person. The access is recorded."""
    await call.wait_for_min_position()
    records = await must_have_records(call, person_id)
    person = await read_person(call, person_id, records)
    emails = {email for lead_id in records.lead_ids for email in await emails_of(call, lead_id)}
    prospects = await prospects_of(call, records, emails)
    for other_id in others(person.person_id, prospects):
        await record_access(call, other_id)
    emails |= {each.person["email"] for each in prospects if "email" in each.person}
    waiting = await deliveries_about(call, emails)
    leads = [lead_view(await fold_lead(call, lead_id), True) for lead_id in person.lead_ids]
    return PersonExport(
        exported_at=call.context.clock_and_ids.now(),
        person=person,
        leads=leads,
        prospects=prospects,
        quarantine=waiting,
        places=places_of(
            [person.person_id, *others(person.person_id, prospects)],
            person.lead_ids,
            [each.quarantine_id for each in waiting],
        ),
    )


async def prospects_of(call: Call, records: PersonRecords, emails: Collection[str]) -> list[ExportedProspect]:
    by_person = await prospects_with(call, emails)
    prospect_ids = {*records.prospect_ids, *(each for found in by_person.values() for each in found)}
    folded = [await call.fold(PROSPECT, prospect_id, sealed_person) for prospect_id in sorted(prospect_ids)]
    return [
        ExportedProspect(
            prospect_id=one.subject, person_id=one.state.person_id, person=one.text(one.state.person) or {}
        )
        for one in folded
        if isinstance(one.state, Prospect)
    ]


def others(person_id: str, prospects: Iterable[ExportedProspect]) -> list[str]:
    """The ids that the person had as a prospect."""
    ids = {each.person_id for each in prospects if each.person_id is not None}
    return sorted(ids - {person_id})


async def deliveries_about(call: Call, emails: Collection[str]) -> list[QuarantinedDelivery]:
    found = [await quarantined(call, each) for each in await mentioning(call, emails)]
    return [each for each in found if each is not None]


async def quarantined(call: Call, quarantine_id: str) -> QuarantinedDelivery | None:
    """A delivery in quarantine; None when it was released or discarded meanwhile."""
    folded = await call.fold(QUARANTINE, quarantine_id, kept)
    if not isinstance(folded.state, Waiting):
        return None
    return QuarantinedDelivery(
        quarantine_id=quarantine_id,
        received_at=folded.state.received_at,
        delivery=folded.text(folded.state.kept),
    )


def kept(state: State) -> list[Sealed[Any]]:
    return [state.kept] if isinstance(state, Waiting) else []


def places_of(person_ids: Sequence[str], lead_ids: Sequence[str], quarantine_ids: Sequence[str]) -> list[Place]:
    people = [
        Place(service="intake", path=f"/intake/v1/people/{person_id}", holds="contact data and consents")
        for person_id in person_ids
    ]
    of_leads = [place for lead_id in lead_ids for place in places_of_lead(lead_id)]
    waiting = [
        Place(service="intake", path=f"/intake/v1/quarantine/{each}", holds="a delivery that waits, as it was sent")
        for each in quarantine_ids
    ]
    return [*people, *of_leads, *waiting]


def places_of_lead(lead_id: str) -> list[Place]:
    intake, qualification = f"/intake/v1/leads/{lead_id}", f"/qualification/v1/leads/{lead_id}"
    return [
        Place(service="intake", path=intake, holds="captures with their texts, and activities"),
        Place(service="qualification", path=qualification, holds="evidence of BANT, notes, scores and the deal's id"),
        Place(
            service="pipeline",
            path="/pipeline/v1/opportunities/{opportunity_id}",
            holds=f"names and notes of the deals whose ids {qualification} shows",
        ),
    ]
