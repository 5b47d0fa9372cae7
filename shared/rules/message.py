"""Messages: commands (imperative), events (past tense), and the refusals that a command may meet."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.rules.fields import STORED
from shared.rules.sealed import Sealer

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601", hide_input_in_errors=True)


class Command(Message):
    """A request to change something; its fields are the body of an HTTP request."""


class Event(Message):
    """Something that happened. `type` and the fields' names are a storage format: added to, never changed."""

    type: ClassVar[str]
    shares_texts: ClassVar[bool] = False
    """Whether another service may import its sealed texts (`vault.import_shared`)."""

    def vault_subject(self, stream: str) -> str:
        """The subject whose erasure empties this event's sealed values: by default the stream itself."""
        return stream

    @classmethod
    def from_stored(cls, data: str) -> Self:
        """Parses the JSON text of a stored event."""
        return cls.model_validate_json(data, context=STORED)

    @classmethod
    def from_upcast(cls, data: dict[str, Any]) -> Self:
        """Parses what an upcaster made of an old event's data."""
        return cls.model_validate(data, context=STORED)

    @classmethod
    def stored_form_of(cls) -> TypeAdapter[Any]:
        """The type of the stored JSON."""
        return TypeAdapter(cls)

    @classmethod
    def may_lack(cls, name: str) -> bool:
        """Whether old events may lack this field."""
        field = cls.model_fields.get(name)
        return field is not None and not field.is_required()

    def to_stored(self, sealer: Sealer | None = None) -> str:
        """The JSON text to store. `sealer` takes the sealed values and returns their references; without one, an event
        that holds an unsealed value raises `TypeError`."""
        return self.model_dump_json(context=sealer)


class Erasure(Event):
    """An event that deletes the vault entries and the aliases of its subject."""


class Refusal(Exception):
    """A command was not accepted. The text is the reason, for the caller."""


class Rejected(Refusal):
    """A rule forbids the command."""


class InvalidField(Refusal):
    """A field's value is not among those that the settings allow. `pointer`: the field's JSON pointer."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.pointer = pointer


class Missing(Refusal):
    """The thing that the command is about does not exist."""


class Denied(Refusal):
    """The caller lacks a scope that the command needs in this state."""


class Stale(Refusal):
    """The caller's version is not the current one."""


class KeyReused(Refusal):
    """The idempotency key was used before, with another body."""


class TooLarge(Refusal):
    """An event would exceed the log's limit."""


C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class StoredEvent(NamedTuple):
    """One event as the store and the log hold it; `data` is JSON text without the type. (Every event that is read is
    one of these, and a tuple is created five times as fast as a frozen dataclass.)"""

    position: int
    event_id: UUID
    stream: str
    version: int
    type: str
    data: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    correlation_id: UUID
    causation_id: UUID | None
    on_behalf_of: str | None = None
    """The org node on whose behalf the caller acted."""

    @property
    def subject(self) -> str:
        """The id of what the event is about: the stream's name without its kind."""
        return subject_of(self.stream)


class RecordedEvent(NamedTuple, Generic[E_co]):
    """One parsed event, with its position and instants in the store."""

    position: int
    event_id: UUID
    stream: str
    version: int
    event: E_co
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    correlation_id: UUID
    on_behalf_of: str | None = None

    @property
    def subject(self) -> str:
        return subject_of(self.stream)


def subject_of(stream: str) -> str:
    return stream.partition("-")[2]


@dataclass(frozen=True)
class Parser(Generic[E_co]):
    """Stored events of these types become models. Of other types, a tolerant parser returns `None`, any other raises.

    An upcaster turns the data of an old event into what its model reads today.
    """

    models: Mapping[str, type[E_co]]
    tolerant: bool
    upcasters: Mapping[str, Upcaster]

    def __call__(self, stored: StoredEvent) -> RecordedEvent[E_co] | None:
        model = self.models.get(stored.type)
        if model is None:
            if self.tolerant:
                return None
            raise ValueError(f"{stored.type} at position {stored.position} is not an event that this code knows")
        return RecordedEvent(
            stored.position,
            stored.event_id,
            stored.stream,
            stored.version,
            self.read(model, stored),
            stored.occurred_at,
            stored.recorded_at,
            stored.actor,
            stored.correlation_id,
            stored.on_behalf_of,
        )

    def read(self, model: type[E_co], stored: StoredEvent) -> E_co:
        upcast = self.upcasters.get(stored.type)
        if upcast is None:
            return model.from_stored(stored.data)
        return model.from_upcast(upcast(json.loads(stored.data)))

    def all(self, stored: Sequence[StoredEvent]) -> list[RecordedEvent[E_co]]:
        return [recorded for one in stored if (recorded := self(one)) is not None]


def parser(events: Any, *, upcasters: Mapping[str, Upcaster] | None = None) -> Parser[Any]:
    """Parses a service's own events, given as their union: an unknown type is an error."""
    return Parser({model.type: model for model in members(events)}, False, upcasters or {})


def tolerant_parser(events: Any) -> Parser[Any]:
    """Parses another service's events, given as the union of those that this service uses; others are skipped."""
    return Parser({model.type: model for model in members(events)}, True, {})


def members(union: Any) -> tuple[Any, ...]:
    return get_args(union) or (union,)


class UpstreamEvent(Event):
    """The fields of another service's event that this service uses. Other fields, also future ones, are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


MAX_CLOCK_AHEAD = timedelta(minutes=5)
"""The longest time that a caller's clock may be ahead of ours."""
