"""Texts, ids and instants at the door; events of today and of yesterday."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.rules.fields import ExternalId, Instant, Line, Prose, Slug
from shared.rules.message import BEGINNING, Event, Parser, StoredEvent, UpstreamEvent, parser, tolerant_parser


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Line, ""),
        (Line, "  "),
        (Line, "a\x00b"),
        (Line, "two\nlines"),
        (Line, "x" * 201),
        (Line, "\ud800"),
        (Prose, "a\x00b"),
        (Prose, "x" * 4001),
        (Slug, "Ann"),
        (Slug, "ann smith"),
        (Slug, ""),
        (ExternalId, "nocolon"),
        (ExternalId, "crm:"),
        (ExternalId, "crm:ada@example.com"),
        (ExternalId, "crm:" + "x" * 200),
        (Instant, "2026-01-01T00:00:00"),
        (Instant, "1066-10-14T09:00:00Z"),
        (Instant, "9999-12-31T23:59:59-12:00"),
    ],
)
def test_values_that_do_not_fit_their_type_are_refused(kind: Any, value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


def test_lines_are_stripped_prose_keeps_its_lines_and_instants_become_utc() -> None:
    assert TypeAdapter(Line).validate_python("  Zoë Müller ") == "Zoë Müller"
    assert TypeAdapter(Prose).validate_python("one\ntwo") == "one\ntwo"
    assert TypeAdapter(ExternalId).validate_python("crm:00-7/X") == "crm:00-7/X"
    found = TypeAdapter(Instant).validate_python("2026-03-02T13:00:00+01:00")
    assert (found, found.tzinfo) == (datetime(2026, 3, 2, 12, tzinfo=UTC), UTC)


class Renamed(Event):
    type: ClassVar[str] = "thing.named"
    name: str


class Other(Event):
    type: ClassVar[str] = "thing.other"


class RenamedElsewhere(UpstreamEvent):
    type: ClassVar[str] = "thing.named"
    name: str


def stored(kind: str, data: str) -> StoredEvent:
    return StoredEvent(1, UUID(int=1), "thing-a-b", 1, kind, data, BEGINNING, BEGINNING, "x", UUID(int=2), None)


def test_an_event_of_an_older_form_is_read_as_todays() -> None:
    parse: Parser[Renamed] = parser(Renamed, upcasters={"thing.named": lambda old: {"name": old["title"]}})
    recorded = parse(stored("thing.named", '{"title": "x"}'))
    assert recorded is not None
    assert recorded.event == Renamed(name="x")
    assert recorded.subject == "a-b"


def test_ones_own_events_must_all_be_known() -> None:
    parse: Parser[Any] = parser(Renamed | Other)
    with pytest.raises(ValueError, match=r"thing\.new at position 1"):
        parse(stored("thing.new", "{}"))
    with pytest.raises(ValidationError):
        parse(stored("thing.named", '{"name": "x", "added": 1}'))


def test_anothers_events_may_have_more_fields_and_more_types() -> None:
    parse: Parser[RenamedElsewhere] = tolerant_parser(RenamedElsewhere)
    assert parse(stored("thing.new", "{}")) is None
    recorded = parse(stored("thing.named", '{"name": "x", "added": 1}'))
    assert recorded is not None
    assert recorded.event.name == "x"
