"""Lists in pages. A page begins after the last key of the previous one, so that writes do not shift pages."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Generic, Literal, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel

from shared.rules.fields import instant_in_range, printable
from shared.web.errors.problems import InvalidRequest

T = TypeVar("T")
LIST: ContextVar[str] = ContextVar("list", default="")
"""The path of the list that the request at hand asks for, which its cursors belong to. The guard sets it: the functions
that make and read cursors get no request."""
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[
    str | None,
    Query(max_length=500, description="`next` of the previous page", json_schema_extra={"pattern": "^[A-Za-z0-9_-]+$"}),
]


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: str | None


class FilterWarning(BaseModel):
    """A filter names what is not there: an empty list would look like an answer."""

    code: Literal["stage_unknown", "owner_unassigned", "account_unknown", "source_unknown", "reason_unknown"]
    detail: str


class FilteredPage(Page[T], Generic[T]):
    """`warnings`: for a list without an item, why."""

    warnings: list[FilterWarning] = []


def with_warnings(page: Page[T], warnings: Sequence[FilterWarning]) -> FilteredPage[T]:
    return FilteredPage(items=page.items, next=page.next, warnings=list(warnings))


def make_page(rows: Sequence[T], limit: int, key: Callable[[T], Sequence[Any]]) -> Page[T]:
    """`rows`: of a query for one row more than `limit`. `key`: what the query sorts by, as JSON values."""
    items = list(rows[:limit])
    return Page(items=items, next=encode_cursor(key(items[-1])) if len(rows) > limit else None)


def list_tag() -> str:
    return sha256(LIST.get().encode()).hexdigest()[:8]


def encode_cursor(key: Sequence[Any]) -> str:
    return urlsafe_b64encode(orjson.dumps([list_tag(), *key])).decode().rstrip("=")


def decode_cursor(cursor: str | None, *types: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The key in a cursor, each part converted by its type. Raises `InvalidRequest` for a forged cursor, and for one of
    another list."""
    if cursor is None:
        return None
    try:
        tag, *parts = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if tag != list_tag():
            raise ValueError("of another list")
        return tuple(check_comparable(convert(part)) for convert, part in zip(types, parts, strict=True))
    except (ValueError, TypeError, OverflowError) as error:
        errors = [{"pointer": "query/after", "detail": "unknown"}]
        raise InvalidRequest("after is not a cursor of this list", errors=errors) from error


def check_comparable(part: Any) -> Any:
    """Raises `ValueError` for a value that Postgres cannot compare with a column."""
    if isinstance(part, str):
        return printable(part)
    if isinstance(part, datetime) and part.tzinfo is None:
        raise ValueError("without a time zone")
    if isinstance(part, datetime):
        return instant_in_range(part)
    if isinstance(part, int) and not -(2**63) <= part < 2**63:
        raise ValueError("too large")
    return part
