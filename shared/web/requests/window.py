"""A window in a query, whose bounds are days or instants."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, TypeAdapter, ValidationError, WithJsonSchema

from shared.rules.fields import DAY, Day, Instant
from shared.rules.message import MAX_CLOCK_AHEAD, InvalidField

DAYS: TypeAdapter[date] = TypeAdapter(Day)
INSTANTS: TypeAdapter[datetime] = TypeAdapter(Instant)


def day_or_instant(value: Any) -> date:
    try:
        is_day = isinstance(value, str) and DAY.fullmatch(value)
        return DAYS.validate_python(value) if is_day else INSTANTS.validate_python(value)
    except ValidationError:
        raise ValueError("must be a day such as 2026-03-02, or an instant such as 2026-03-02T12:00:00Z") from None


Bound = Annotated[
    date,
    PlainValidator(day_or_instant),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}),
]
"""A `datetime` if it is an instant."""


def format_bound(bound: date | None) -> str | None:
    """The bound as the caller wrote it."""
    return None if bound is None else bound.isoformat().replace("+00:00", "Z")


def refuse_future(as_of: datetime | None, now: datetime) -> None:
    """Refuses an instant in the future, whose answer nobody can know yet. Raises `InvalidField`."""
    if as_of is not None and as_of > now + MAX_CLOCK_AHEAD:
        raise InvalidField("query/as_of", "lies in the future")


class WindowParameters(BaseModel):
    """A last day belongs to the window, a last instant does not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: Annotated[
        Bound | None, Field(alias="from", description="A business day or an instant; by default the beginning")
    ] = None
    ends: Annotated[
        Bound | None,
        Field(alias="to", description="The last business day, or the instant before which the window ends"),
    ] = None

    def instants(
        self, start_of_day: Callable[[date], datetime], end_of_day: Callable[[date], datetime]
    ) -> tuple[datetime | None, datetime | None]:
        """The instants from which on and before which something lies in the window; None: without a bound. Raises
        `InvalidField` for an empty window."""
        begins, ends = instant(self.begins, start_of_day), instant(self.ends, end_of_day)
        if begins is not None and ends is not None and ends <= begins:
            raise InvalidField("query/to", "nothing lies between from and to")
        return begins, ends


def instant(bound: date | None, of_day: Callable[[date], datetime]) -> datetime | None:
    return bound if bound is None or isinstance(bound, datetime) else of_day(bound)
