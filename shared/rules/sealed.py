"""Values that must not stand in events: an event carries a reference, the vault keeps the value."""

from typing import Any, Generic, Protocol, TypeVar, get_args
from uuid import UUID

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import core_schema

T = TypeVar("T")


class Sealer(Protocol):
    def __call__(self, value: Any) -> UUID:
        """Keeps a JSON value for the vault and names the reference under which it will be found."""


class Sealed(Generic[T]):
    """Fresh, it holds the value; read back from an event, only the reference.

    Turning a fresh one into JSON without a sealer fails: a value cannot get into the log by mistake. (No dataclass:
    pydantic would see through one, and write the value.)
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
        referred = core_schema.no_info_after_validator_function(
            lambda fields: cls(ref=fields["ref"]),
            core_schema.typed_dict_schema(
                {"ref": core_schema.typed_dict_field(core_schema.uuid_schema())}, extra_behavior="forbid"
            ),
        )
        return core_schema.union_schema(
            [core_schema.is_instance_schema(cls), referred],
            mode="left_to_right",
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda sealed, info: {"ref": sealed.ref or seal_now(sealed, values, info.context)},
                return_schema=core_schema.typed_dict_schema(
                    {"ref": core_schema.typed_dict_field(core_schema.uuid_schema())}
                ),
                info_arg=True,
            ),
        )


def seal_now(sealed: Sealed[Any], values: TypeAdapter[Any], sealer: Any) -> UUID:
    if sealer is None:
        raise TypeError("a value that belongs in the vault was about to be written into an event")
    ref: UUID = sealer(values.dump_python(sealed.value, mode="json", exclude_none=True))
    return ref


def seal(value: T | None) -> Sealed[T] | None:
    return None if value is None else Sealed(value=value)
