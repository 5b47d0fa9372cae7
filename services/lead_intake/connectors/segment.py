"""Segment, and RudderStack in its shape: calls of a website or an app, one or a batch."""

from collections.abc import Iterator
from datetime import datetime

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Delivery, Json, JsonObject, Verification
from services.lead_intake.connectors.fields import FormAnswer, person_ref, profile_of, sort_fields
from services.lead_intake.connectors.generic import flattened, leaf_answer
from services.lead_intake.connectors.outcomes import (
    Activity,
    Ignored,
    NeedsLookup,
    Outcome,
    PersonRef,
    ProfileChange,
    VendorActivityKind,
)
from services.lead_intake.connectors.parsing import Malformed, json_value
from services.lead_intake.connectors.reader import Part, Reader, array_parts, external_id
from services.lead_intake.connectors.signatures import has_token, hex_hmac, signed
from services.lead_intake.connectors.values import instant, text, value_at
from services.lead_intake.lead.events import Source

ACTIVITIES: dict[str, VendorActivityKind] = {
    "email link clicked": "email_clicked",
    "email bounced": "bounced",
    "unsubscribed": "unsubscribed",
    "email marked as spam": "unsubscribed",
}
"""Events with a fixed meaning, by their names in lower case."""
CAMPAIGN = {"source": "source", "medium": "medium", "name": "campaign", "term": "term", "content": "content"}


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    """The signature must cover the whole body: one of a batch's first call alone proves nothing of the others."""
    given = delivery.headers.get("x-signature")
    if given is None:
        return has_token(delivery, connection)
    return signed([given], connection.secrets, lambda secret: hex_hmac(secret, delivery.body, "sha1"))


def split(delivery: Delivery) -> list[Part]:
    value = json_value(delivery.body)
    if isinstance(value, dict) and isinstance(value.get("batch"), list):
        return array_parts("/batch", value["batch"])
    return array_parts("", value) if isinstance(value, list) else [("", value)]


def identify(value: JsonObject, connection: Connection) -> str | None:
    return external_id(connection, value.get("messageId"))


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    """Calls become captures when the settings name their event, or name a source and no event. Many name the user by an
    id alone, who may be known by an earlier call. Pages of unknown ids are not kept: they would fill the quarantine."""
    call, event, user = text(value.get("type")), text(value.get("event")) or "", text(value.get("userId"))
    fields = sort_fields(traits(value), connection).by_name
    has_address = bool(fields.keys() & {"email", "phone"})
    if call is None:
        raise Malformed("the call has no type")
    if not has_address and user is None:
        yield Ignored("the call names nobody")
    elif call == "track" and event.lower() in ACTIVITIES:
        yield activity(ACTIVITIES[event.lower()], value, connection)
    elif (call == "track" and not connection.kinds and connection.kind) or (event or call) in connection.kinds:
        if user is not None and not has_address:
            yield NeedsLookup({"userId": user}, "capture", occurred_at(value), identify(value, connection))
        else:
            yield capture(submission(value, event or call, connection), connection)
    elif call == "page":
        yield activity("page_viewed", value, connection, awaited=has_address)
    elif not has_address:
        yield Ignored("the call names a user by an id alone")
    elif call == "identify":
        profile = profile_of(sort_fields(traits(value), connection))
        yield ProfileChange(person(value, connection), profile, occurred_at(value), identify(value, connection))
    else:
        yield Ignored("a call that needs nothing done")


def activity(kind: VendorActivityKind, value: JsonObject, connection: Connection, *, awaited: bool = True) -> Activity:
    return Activity(kind, person(value, connection), occurred_at(value), identify(value, connection), awaited=awaited)


def person(value: JsonObject, connection: Connection) -> PersonRef:
    fields = sort_fields(traits(value), connection).by_name
    return person_ref(fields.get("email"), fields.get("phone"), external_id(connection, "user", value.get("userId")))


def traits(value: JsonObject) -> list[FormAnswer]:
    """The traits of the call and of its context, and what an event's properties say of the person."""
    of_person = [*flattened(value.get("traits")), *flattened(value_at(value, "context", "traits"))]
    of_event = flattened(value.get("properties"), "properties")
    first: dict[str, Json] = {}
    for path, leaf in (*of_person, *of_event):
        first.setdefault(path, leaf)
    return [leaf_answer(path, leaf) for path, leaf in first.items()]


def submission(value: JsonObject, event: str, connection: Connection) -> Submission:
    campaign = {f"utm_{ours}": value_at(value, "context", "campaign", theirs) for theirs, ours in CAMPAIGN.items()}
    return Submission(
        default=Source.OTHER,
        answers=traits(value),
        kind_ids=(event,),
        asset_id=event,
        occurred_at=occurred_at(value),
        external_id=identify(value, connection),
        extra={"landing_url": value_at(value, "context", "page", "url"), **campaign},
        vendor_person_id=person(value, connection).vendor_id,
    )


def occurred_at(value: JsonObject) -> datetime | None:
    """`timestamp` is corrected for the device's wrong clock, the other is not."""
    return instant(value.get("timestamp")) or instant(value.get("originalTimestamp"))


READER = Reader(verify, interpret, identify, split)
