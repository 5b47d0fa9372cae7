"""Single values out of an element. A value that is missing, blank or of another type is `None`."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from services.lead_intake.connectors.delivery import Json, JsonObject
from services.lead_intake.lead.classification import words
from shared.rules.fields import EARLIEST, LATEST

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMBER = re.compile(r"[0-9]{1,15}")
ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
"""The expression reads each character in one way only, so that a long text takes no time."""
YES = words("true yes y 1 on checked granted accepted agree agreed ja oui si sí")
NO = words("false no n 0 off unchecked denied declined nein non")


def value_at(value: Json, *path: str) -> Json:
    """The value at the end of the path; `None` where a step is missing or no object."""
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def object_at(value: Json, *path: str) -> JsonObject:
    """An empty object in place of none."""
    found = value_at(value, *path)
    return found if isinstance(found, dict) else {}


def objects_at(value: Json, *path: str) -> list[JsonObject]:
    found = value_at(value, *path)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(value: Json) -> str | None:
    """Texts, and numbers as they are written. Blanks around it do not count."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    return encodable(value).strip() or None


def encodable(value: str) -> str:
    """Half of a surrogate pair has no bytes in UTF-8, and NUL is in no text of the store; JSON may contain both."""
    found = value if value.isascii() else value.encode(errors="replace").decode()
    return found.replace("\x00", "\ufffd")


def line(value: Json) -> str | None:
    """A text in one line."""
    found = text(value)
    return None if found is None else " ".join(found.split()) or None


def answer_text(value: Json) -> str | None:
    """An answer for people to read: also yes and no, and several choices."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(found for one in value if (found := answer_text(one))) or None
    return text(value)


def flag(value: Json) -> bool | None:
    """True and false in the ways that forms write them; anything else is `None`, as consent must not be guessed."""
    if isinstance(value, bool):
        return value
    word = (text(value) or "").casefold()
    return True if word in YES else False if word in NO else None


def unanimous(values: Iterable[Json]) -> bool | None:
    """The one answer that all values give."""
    answers = {flag(value) for value in values}
    return answers.pop() if len(answers) == 1 else None


def instant(value: Json) -> datetime | None:
    """An RFC 3339 text with a zone."""
    try:
        found = datetime.fromisoformat(text(value) or "")
    except ValueError:
        return None
    return None if found.tzinfo is None else within_reach(found)


def instant_without_zone(value: Json) -> datetime | None:
    """A text whose zone is UTC by the vendor's habit."""
    try:
        found = datetime.fromisoformat(text(value) or "")
    except ValueError:
        return None
    return within_reach(found if found.tzinfo else found.replace(tzinfo=UTC))


def from_seconds(value: Json) -> datetime | None:
    return counted(value, timedelta(seconds=1))


def from_milliseconds(value: Json) -> datetime | None:
    return counted(value, timedelta(milliseconds=1))


def counted(value: Json, unit: timedelta) -> datetime | None:
    number = text(value)
    if number is None or not NUMBER.fullmatch(number):
        return None
    try:
        return within_reach(EPOCH + int(number) * unit)
    except OverflowError:
        return None


def within_reach(found: datetime) -> datetime | None:
    """The instant in UTC. Near the ends of the calendar a change of zone would overflow."""
    return found.astimezone(UTC) if EARLIEST <= found < LATEST else None


def looks_like_email(value: Json) -> bool:
    return ADDRESS.fullmatch(text(value) or "") is not None
