"""HubSpot: events of an app (an array of ids), webhooks of a workflow (one contact), and posted forms."""

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from urllib.parse import unquote

from services.lead_intake.connectors import generic, hubspot_forms, outcomes
from services.lead_intake.connectors.delivery import Connection, Delivery, JsonObject, Verification
from services.lead_intake.connectors.fields import person_ref
from services.lead_intake.connectors.outcomes import Outcome
from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.reader import Reader, each_of_array, external_id
from services.lead_intake.connectors.signatures import MILLISECOND, all_of, base64_hmac, fresh, has_token, one_signed
from services.lead_intake.connectors.values import flag, from_milliseconds, text

DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
"""The only characters of the address that are decoded before it is signed."""
IDENTIFYING = ("portalId", "subscriptionType", "objectId", "eventId", "occurredAt")
"""An `eventId` alone is not unique."""
CONTACT = "0-1"
PROFILE = ("email", "lifecyclestage")


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    given = delivery.headers.get("x-hubspot-signature-v3")
    legacy = delivery.headers.get("x-hubspot-signature")
    if given is not None:
        stamp = delivery.headers.get("x-hubspot-request-timestamp", "")
        decoded = (DECODED.sub(lambda match: unquote(match[0]), url) for url in urls(delivery, connection))
        messages = [addressed(delivery, url) + stamp.encode(errors="replace") for url in decoded]
        return all_of(fresh(stamp, now, MILLISECOND), one_signed(given, messages, connection, base64_hmac))
    if legacy is not None and connection.legacy_signatures:
        v2 = delivery.headers.get("x-hubspot-signature-version") == "v2"
        hashed = [addressed(delivery, url) for url in urls(delivery, connection)] if v2 else [delivery.body]
        return one_signed(
            legacy, hashed, connection, lambda secret, message: sha256(secret.encode() + message).hexdigest()
        )
    return has_token(delivery, connection)


def urls(delivery: Delivery, connection: Connection) -> list[str]:
    """The addresses that HubSpot may have called. Unless the settings name one, it is the one called here, by either
    scheme: a proxy may have ended the encryption. Whoever can choose the host cannot choose the path, which nobody can
    guess."""
    called = [f"{scheme}://{delivery.headers.get('host', '')}{delivery.path}" for scheme in ("https", "http")]
    query = f"?{delivery.query_string}" if delivery.query_string else ""
    return [url + query for url in ([connection.public_url] if connection.public_url else called)]


def addressed(delivery: Delivery, address: str) -> bytes:
    return f"{delivery.method}{address}".encode(errors="replace") + delivery.body


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    if "subscriptionType" in value:
        yield event_outcome(value, connection)
    elif hubspot_forms.is_contact(value) or hubspot_forms.is_form(value):
        yield hubspot_forms.submission(value, connection)
    else:
        yield from generic.interpret(value, connection)


def identify(value: JsonObject, connection: Connection) -> str | None:
    if "subscriptionType" in value:
        changed = [value["propertyName"]] if "propertyName" in value else []
        return external_id(connection, *(value.get(name) for name in IDENTIFYING), *changed)
    if hubspot_forms.is_contact(value):
        return hubspot_forms.conversion_id(value, connection)
    return None if hubspot_forms.is_form(value) else generic.identify(value, connection)


def event_outcome(event: JsonObject, connection: Connection) -> Outcome:
    what, _, action = (text(event["subscriptionType"]) or "").partition(".")
    if what != "contact" and not (what == "object" and event.get("objectTypeId") == CONTACT):
        return outcomes.Ignored("not about a contact")
    if text(event.get("objectId") or event.get("primaryObjectId")) is None:
        raise Malformed("the event names no contact")
    match action:
        case "privacyDeletion":
            return outcomes.Erasure(
                contact(event, connection), from_milliseconds(event.get("occurredAt")), identify(event, connection)
            )
        case "merge":
            return lookup(event, "merge")
        case "creation" if "contact.creation" in connection.kinds:
            return lookup(event, "capture")
        case "propertyChange":
            return change_outcome(event, connection)
        case _:
            return outcomes.Ignored(f"{action or 'an event'} of a contact needs nothing done")


def change_outcome(event: JsonObject, connection: Connection) -> Outcome:
    name, value = text(event.get("propertyName")), event.get("propertyValue")
    if name == "hs_email_optout" and flag(value):
        return activity("unsubscribed", event, connection)
    if name == "hs_email_hard_bounce_reason_enum" and text(value):
        return activity("bounced", event, connection)
    return lookup(event, "profile") if name in PROFILE else outcomes.Ignored("a property that is not followed")


def activity(kind: outcomes.VendorActivityKind, event: JsonObject, connection: Connection) -> outcomes.Activity:
    at = from_milliseconds(event.get("occurredAt"))
    return outcomes.Activity(kind, contact(event, connection), at, identify(event, connection))


def contact(event: JsonObject, connection: Connection) -> outcomes.PersonRef:
    return person_ref(None, vendor_id=hubspot_forms.contact_id(connection, event, "portalId", "objectId"))


def lookup(event: JsonObject, wanted: outcomes.LookupPurpose) -> outcomes.NeedsLookup:
    merged = event.get("mergedObjectIds")
    ids = {name: text(event.get(name)) for name in ("portalId", "objectId", "primaryObjectId")}
    ids["mergedObjectIds"] = ",".join(filter(None, map(text, merged))) if isinstance(merged, list) else None
    present = {name: found for name, found in ids.items() if found}
    return outcomes.NeedsLookup(present, wanted, from_milliseconds(event.get("occurredAt")))


READER = Reader(verify, interpret, identify, each_of_array)
