"""Measures of the SDRs' work: how soon they answer, and what becomes of it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.api.settings import BusinessHoursView, business_hours_view
from services.qualification.projections import cycles
from services.qualification.projections.cycles import Speed
from services.qualification.setting.decider import ALL
from services.qualification.setting.decider import DECIDER as SETTING
from services.qualification.setting.state import Settings
from shared.web.callers.access import METRICS_READ
from shared.web.callers.place import PlaceRule
from shared.web.requests.window import WindowParameters, format_bound
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

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
        hours, zone = settings.business_hours, ZoneInfo(settings.timezone(now))
        rows = await cycles.speed(tx, *instants(query, settings), hours, zone, call.subtree.nodes)
    found = {(row.measure, row.source): row for row in rows}
    sources = sorted({row.source for row in rows if row.source is not None})
    figures = {
        "from": format_bound(query.begins),
        "to": format_bound(query.ends),
        "timezone": zone.key,
        "business_hours": business_hours_view(hours),
        "total": speeds(found, None),
        "sources": [{"source": source} | speeds(found, source) for source in sources],
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


def speeds(found: Mapping[tuple[str, str | None], Speed], source: str | None) -> dict[str, SpeedView]:
    return {
        measure: speed_view(found.get((measure, source), Speed(measure, source)))
        for measure in ("first_touch", "rep_touch")
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


def seconds(microseconds: int | None) -> int | None:
    return None if microseconds is None else microseconds // 1_000_000
