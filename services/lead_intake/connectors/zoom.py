"""Zoom: registrations of webinars, and of those meetings that the settings name; who came."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Delivery, JsonObject, Reply, Verification
from services.lead_intake.connectors.fields import FormAnswer, answer, person_ref
from services.lead_intake.connectors.outcomes import Activity, Ignored, Outcome
from services.lead_intake.connectors.parsing import Malformed, json_value
from services.lead_intake.connectors.reader import Reader, external_id
from services.lead_intake.connectors.signatures import SECOND, all_of, challenge_reply, fresh, hex_hmac, signed
from services.lead_intake.connectors.values import (
    from_milliseconds,
    instant,
    line,
    object_at,
    objects_at,
    text,
    value_at,
)
from services.lead_intake.lead.events import Source

REGISTRANT = ("email", "first_name", "last_name", "phone", "org", "job_title", "industry", "no_of_employees", "country")
PLANS = ("purchasing_time_frame", "role_in_purchase_process", "comments")
NONE: JsonObject = {}


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    stamp = delivery.headers.get("x-zm-request-timestamp", "")
    message = f"v0:{stamp}:".encode(errors="replace") + delivery.body
    given = [delivery.headers.get("x-zm-signature")]
    proof = signed(given, connection.secrets, lambda secret: f"v0={hex_hmac(secret, message)}")
    return all_of(fresh(stamp, now, SECOND), proof)


def handshake(delivery: Delivery, connection: Connection) -> Reply | None:
    """The address is validated when it is saved, and again every 72 hours."""
    try:
        value = json_value(delivery.body)
    except Malformed:
        return None
    token = text(value_at(value, "payload", "plainToken"))
    if value_at(value, "event") != "endpoint.url_validation" or token is None or not connection.secrets:
        return None
    return challenge_reply(token, connection, ("plainToken", "encryptedToken"))


def identify(value: JsonObject, connection: Connection) -> str | None:
    """The id of a person's part in a webinar. Whoever joins again has joined once: the time does not count there."""
    webinar = object_at(value, "payload", "object")
    joined = object_at(webinar, "participant")
    if joined:
        member = joined.get("registrant_id") or joined.get("participant_user_id") or joined.get("id")
        return external_id(connection, value.get("event"), webinar.get("uuid") or webinar.get("id"), member)
    registrant = value_at(webinar, "registrant", "id")
    stamps = [value["event_ts"]] if text(value.get("event_ts")) else []
    return external_id(connection, value.get("event"), webinar.get("id"), registrant, *stamps)


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    webinar = object_at(value, "payload", "object")
    what, _, action = (text(value.get("event")) or "").partition(".")
    if not action:
        raise Malformed("the event has no name")
    meeting_wanted = (text(webinar.get("id")) or "") in connection.kinds or "meeting" in connection.kinds
    if what != "webinar" and not (what == "meeting" and meeting_wanted):
        yield Ignored("not about a webinar")
    elif action == "registration_created":
        registrant = object_at(webinar, "registrant")
        yield capture(registration(value, registrant, connection), connection)
    elif action == "registration_cancelled":
        person = person_ref(value_at(webinar, "registrant", "email"))
        at = from_milliseconds(value.get("event_ts"))
        yield Activity(
            "registration_canceled", person, at, identify(value, connection), subject=line(webinar.get("id"))
        )
    elif action == "participant_joined":
        yield attendance(value, connection)
    else:
        yield Ignored("an event that needs nothing done")


def registration(value: JsonObject, registrant: JsonObject, connection: Connection) -> Submission:
    tracking_url = value_at(registrant, "tracking_source", "tracking_url")
    questions = objects_at(registrant, "custom_questions")
    asked = [answer(one.get("title"), one.get("value")) for one in questions]
    known = [answer(name, registrant.get(name)) for name in (*REGISTRANT, *PLANS)]
    named = {} if "utm_source" in (text(tracking_url) or "") else tracking_source(registrant)
    return engagement(value, connection, [*known, *asked], {"landing_url": tracking_url, **named})


def tracking_source(registrant: JsonObject) -> JsonObject:
    return {"utm_source": value_at(registrant, "tracking_source", "source_name")}


def attendance(value: JsonObject, connection: Connection) -> Outcome:
    participant = object_at(value, "payload", "object", "participant")
    if text(participant.get("email")) is None:
        return Ignored("a participant without e-mail address")
    name = answer("user_name", participant.get("user_name"), meaning="full_name")
    answers = [answer("email", participant.get("email")), name]
    joined = engagement(value, connection, answers, {}, {"attended": True})
    return capture(replace(joined, occurred_at=instant(participant.get("join_time")) or joined.occurred_at), connection)


def engagement(
    value: JsonObject, connection: Connection, answers: list[FormAnswer], extra: JsonObject, details: JsonObject = NONE
) -> Submission:
    webinar = object_at(value, "payload", "object")
    what = (text(value.get("event")) or "").partition(".")[0]
    return Submission(
        default=Source.WEBINAR,
        answers=answers,
        kind_ids=(webinar.get("id"), what),
        asset_id=webinar.get("id"),
        title=webinar.get("topic"),
        occurred_at=from_milliseconds(value.get("event_ts")),
        external_id=identify(value, connection),
        extra=extra,
        details=details,
    )


READER = Reader(verify, interpret, identify, handshake=handshake)
