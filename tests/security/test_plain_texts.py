"""An address in any string of any route: it is refused, or kept in a vault, and stands in no event, topic or log."""

import logging
from collections.abc import Iterator
from copy import deepcopy
from io import StringIO
from typing import Any

import pytest
import structlog

from shared.rules.fields import has_address
from shared.run.telemetry import configure_logging
from tests.fuzz.routes import GOOD, Good
from tests.fuzz.target import Target, target
from tests.running import connected
from tests.security.markers import TABLES, content

MARKER = "zebra"
WAYS = ("zebra{n}@marker.example", "zebra{n}%40marker.example")
KEPT_IN = ("vault", "lent")
"""Tables from which a person's erasure removes texts."""
CONFIGURATION = ("/connections", "/forms/", "/models", "/stages", "/settings", "/org/", "/parked", "/rates/")
"""Routes of administrators, whose bodies are about no person."""
Path = tuple[str | int, ...]


@pytest.mark.parametrize(
    "text",
    ["a@b", "a＠b", "a﹫b", "a%40b", "a%2540b", "a%EF%BC%A0b", "%2525252540", "a&#64;b", "a&commat;b", "a%26%2364;b"],
)
def test_an_address_is_recognised_however_it_is_written(text: str) -> None:
    assert has_address(text)


@pytest.mark.parametrize("text", ["", "100%", "a%4", "%2", "at", "a%20b"])
def test_other_text_is_no_address(text: str) -> None:
    assert not has_address(text)


@pytest.fixture
def logged() -> Iterator[StringIO]:
    into, before = StringIO(), structlog.get_config()
    level = logging.getLogger("uvicorn.error").level
    configure_logging("debug")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(into))
    yield into
    structlog.configure(**before)
    logging.getLogger("uvicorn.error").setLevel(level)


async def test_an_address_in_any_string_of_any_route_is_in_no_event_topic_or_log(
    database: str, logged: StringIO
) -> None:
    planted = 0
    async with target(database) as system:
        for route, good in GOOD.items():
            if isinstance(good.body, dict) and not any(each in route for each in CONFIGURATION):
                planted += await plant(system, route, good)
    assert planted > 100, "the strings of too few fields were taken or refused"
    assert await tables_with_the_marker(database) == []
    assert MARKER not in logged.getvalue().casefold()


async def plant(system: Target, route: str, good: Good) -> int:
    """Sends the route's good body once for each of its strings and each way to write an address. The count of requests
    that were answered."""
    method, count, place = route.split(" ", maxsplit=1)[0], 0, ""
    for field in strings(good.body):
        for way in WAYS:
            place = place or await system.place(route, good, done=True)
            body = replaced(good.body, field, way.replace("{n}", str(system.sent)))
            answer = await system.send(f"{route} {field}", method, place, json=body)
            count += 1
            place = "" if answer.is_success else place
    return count


def strings(value: Any, above: Path = ()) -> Iterator[Path]:
    """The paths of all strings in a JSON value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    for name, child in children:
        yield from strings(child, (*above, name))
    if isinstance(value, str):
        yield above


def replaced(body: Any, field: Path, marker: str) -> Any:
    """The marker in place of the string, within the form that the field's neighbours have."""
    changed = deepcopy(body)
    parent = changed
    for step in field[:-1]:
        parent = parent[step]
    form = {"external_id": f"crm:{marker}", "landing_url": f"https://acme.com/{marker}"}
    parent[field[-1]] = form.get(str(field[-1]), marker)
    return changed


async def tables_with_the_marker(database: str) -> list[str]:
    found = []
    async with connected(database) as engine, engine.connect() as tx:
        for oid, table in [(row[0], row[1]) for row in await tx.execute(TABLES)]:
            if not table.endswith(KEPT_IN) and MARKER in (text := (await content(tx, oid, table)).casefold()):
                start = text.index(MARKER)
                found.append(f"{table}: {text[max(0, start - 100) : start + 40]}")
    return found
