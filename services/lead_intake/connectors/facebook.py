"""Facebook and Instagram lead ads: the page's hook (ids alone), and leads as they are read back by a tool."""

from collections.abc import Iterator
from datetime import datetime

from services.lead_intake.connectors import facebook_leads
from services.lead_intake.connectors.delivery import (
    Connection,
    Delivery,
    Json,
    JsonObject,
    Reply,
    Verification,
    Verified,
)
from services.lead_intake.connectors.outcomes import Ignored, NeedsLookup, Outcome
from services.lead_intake.connectors.parsing import Malformed, json_value, nested_form
from services.lead_intake.connectors.posted import is_form, posted_fields
from services.lead_intake.connectors.reader import Part, Reader, array_parts, external_id
from services.lead_intake.connectors.signatures import has_token, hex_hmac, signed
from services.lead_intake.connectors.values import (
    from_seconds,
    object_at,
    text,
    value_at,
)

IDS = ("leadgen_id", "page_id", "form_id", "ad_id", "adgroup_id")


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    """The hook is signed; a tool that posts a lead has the connection's token."""
    given = delivery.headers.get("x-hub-signature-256")
    if given is None:
        return has_token(delivery, connection)
    return signed([given], connection.secrets, lambda secret: f"sha256={hex_hmac(secret, delivery.body)}")


def handshake(delivery: Delivery, connection: Connection) -> Reply | None:
    if delivery.method != "GET":
        return None
    given = [delivery.query.get("hub.verify_token")]
    tokens = (connection.verify_token,) if connection.verify_token else connection.secrets
    known = signed(given, tokens, lambda token: token)
    challenge = delivery.query.get("hub.challenge", "")
    if delivery.query.get("hub.mode") == "subscribe" and isinstance(known, Verified):
        return Reply(200, "text/plain", challenge.encode(errors="replace"))
    return Reply(403, "text/plain", b"the verify token is wrong")


def split(delivery: Delivery) -> list[Part]:
    """A hook holds pages' changes, a list of leads may stand under `data`, and a tool may post one lead."""
    fields = posted_fields(delivery.body, delivery.headers) if is_form(delivery.headers) else None
    value = json_value(delivery.body) if fields is None else nested_form(fields)
    if isinstance(value, list):
        return array_parts("", value)
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        return array_parts("/data", value["data"])
    if isinstance(value, dict) and isinstance(value.get("entry"), list):
        return [part for pointer, entry in array_parts("/entry", value["entry"]) for part in changes(pointer, entry)]
    return [("", value)]


def changes(pointer: str, entry: Json) -> list[Part]:
    found = entry.get("changes") if isinstance(entry, dict) else None
    return array_parts(f"{pointer}/changes", found) if isinstance(found, list) and found else [(pointer, entry)]


def is_change(value: JsonObject) -> bool:
    return "field" in value


def identify(value: JsonObject, connection: Connection) -> str | None:
    """A hook and the lead that it announces are two elements."""
    if is_change(value):
        return external_id(connection, "hook", value_at(value, "value", "leadgen_id"))
    return facebook_leads.lead_id(value, connection)


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    yield change_outcome(value, connection) if is_change(value) else facebook_leads.lead_outcome(value, connection)


def change_outcome(value: JsonObject, connection: Connection) -> Outcome:
    change = object_at(value, "value")
    if value["field"] != "leadgen" or not change:
        return Ignored("not about a lead")
    ids = {name: found for name in IDS if (found := text(change.get(name)))}
    if "leadgen_id" not in ids:
        raise Malformed("the change names no lead")
    return NeedsLookup(
        ids, "capture", from_seconds(change.get("created_time")), external_id(connection, ids["leadgen_id"])
    )


READER = Reader(verify, interpret, identify, split, handshake)
