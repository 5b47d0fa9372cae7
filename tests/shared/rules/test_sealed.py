"""A value for the vault cannot get into an event's JSON by mistake."""

from typing import Any, ClassVar
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from shared.rules.message import Event
from shared.rules.sealed import Sealed, seal

REF = UUID(int=3)


class Person(BaseModel):
    name: str
    phone: str | None = None


class Noted(Event):
    type: ClassVar[str] = "thing.noted"
    note: Sealed[str] | None = None
    person: Sealed[Person] | None = None
    notes: tuple[Sealed[str], ...] = ()


def test_a_sealed_value_is_not_written_without_a_vault() -> None:
    for event in (Noted(note=seal("Ada")), Noted(person=seal(Person(name="Ada"))), Noted(notes=(Sealed(value="Ada"),))):
        with pytest.raises(PydanticSerializationError, match="belongs in the vault"):
            event.model_dump_json()


def test_the_vault_gets_the_value_and_the_event_the_reference() -> None:
    kept: list[Any] = []

    def sealer(value: Any) -> UUID:
        kept.append(value)
        return REF

    written = Noted(note=seal("Ada"), person=seal(Person(name="Ada"))).model_dump_json(context=sealer)
    assert kept == ["Ada", {"name": "Ada"}]
    assert "Ada" not in written
    assert Noted.model_validate_json(written).note == Sealed(ref=REF)


def test_a_value_that_was_read_back_is_written_as_it_was() -> None:
    again = Noted(note=Sealed(ref=REF)).model_dump_json()
    assert Noted.model_validate_json(again).note == Sealed(ref=REF)


def test_neither_its_text_nor_an_error_shows_the_value() -> None:
    assert "Ada" not in repr(Noted(note=seal("Ada")))
    with pytest.raises(ValidationError):
        Noted.model_validate({"note": {"ref": str(REF), "value": "Ada"}})
