"""Mailchimp: one event of an audience, as a form with bracketed names. It has neither an id nor a time zone."""

from collections.abc import Iterator
from datetime import datetime

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Delivery, JsonObject, Reply, Verification
from services.lead_intake.connectors.fields import FormAnswer, answers_of, person_ref, profile_of, sort_fields
from services.lead_intake.connectors.outcomes import Activity, IdentityChange, Ignored, Outcome, ProfileChange
from services.lead_intake.connectors.parsing import Malformed, form_fields, nested_form
from services.lead_intake.connectors.reader import Part, Reader, external_id
from services.lead_intake.connectors.signatures import has_token, stamped
from services.lead_intake.connectors.values import instant_without_zone, object_at, text, value_at
from services.lead_intake.lead.events import Source


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    """Older hooks are unsigned: their address carries the secret."""
    header = delivery.headers.get("x-mailchimp-signature")
    return has_token(delivery, connection) if header is None else stamped(header, delivery, connection, now)


def handshake(delivery: Delivery, connection: Connection) -> Reply | None:
    """A hook is saved only when its address answers a GET, which has no secret."""
    return Reply(200, "text/plain", b"ok") if delivery.method == "GET" else None


def split(delivery: Delivery) -> list[Part]:
    return [("", nested_form(form_fields(delivery.body)))]


def identify(value: JsonObject, connection: Connection) -> str | None:
    """An address change has `new_id` in place of `id`; a bounce has neither."""
    data = object_at(value, "data")
    member = data.get("id") or data.get("new_id")
    at = (text(value.get("fired_at")) or "").replace(" ", "T") or None
    return external_id(connection, value.get("type"), data.get("list_id"), member, at)


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    data, at, found = object_at(value, "data"), fired_at(value), identify(value, connection)
    match text(value.get("type")):
        case "subscribe":
            yield subscription(value, connection)
        case "unsubscribe":
            person = person_ref(data.get("email"))
            yield Activity("unsubscribed", person, at, found, detail=text(data.get("reason")))
        case "cleaned":
            yield Activity("bounced", person_ref(data.get("email")), at, found, detail=text(data.get("reason")))
        case "upemail":
            old, new = person_ref(data.get("old_email")), person_ref(data.get("new_email"))
            yield IdentityChange(old, new, at, found)
        case "profile":
            profile = profile_of(sort_fields(answers(value), connection))
            yield ProfileChange(person_ref(data.get("email")), profile, at, found)
        case None:
            raise Malformed("the event has no type")
        case other:
            yield Ignored(f"{other} events are not followed" if other == "campaign" else "an unknown type of event")


def subscription(value: JsonObject, connection: Connection) -> Outcome:
    list_id = value_at(value, "data", "list_id")
    made = Submission(
        default=Source.NEWSLETTER,
        answers=answers(value),
        kind_ids=(list_id,),
        asset_id=list_id,
        occurred_at=fired_at(value),
        external_id=identify(value, connection),
    )
    return capture(made, connection)


def answers(value: JsonObject) -> list[FormAnswer]:
    """Interests and groups are nested deeper, and are no fields of the person."""
    data = object_at(value, "data")
    merges = {name: one for name, one in object_at(data, "merges").items() if not isinstance(one, dict)}
    return answers_of({"email": data.get("email"), **{name: one for name, one in merges.items() if name != "EMAIL"}})


def fired_at(value: JsonObject) -> datetime | None:
    """UTC, by all evidence: the vendor does not say."""
    return instant_without_zone(value.get("fired_at"))


READER = Reader(verify, interpret, identify, split, handshake)
