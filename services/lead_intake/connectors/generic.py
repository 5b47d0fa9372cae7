"""Any tool that posts JSON or a form (Zapier, Make, Marketo, WordPress): the connection's settings map its paths.

A path is dotted (`contact.email`, `items.0.name`). Beside the fields of a capture, settings may map paths to
`external_id`, `occurred_at` and `kind`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Delivery, Json, JsonObject, Verification
from services.lead_intake.connectors.fields import FormAnswer, answer
from services.lead_intake.connectors.outcomes import Outcome
from services.lead_intake.connectors.parsing import nested_form
from services.lead_intake.connectors.posted import is_form, posted_fields
from services.lead_intake.connectors.reader import Part, Reader, each_of_array, external_id
from services.lead_intake.connectors.signatures import has_token
from services.lead_intake.connectors.values import counted, instant, text
from services.lead_intake.lead.classification import words
from services.lead_intake.lead.events import Source

ABOUT_THE_SUBMISSION = ("external_id", "occurred_at", "kind")
AMBIGUOUS = words("name title position role description product domain country")
"""The last steps of paths that say nothing without the steps before them: a page has a title, too."""
MILLISECONDS_FROM = 12
"""Digits of a time stamp that counts milliseconds; one that counts seconds has ten."""


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    return has_token(delivery, connection)


def split(delivery: Delivery) -> list[Part]:
    if is_form(delivery.headers):
        return [("", nested_form(posted_fields(delivery.body, delivery.headers)))]
    return each_of_array(delivery)


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    leaves = dict(flattened(value))
    about = {mapped(leaves, connection, name)[0] for name in ABOUT_THE_SUBMISSION}
    kind = mapped(leaves, connection, "kind")[1]
    made = Submission(
        default=Source.OTHER,
        answers=[leaf_answer(path, leaves[path]) for path in sorted(leaves, key=depth) if path not in about],
        kind_ids=(kind,),
        asset_id=kind,
        occurred_at=moment(mapped(leaves, connection, "occurred_at")[1]),
        external_id=identify(value, connection),
    )
    yield capture(made, connection)


def identify(value: JsonObject, connection: Connection) -> str | None:
    return external_id(connection, mapped(dict(flattened(value)), connection, "external_id")[1])


def mapped(leaves: dict[str, Json], connection: Connection, target: str) -> tuple[str | None, Json]:
    """The path that the settings map to the target, with what stands there."""
    paths = (path for path, name in connection.fields.items() if name == target and path in leaves)
    path = next(paths, None)
    return path, None if path is None else leaves[path]


def flattened(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, one in inner:
            yield from flattened(one, f"{path}.{step}" if path else str(step))
    else:
        yield path, value


def depth(path: str) -> int:
    return path.count(".")


def leaf_answer(path: str, leaf: Json) -> FormAnswer:
    steps = path.split(".")
    last = steps[-1] if len(steps) == 1 or steps[-1] not in AMBIGUOUS else None
    return answer(last, leaf, ".".join(steps[-2:]), path)


def moment(value: Json) -> datetime | None:
    found = text(value) or ""
    unit = timedelta(milliseconds=1) if len(found) >= MILLISECONDS_FROM else timedelta(seconds=1)
    return counted(value, unit) if found.isdecimal() else instant(value)


READER = Reader(verify, interpret, identify, split, repeats_within=timedelta(minutes=10))
