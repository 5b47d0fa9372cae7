"""Values that events must not contain: the event has a reference, the vault has the value."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, get_args
from uuid import UUID

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import core_schema

T = TypeVar("T")


Sealer = Callable[[Any], UUID]
"""Takes a JSON value for the vault and returns its reference."""


class Sealed(Generic[T]):
    """A new one holds the value; one that was read from an event holds only the reference.

    Serialising a new one without a sealer fails, so no value can get into the log by mistake. (It is no dataclass,
    because pydantic would serialise a dataclass with its value.)
    """

    __slots__ = ("ref", "value")

    def __init__(self, ref: UUID | None = None, value: T | None = None) -> None:
        self.ref, self.value = ref, value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and (self.ref, self.value) == (other.ref, other.value)

    def __hash__(self) -> int:
        return hash((self.ref, repr(self.value)))

    def __repr__(self) -> str:
        return f"Sealed(ref={self.ref})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        values: TypeAdapter[Any] = TypeAdapter(get_args(source)[0])
        by_reference = core_schema.no_info_after_validator_function(
            lambda fields: cls(ref=fields["ref"]),
            core_schema.typed_dict_schema(
                {"ref": core_schema.typed_dict_field(core_schema.uuid_schema())}, extra_behavior="forbid"
            ),
        )
        return core_schema.union_schema(
            [core_schema.is_instance_schema(cls), by_reference],
            mode="left_to_right",
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda sealed, info: {"ref": sealed.ref or seal_now(sealed, values, info.context)},
                return_schema=core_schema.typed_dict_schema(
                    {"ref": core_schema.typed_dict_field(core_schema.uuid_schema())}
                ),
                info_arg=True,
            ),
        )


def seal_now(sealed: Sealed[Any], values: TypeAdapter[Any], sealer: Sealer | None) -> UUID:
    if sealer is None:
        raise TypeError("a value that belongs in the vault was about to be written into an event")
    return sealer(values.dump_python(sealed.value, mode="json", exclude_none=True))


def seal(value: T | None) -> Sealed[T] | None:
    return None if value is None else Sealed(value=value)
