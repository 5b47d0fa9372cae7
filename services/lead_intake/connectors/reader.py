"""A vendor's reader, and how it is applied to a delivery."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.lead_intake.connectors.delivery import Connection, Delivery, Json, JsonObject, Reply, Verification
from services.lead_intake.connectors.outcomes import Element, Ignored, Outcome, Unreadable
from services.lead_intake.connectors.parsing import Malformed, json_value
from services.lead_intake.connectors.redaction import digest, redacted, redacted_body
from services.lead_intake.connectors.values import line

Part = tuple[str, Json]
"""An element as it stands in the body, with its JSON pointer."""
EXTERNAL_ID = re.compile(r"[^\s@\x00-\x1f\x7f]+")
LONGEST_ID = 200


def whole_body(delivery: Delivery) -> list[Part]:
    return [("", json_value(delivery.body))]


def each_of_array(delivery: Delivery) -> list[Part]:
    """An array's elements, or the body itself when it is no array."""
    value = json_value(delivery.body)
    return array_parts("", value) if isinstance(value, list) else [("", value)]


def array_parts(pointer: str, array: list[Json]) -> list[Part]:
    return [(f"{pointer}/{index}", value) for index, value in enumerate(array)]


def no_reply(delivery: Delivery, connection: Connection) -> Reply | None:
    return None


@dataclass(frozen=True)
class Reader:
    """A vendor's facts as functions without I/O. `split` and `interpret` may raise `Malformed`, and nothing else.

    `interpret`: outcomes of one element, at least one. `identify`: the vendor's own id of an element as an external id.
    `handshake`: the answer to a request that delivers nothing; a GET is answered without verification, a POST is
    verified first. `acknowledge`: the answer to a delivery, where the vendor expects another than ours.
    `repeats_within`: how long an element without an id counts as a repetition of an equal one; unlimited when elements
    contain the vendor's time.
    """

    verify: Callable[[Delivery, Connection, datetime], Verification]
    interpret: Callable[[JsonObject, Connection], Iterable[Outcome]]
    identify: Callable[[JsonObject, Connection], str | None]
    split: Callable[[Delivery], list[Part]] = whole_body
    handshake: Callable[[Delivery, Connection], Reply | None] = no_reply
    acknowledge: Callable[[Delivery, Connection], Reply | None] = no_reply
    repeats_within: timedelta | None = None


def read(reader: Reader, delivery: Delivery, connection: Connection) -> list[Element]:
    """The elements of a verified delivery: at least one, each with at least one outcome."""
    try:
        parts = reader.split(delivery)
    except Malformed as error:
        kept = redacted_body(delivery.body)
        return [Element("", content_identity(kept, connection), kept, (Unreadable(str(error)),))]
    if not parts:
        return [Element("", content_identity([], connection), [], (Ignored("the delivery is empty"),))]
    return [element(reader, pointer, redacted(value), connection) for pointer, value in parts]


def reread(reader: Reader, kept: Json, connection: Connection) -> Element:
    """The same element under other settings of the connection."""
    return element(reader, "", kept, connection)


def element(reader: Reader, pointer: str, kept: Json, connection: Connection) -> Element:
    if not isinstance(kept, dict):
        kept = "null" if kept is None else kept  # the vault has no value that is none
        return unidentified(reader, pointer, kept, connection, (Unreadable("the element is no object"),))
    outcomes = outcomes_of(reader, kept, connection)
    identity = reader.identify(kept, connection)
    if identity is None:
        return unidentified(reader, pointer, kept, connection, outcomes)
    return Element(pointer, identity, kept, outcomes)


def outcomes_of(reader: Reader, kept: JsonObject, connection: Connection) -> tuple[Outcome, ...]:
    try:
        return tuple(reader.interpret(kept, connection))
    except Malformed as error:
        return (Unreadable(str(error)),)


def unidentified(
    reader: Reader, pointer: str, kept: Json, connection: Connection, outcomes: tuple[Outcome, ...]
) -> Element:
    return Element(pointer, content_identity(kept, connection), kept, outcomes, reader.repeats_within)


def content_identity(kept: Json, connection: Connection) -> str:
    return f"{system_of(connection)}:sha256-{digest(kept)}"


def system_of(connection: Connection) -> str:
    return connection.system or connection.connector


def external_id(connection: Connection, *parts: Json) -> str | None:
    """`system:part/part`; `None` when a part is missing. What is too long or has characters that no external id may
    have is replaced by its digest."""
    texts = [line(part) for part in parts]
    if any(part is None for part in texts):
        return None
    plain = f"{system_of(connection)}:{'/'.join(part or '' for part in texts)}"
    if len(plain) <= LONGEST_ID and EXTERNAL_ID.fullmatch(plain):
        return plain
    return f"{system_of(connection)}:sha256-{digest(texts)}"
