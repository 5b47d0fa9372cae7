"""What a question about the forecast may ask, and the moment that it is answered for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from pydantic import AfterValidator
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.periods.calendar import CALENDAR, ZONE
from services.forecast.projections import latest_events
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.numbers import Numbers, numbers_at
from shared.flow import parked
from shared.rules.message import Slug
from shared.web.call import Call, Needs


def known_period(key: str) -> str:
    CALENDAR.period(key)
    return key


Reads = Annotated[Call, Depends(Needs("forecast:read"))]
PeriodKey = Annotated[
    str, AfterValidator(known_period), Query(description="Such as 2017, 2017-Q3 or 2017-P07; by default this quarter")
]
NodeId = Annotated[Slug, Path()]
Motion = Literal["new_business", "existing_business"]


@dataclass(frozen=True)
class Moment:
    """`as_of`: now, or when the last event that is applied happened, if that is later. `parked`: keys set aside."""

    as_of: datetime
    frontier: str
    parked: int


async def moment(call: Call, tx: AsyncConnection) -> Moment:
    now = call.context.clock_and_ids.now()
    parked_keys = await parked.parked_keys(tx, [call.context.read_models])
    as_of = max(now, await latest_events.last_occurred(tx) or now)
    return Moment(as_of, call.format_frontier(), len(parked_keys))


def deal_filter(
    at: Moment,
    period: str | None,
    *,
    motion: Motion | None = None,
    pipeline: str | None = None,
    qualified: bool | None = None,
) -> DealFilter:
    """Of a period, by default the quarter that the moment lies in."""
    today = at.as_of.astimezone(ZONE).date()
    chosen = CALENDAR.period(period) if period else CALENDAR.quarter_of(today)
    return DealFilter(chosen, today, motion, pipeline, qualified)


async def numbers_for(tx: AsyncConnection, chosen: DealFilter) -> Numbers:
    """A period that has ended keeps the organisation of its end."""
    return await numbers_at(tx, chosen.period.last_instant)
