"""The write request of a capture, made from its body, with the aliases of its person and the claim by which a
repetition is recognised."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

import orjson
from pydantic import ValidatorFunctionWrapHandler, WrapValidator

from services.lead_intake.lead import commands
from services.lead_intake.lead.capture_body import CaptureLead
from services.lead_intake.lead.lenient import read_leniently
from services.lead_intake.lead.repeats import repeated_capture
from services.lead_intake.lead.state import State, must_exist
from services.lead_intake.personal_data.aliases import (
    awaited_alias,
    identity,
    prospect_email_alias,
    vendor_person_alias,
)
from services.lead_intake.personal_data.suppressions import suppression_of
from services.lead_intake.prospect.decider import DECIDER as PROSPECT
from shared.rules.message import MAX_CLOCK_AHEAD, Message
from shared.store.aliases import BlindIndex
from shared.store.claims import AliasClaim
from shared.store.write_request import AliasReference
from shared.web.errors.problems import InvalidRequest
from shared.web.requests.conditions import LENIENT
from shared.web.routing.call import Call, WriteOptions
from shared.web.service_context import ServiceContext

BACKDATED = timedelta(days=30)
"""The longest time that an engagement may lie in the past for a key without `history:write`."""


class CaptureRequest(NamedTuple):
    """The arguments of `Call.write` and `Call.write_request` besides the decider and the subject of a new lead."""

    command: commands.RecordCapture
    claim: AliasClaim | None
    options: WriteOptions


def capture_request(
    context: ServiceContext, command: commands.RecordCapture, *, vendor_person_id: str | None = None
) -> CaptureRequest:
    """`vendor_person_id`: leads to the person from now on, too."""
    claim = external_claim(context.blind_index, command.body)
    who = identity(context.blind_index, command.body.person)
    vendor = [vendor_person_alias(context.blind_index, vendor_person_id)] if vendor_person_id else []
    claimed = [*who.also_claim, *vendor]
    options = WriteOptions(
        resolve_by=[claim.alias, *who.resolve_by] if claim else who.resolve_by,
        resolve_unless=who.unless,
        also_claim=claimed,
        watched=[awaited_alias(alias) for alias in (*claimed, *([claim.alias] if claim else ()))],
        is_new_stream=True,
        reply=capture_ids(command),
        alias_references=references_by_email(context.blind_index, command.body.person.email),
    )
    return CaptureRequest(command, claim, options)


def capture_command(
    context: ServiceContext,
    body: CaptureLead,
    engaged_at: datetime,
    *,
    has_key: bool,
    connection_id: str | None = None,
    consent_evidence: str | None = None,
    form_key: str | None = None,
    repeats_within: timedelta | None = None,
) -> commands.RecordCapture:
    """`has_key`: the request has an Idempotency-Key, by which a repetition is recognised."""
    new_id = context.clock_and_ids.new_id
    return commands.RecordCapture(
        body=body,
        capture_id=str(new_id()),
        person_id=str(new_id()),
        engaged_at=engaged_at,
        is_anonymous=not has_key and body.external_id is None,
        content=content_digest(context.blind_index, body),
        connection_id=connection_id,
        consent_evidence=consent_evidence,
        form_key=form_key,
        repeats_within=repeats_within,
    )


def checked_engaged_at(call: Call, body: CaptureLead) -> datetime:
    """The time of the engagement, by default now. Raises `InvalidRequest` for one in the future, `Forbidden` for one
    long ago without `history:write`."""
    now = call.context.clock_and_ids.now()
    must_be_past(body.occurred_at, now, "/occurred_at")
    must_be_past(body.consent.at if body.consent else None, now, "/consent/at")
    if body.occurred_at is not None and body.occurred_at < now - BACKDATED:
        call.require("history:write")
    return body.occurred_at or now


def leniently_if_asked(fields: Any, strictly: ValidatorFunctionWrapHandler) -> Any:
    return read_leniently(fields) if LENIENT.get() else strictly(fields)


CaptureBody = Annotated[CaptureLead, WrapValidator(leniently_if_asked)]
"""Read leniently where the request asks for that."""


def must_be_past(instant: datetime | None, now: datetime, pointer: str) -> None:
    if instant is not None and instant > now + MAX_CLOCK_AHEAD:
        raise InvalidRequest(
            "the engagement is in the future", errors=[{"pointer": pointer, "detail": "in the future"}]
        )


def external_claim(blind_index: BlindIndex, body: CaptureLead) -> AliasClaim | None:
    """The submission's own name. Its content is compared in normal form, whatever the order of the fields."""
    if body.external_id is None:
        return None
    return AliasClaim(external_alias(blind_index, body.external_id), digest(blind_index, body, without=set()))


def content_digest(blind_index: BlindIndex, body: CaptureLead) -> str:
    """A keyed digest of what was submitted, without the time: two clicks differ in that alone."""
    return digest(blind_index, body, without={"occurred_at"})


def digest(blind_index: BlindIndex, body: Message, *, without: set[str]) -> str:
    fields = body.model_dump(mode="json", exclude_none=True, exclude=without)
    return blind_index.digest(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS))


def references_by_email(blind_index: BlindIndex, email: str | None) -> dict[str, AliasReference]:
    """References for the context of a capture: to streams about its e-mail address from before it belonged to a
    lead."""
    if email is None:
        return {}
    prospect = AliasReference(PROSPECT, prospect_email_alias(blind_index, email))
    return {**suppression_of(blind_index, email), "prospect": prospect}


def external_alias(blind_index: BlindIndex, external_id: str) -> str:
    return blind_index.index("capture", external_id)


def capture_ids(command: commands.RecordCapture) -> Callable[[State], Mapping[str, Any]]:
    """The ids of the capture that the command became, or repeats. Of a merged lead, those of its survivor,
    and `lead_id`."""

    def ids(state: State) -> Mapping[str, Any]:
        lead = must_exist(state)
        capture = repeated_capture(lead, command)
        survivor = {"lead_id": lead.merged_into, "person_id": lead.merged_person_id} if lead.merged_into else {}
        return {"person_id": lead.person_id, "capture_id": capture.capture_id if capture else None} | survivor

    return ids
