"""Activities of known persons, and decisions on consent."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, model_validator

from services.lead_intake.api.people import PersonId
from services.lead_intake.ingestion.capture_request import BACKDATED, must_be_past
from services.lead_intake.lead import commands
from services.lead_intake.lead.capture_body import PersonInput
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.lead.events import ActivityKind, Consent
from services.lead_intake.lead.state import Lead, State
from services.lead_intake.personal_data.aliases import identity
from services.lead_intake.personal_data.person_records import leads_of
from services.lead_intake.personal_data.suppressions import suppress
from shared.rules.fields import ExternalId, Instant, Label, Line, Prose
from shared.rules.message import Command, Missing
from shared.store.write_request import WriteResult
from shared.web.callers.place import PlaceRule
from shared.web.routing.call import Accepted, Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["activities"])
Writes = Annotated[Call, Depends(Needs("leads:write"))]
Captures = Annotated[Call, Depends(Needs("leads:write", place=PlaceRule.UNAFFECTED))]
"""An activity belongs to no place, as a capture does."""


class ActivityInput(Command):
    """An activity of a known person, whom `person` or `lead_id` names. `purpose`: what an unsubscription is about."""

    person: PersonInput | None = None
    lead_id: Line | None = None
    kind: ActivityKind
    occurred_at: Instant
    external_id: ExternalId | None = None
    subject: Label | None = None
    purpose: Label | None = None

    @model_validator(mode="after")
    def is_about_somebody(self) -> "ActivityInput":
        if (self.person is None) == (self.lead_id is None):
            raise ValueError("either a person or a lead_id is needed")
        return self


class ActivityTaken(BaseModel):
    lead_id: str
    position: int


class ConsentDecision(Command):
    """`at`: by default now. `evidence`: how the person decided, in words."""

    purpose: Label
    status: Literal["granted", "denied", "pending"]
    text_version: Label | None = None
    evidence: Prose | None = None
    at: Instant | None = None


@router.post("/activities")
async def record_activity(body: ActivityInput, call: Captures) -> ActivityTaken:
    """Record an activity of a known person: an unknown one is a 404, and makes no lead. An unsubscription denies every
    purpose that the person decided on before; that of an unknown address, like its bounce, is kept all the same, and
    holds when the person comes. The same activity again adds nothing."""
    command = commands.RecordActivity(
        activity_id=str(call.context.clock_and_ids.new_id()),
        kind=body.kind,
        engaged_at=checked(call, body.occurred_at, "/occurred_at"),
        external_id=body.external_id,
        subject=body.subject,
        purpose=body.purpose,
    )
    if body.person is None:
        result = await call.write(DECIDER, body.lead_id or "", command, reply=survivor_of)
    else:
        result = await record_of_person(call, body.person, command)
    return ActivityTaken(lead_id=result.body.get("lead_id") or result.subject, position=result.position)


async def record_of_person(call: Call, person: PersonInput, command: commands.RecordActivity) -> WriteResult:
    try:
        return await write_of_person(call, person, command)
    except Missing:
        if await suppress(call, person.email, command) is None:
            raise
        return await write_of_person(call, person, command)  # who may have come meanwhile


async def write_of_person(call: Call, person: PersonInput, command: commands.RecordActivity) -> WriteResult:
    who = identity(call.context.blind_index, person)
    subject = str(call.context.clock_and_ids.new_id())
    return await call.write(
        DECIDER,
        subject,
        command,
        resolve_by=who.resolve_by,
        resolve_unless=who.unless,
        is_new_stream=True,
        reply=survivor_of,
    )


def survivor_of(state: State) -> dict[str, Any]:
    return {"lead_id": state.merged_into if isinstance(state, Lead) else None}


@router.post("/people/{person_id}/consents")
async def change_consent(person_id: PersonId, body: ConsentDecision, call: Writes) -> Accepted:
    """Record a person's decision on one purpose. A denial is lifted only by a grant that names the text agreed to."""
    lead_ids = await leads_of(call, person_id)
    if not lead_ids:
        raise Missing("there is no such person")
    now = call.context.clock_and_ids.now()
    consent = Consent(
        status=body.status,
        purpose=body.purpose,
        text_version=body.text_version,
        at=checked(call, body.at, "/at") if body.at else now,
    )
    command = commands.ChangeConsent(consent=consent, evidence=body.evidence)
    return Accepted(position=(await call.write(DECIDER, lead_ids[0], command)).position)


def checked(call: Call, at: datetime, pointer: str) -> datetime:
    """Raises `InvalidRequest` for an instant in the future, `Forbidden` for one long ago without `history:write`."""
    now = call.context.clock_and_ids.now()
    must_be_past(at, now, pointer)
    if at < now - BACKDATED:
        call.require("history:write")
    return at
