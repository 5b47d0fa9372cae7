"""What a question about the forecast may ask, and the moment it is answered for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from pydantic import AfterValidator
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.periods.calendar import CALENDAR, ZONE
from services.forecast.projections import rollup, sums
from services.forecast.projections.rollup import Question
from services.forecast.projections.sums import Wanted
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
    aside = await parked.parked_keys(tx, [call.context.read_models])
    return Moment(max(now, await sums.last_occurred(tx) or now), call.format_frontier(), len(aside))


async def question(
    tx: AsyncConnection,
    at: Moment,
    period: str | None,
    *,
    motion: Motion | None = None,
    pipeline: str | None = None,
    qualified: bool | None = None,
) -> Question:
    today = at.as_of.astimezone(ZONE).date()
    chosen = CALENDAR.period(period) if period else CALENDAR.quarter_of(today)
    return await rollup.question(tx, Wanted(chosen, today, motion, pipeline, qualified))
