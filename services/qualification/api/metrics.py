"""Measures of the SDRs' work: how soon they answer, and what becomes of it."""

import asyncio
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.api.settings import BusinessHoursView, business_hours_view
from services.qualification.metrics.speed import Speed, Wait, speed, wait
from services.qualification.projections import cycles
from services.qualification.projections.cycles import SpeedRow
from services.qualification.setting.decider import ALL
from services.qualification.setting.decider import DECIDER as SETTING
from services.qualification.setting.events import BusinessHours
from services.qualification.setting.state import Settings
from shared.web.access import METRICS_READ
from shared.web.call import Call
from shared.web.needs import Needs
from shared.web.place import PlaceRule
from shared.web.window import WindowParameters, format_bound

router = APIRouter(tags=["metrics"])
Measures = Annotated[Call, Depends(Needs("leads:read", or_one_of=(METRICS_READ,), place=PlaceRule.SUBTREE))]


class SpeedView(BaseModel):
    """Percentiles by nearest rank, of what was answered; null: nothing was. `_business_seconds`: of the time within
    business hours alone."""

    answered: int
    unanswered: int
    p50_seconds: int | None
    p90_seconds: int | None
    p50_business_seconds: int | None
    p90_business_seconds: int | None


class Waits(NamedTuple):
    """None for each that nobody has answered."""

    first_touch: list[Wait | None]
    rep_touch: list[Wait | None]


class SourceSpeed(BaseModel):
    """`first_touch`: from the capture to the first touch by an SDR. `rep_touch`: from the hand-over to the rep's first
    touch, of the leads that were handed over."""

    source: str
    first_touch: SpeedView
    rep_touch: SpeedView


class TotalSpeed(BaseModel):
    first_touch: SpeedView
    rep_touch: SpeedView


class SpeedToLead(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    begins: str | None = Field(alias="from")
    ends: str | None = Field(alias="to")
    timezone: str
    business_hours: BusinessHoursView
    total: TotalSpeed
    sources: list[SourceSpeed]


class SdrWeek(BaseModel):
    """`week`: its Monday. `sdr`: null for leads that nobody had claimed. `worked`: cycles touched first in this week;
    `handed_over`: to a rep; `accepted`: confirmed by the rep as qualified."""

    week: date
    sdr: str | None
    worked: int
    handed_over: int
    accepted: int


class SdrMetrics(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    begins: str | None = Field(alias="from")
    ends: str | None = Field(alias="to")
    timezone: str
    weeks: list[SdrWeek]


@router.get("/metrics/speed-to-lead")
async def get_speed_to_lead(query: Annotated[WindowParameters, Query()], call: Measures) -> SpeedToLead:
    """Get how soon leads are answered, by the source of their first capture: of the cycles that began in the window.

    A lead's first cycle counts from its capture, a later one from when it became MQL again.
    """
    now = call.context.clock_and_ids.now()
    async with call.read() as tx:
        settings = await settings_of(call, tx)
        rows = await cycles.answers(tx, *instants(query, settings), call.subtree.nodes)
    # In a thread: of very many cycles it takes seconds, for which other requests would wait.
    return await asyncio.to_thread(
        speed_to_lead, query, rows, settings.business_hours, ZoneInfo(settings.timezone(now))
    )


def speed_to_lead(
    query: WindowParameters, rows: Iterable[SpeedRow], hours: BusinessHours, zone: ZoneInfo
) -> SpeedToLead:
    whole, by_source = Waits([], []), dict[str, Waits]()
    for row in rows:
        first = wait(row.first_touch, hours, zone)
        rep = [] if row.rep_touch is None else [wait(row.rep_touch, hours, zone)]
        for waits in (whole, by_source.setdefault(row.source, Waits([], []))):
            waits.first_touch.append(first)
            waits.rep_touch.extend(rep)
    figures = {
        "from": format_bound(query.begins),
        "to": format_bound(query.ends),
        "timezone": zone.key,
        "business_hours": business_hours_view(hours),
        "total": speeds(whole),
        "sources": [{"source": source} | speeds(waits) for source, waits in sorted(by_source.items())],
    }
    return SpeedToLead.model_validate(figures)


@router.get("/metrics/sdr")
async def get_sdr_metrics(query: Annotated[WindowParameters, Query()], call: Measures) -> SdrMetrics:
    """Get what each SDR worked, handed over and got accepted, by week."""
    now = call.context.clock_and_ids.now()
    async with call.read() as tx:
        settings = await settings_of(call, tx)
        zone = settings.timezone(now)
        rows = await cycles.work(tx, zone, *instants(query, settings), call.subtree.nodes)
    figures = {
        "from": format_bound(query.begins),
        "to": format_bound(query.ends),
        "timezone": zone,
        "weeks": [row._asdict() for row in rows],
    }
    return SdrMetrics.model_validate(figures)


async def settings_of(call: Call, tx: AsyncConnection) -> Settings:
    return (await call.states(tx, SETTING, [ALL]))[ALL]


def instants(query: WindowParameters, settings: Settings) -> tuple[datetime | None, datetime | None]:
    """Raises `InvalidField` for an empty window."""
    return query.instants(settings.start_of_day, lambda day: settings.start_of_day(day + timedelta(days=1)))


def speeds(waits: Waits) -> dict[str, SpeedView]:
    return {
        "first_touch": speed_view(speed(waits.first_touch)),
        "rep_touch": speed_view(speed(waits.rep_touch)),
    }


def speed_view(found: Speed) -> SpeedView:
    return SpeedView(
        answered=found.answered,
        unanswered=found.unanswered,
        p50_seconds=seconds(found.p50),
        p90_seconds=seconds(found.p90),
        p50_business_seconds=seconds(found.p50_business),
        p90_business_seconds=seconds(found.p90_business),
    )


def seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())
