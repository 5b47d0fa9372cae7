"""An event that holds a group of fields is one level deep in storage."""

import json
from typing import ClassVar, NamedTuple
from uuid import UUID

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from shared.rules.fields import Line
from shared.rules.flattened import FlattenedEvent
from shared.rules.message import Parser, StoredEvent, parser
from shared.rules.money import Amount
from shared.rules.sealed import Sealed, seal
from tests.spec import NOON

REF = UUID(int=3)


class CartFields(NamedTuple):
    owner: Line
    total: Amount | None
    coupon: Line | None = None


class TotalChanged(FlattenedEvent):
    type: ClassVar[str] = "cart.total_changed"
    after: CartFields
    from_total: Amount | None
    note: Sealed[str] | None = None


PARSE: Parser[TotalChanged] = parser(TotalChanged)
OLD = {"owner": "ann", "total": "2.00", "from_total": None}


def stored(data: object) -> StoredEvent:
    return StoredEvent(
        1, UUID(int=1), "cart-1", 1, TotalChanged.type, json.dumps(data), NOON, NOON, "ann", UUID(int=2), None
    )


def test_the_groups_fields_are_stored_beside_the_events_own() -> None:
    event = TotalChanged(after=CartFields(owner="ann", total=None), from_total=None, note=seal("hello"))
    kept: list[object] = []

    def sealer(value: object) -> UUID:
        kept.append(value)
        return REF

    text = event.to_stored(sealer)
    assert json.loads(text) == {
        "owner": "ann",
        "total": None,
        "coupon": None,
        "from_total": None,
        "note": {"ref": str(REF)},
    }
    assert kept == ["hello"]


def test_a_stored_event_is_read_back_as_it_was() -> None:
    event = TotalChanged.from_stored(json.dumps(OLD | {"coupon": "spring", "note": {"ref": str(REF)}}))
    assert event == TotalChanged.from_stored(event.to_stored())
    assert event.after.coupon == "spring"
    assert event.note == Sealed(ref=REF)


def test_an_old_event_without_a_newer_field_has_its_default() -> None:
    recorded = PARSE(stored(OLD))
    assert recorded is not None
    assert recorded.event.after == CartFields("ann", recorded.event.after.total, None)
    assert recorded.event.note is None


def test_an_upcast_event_is_read_the_same_way() -> None:
    renamed = Parser({TotalChanged.type: TotalChanged}, False, {TotalChanged.type: lambda data: data | {"total": None}})
    recorded = renamed(stored(OLD))
    assert recorded is not None
    assert recorded.event.after.total is None


def test_a_field_that_no_event_has_is_an_error() -> None:
    with pytest.raises(ValidationError, match="sum"):
        TotalChanged.from_stored(json.dumps(OLD | {"sum": "2.00"}))


def test_an_event_is_checked_when_it_is_built() -> None:
    with pytest.raises(ValidationError, match="owner"):
        TotalChanged(after=CartFields(owner="", total=None), from_total=None)


def test_a_sealed_value_never_gets_into_storage_by_mistake() -> None:
    event = TotalChanged(after=CartFields("ann", None), from_total=None, note=seal("hello"))
    with pytest.raises(PydanticSerializationError, match="belongs in the vault"):
        event.to_stored()
