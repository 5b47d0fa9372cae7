"""Calendly: bookings, cancellations and no-shows of invitees, and routing forms."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Delivery, Json, JsonObject, Verification
from services.lead_intake.connectors.fields import CAMPAIGN, FormAnswer, answer, person_ref
from services.lead_intake.connectors.outcomes import Activity, Ignored, Outcome, VendorActivityKind
from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.reader import Reader, external_id
from services.lead_intake.connectors.signatures import stamped
from services.lead_intake.connectors.values import (
    flag,
    instant,
    line,
    looks_like_email,
    object_at,
    objects_at,
    text,
    value_at,
)
from services.lead_intake.lead.events import Source

INVITEE = (("email", "email"), ("name", "full_name"), ("first_name", "first_name"), ("last_name", "last_name"))


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    return stamped(delivery.headers.get("calendly-webhook-signature"), delivery, connection, now)


def identify(value: JsonObject, connection: Connection) -> str | None:
    """Being marked as a no-show has an address of its own: it can be taken back and repeated."""
    invitee = object_at(value, "payload")
    no_show = value_at(invitee, "no_show", "uri")
    parts = [no_show] if text(no_show) else []
    return external_id(connection, value.get("event"), invitee.get("uri"), *parts)


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    invitee = object_at(value, "payload")
    at = instant(value.get("created_at"))
    match text(value.get("event")):
        case "invitee.created":
            yield from booking(value, connection)
        case "invitee.canceled" if flag(invitee.get("rescheduled")):
            yield Ignored("rescheduled: the booking that replaces this one says so")
        case "invitee.canceled":
            reason = text(value_at(invitee, "cancellation", "canceler_type"))
            yield replace(activity("meeting_canceled", value, at, connection), detail=reason)
        case "invitee_no_show.created":
            yield activity("no_show", value, instant(value_at(invitee, "no_show", "created_at")) or at, connection)
        case "invitee_no_show.deleted":
            yield replace(activity("no_show", value, at, connection), undone=True)
        case "routing_form_submission.created":
            yield routing_form(value, connection)
        case None:
            raise Malformed("the event has no name")
        case _:
            yield Ignored("an event that needs nothing done")


def activity(kind: VendorActivityKind, value: JsonObject, at: datetime | None, connection: Connection) -> Activity:
    invitee = object_at(value, "payload")
    person = person_ref(invitee.get("email"), invitee.get("text_reminder_number"))
    return Activity(kind, person, at, identify(value, connection), subject=line(invitee.get("uri")))


def booking(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    """A booking is a meeting, and a request for a demo if its event type has a kind, or if no event type has one. One
    that replaces another is a meeting only: the request was made before."""
    invitee = object_at(value, "payload")
    booked = activity("meeting_booked", value, booked_at(value), connection)
    replaced = line(invitee.get("old_invitee"))
    yield replace(booked, replaces=replaced)
    event_type = text(value_at(invitee, "scheduled_event", "event_type"))
    if replaced is None and (not connection.kinds or event_type in connection.kinds):
        answers = [answer(name, invitee.get(name), meaning=meaning) for name, meaning in INVITEE]
        yield capture(submission(value, answers, event_type, connection), connection)


def booked_at(value: JsonObject) -> datetime | None:
    return instant(value_at(value, "payload", "created_at")) or instant(value.get("created_at"))


def routing_form(value: JsonObject, connection: Connection) -> Outcome:
    """Nobody is asked for an e-mail address there; the person may have typed one in."""
    if not any(looks_like_email(one.get("answer")) for one in objects_at(value, "payload", "questions_and_answers")):
        return Ignored("no answer is an e-mail address")
    return capture(submission(value, [], value_at(value, "payload", "routing_form"), connection), connection)


def submission(value: JsonObject, answers: list[FormAnswer], asset: Json, connection: Connection) -> Submission:
    payload = object_at(value, "payload")
    return Submission(
        default=Source.DEMO_REQUEST,
        answers=[*answers, *map(read_answer, objects_at(payload, "questions_and_answers"))],
        kind_ids=(asset,),
        asset_id=asset,
        title=value_at(payload, "scheduled_event", "name"),
        occurred_at=booked_at(value),
        external_id=identify(value, connection),
        extra={name: value_at(payload, "tracking", name) for name in CAMPAIGN}
        | {"phone": payload.get("text_reminder_number")},
    )


def read_answer(one: JsonObject) -> FormAnswer:
    given = one.get("answer")
    return answer(one.get("question"), given, meaning="email" if looks_like_email(given) else None)


READER = Reader(verify, interpret, identify)
