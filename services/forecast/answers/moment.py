"""The moment that a question is answered for: which instant, and known from which events."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.projections import known_positions
from services.forecast.projections.known_positions import KnownPositions
from services.forecast.projections.ledger import latest_events
from services.forecast.projections.settings import BusinessSettings, calendar_at, settings_at
from shared.flow import parked, watermark
from shared.rules.message import InvalidField
from shared.web.requests import conditions

FRONTIER = re.compile(r"[a-z_]{1,40}:[0-9]{1,18}(,[a-z_]{1,40}:[0-9]{1,18}){0,9}")


@dataclass(frozen=True)
class Instants:
    """The instants that a question names. None: the default."""

    as_of: datetime | None = None
    known_at: str | None = None
    org_as_of: datetime | None = None
    parameter: str = "as_of"
    """The parameter that gives `as_of`."""

    @property
    def is_now(self) -> bool:
        return self.as_of is None and self.known_at is None


NOW = Instants()


class Applied(NamedTuple):
    """`read_models`: the subscription that answers are read from. `positions`: what it has applied of each source."""

    read_models: str
    positions: Mapping[str, int]


@dataclass(frozen=True)
class Moment:
    """`as_of`: by default now, or when the last event that is applied happened, if that is later. `known`: the events
    that count. `parked`: how many parked keys would count, too. `final`: whether its answers stay the same for ever."""

    as_of: datetime
    instants: Instants
    settings: BusinessSettings
    known: KnownPositions
    frontier: str
    parked: int
    final: bool

    @property
    def today(self) -> date:
        return self.settings.today(self.as_of)


async def moment_of(
    tx: AsyncConnection,
    now: datetime,
    applied: Applied,
    instants: Instants = NOW,
    settings: BusinessSettings | None = None,
) -> Moment:
    """`settings`: those of the moment, if they are known already."""
    latest = max(now, await latest_events.last_occurred(tx) or now)
    as_of = instants.as_of or latest
    if as_of > latest:
        raise InvalidField(f"query/{instants.parameter}", "lies in the future")
    if instants.org_as_of is not None and instants.org_as_of > as_of:
        raise InvalidField("query/org_as_of", "lies after as_of")
    positions, passed = applied.positions, True
    if instants.known_at is not None:
        positions, passed = await known_until(tx, instants.known_at, applied)
    known = KnownPositions(positions["forecast"], positions["pipeline"])
    keys = await parked.parked_keys(tx, [applied.read_models])
    hidden = [key for key in keys if key.position <= positions[key.source]]
    found = settings or await settings_at(tx, as_of, known)
    frontier = conditions.format_positions(positions)
    return Moment(as_of, instants, found, known, frontier, len(hidden), passed and not hidden)


async def known_until(tx: AsyncConnection, known_at: str, applied: Applied) -> tuple[Mapping[str, int], bool]:
    """The positions that count, by source, and whether that is final: whether no event can come any more that would
    count."""
    if FRONTIER.fullmatch(known_at):
        return frontier_positions(known_at), True
    instant = datetime.fromisoformat(known_at)
    recorded = await known_positions.recorded_until(tx, instant)
    positions = {source: min(recorded[source], position) for source, position in applied.positions.items()}
    return positions, await is_complete(tx, applied, instant)


async def is_complete(tx: AsyncConnection, applied: Applied, instant: datetime) -> bool:
    """Whether all events that were recorded by this instant are applied."""
    passed = await watermark.passed(tx, applied.read_models, instant) | await latest_events.passed(tx, instant)
    return passed >= applied.positions.keys()


def frontier_positions(frontier: str) -> dict[str, int]:
    return {source: int(position) for source, _, position in (part.partition(":") for part in frontier.split(","))}


async def in_calendar(tx: AsyncConnection, moment: Moment, key: str | None) -> Moment:
    """The same moment with another calendar than that of the settings, in the version that was in force then. Raises
    `InvalidField` for a calendar that does not exist."""
    if key is None:
        return moment
    calendar = await calendar_at(tx, key, moment.as_of, moment.known)
    if calendar is None:
        raise InvalidField("query/calendar", f"there is no calendar {key}")
    return replace(moment, settings=replace(moment.settings, calendar=calendar))
