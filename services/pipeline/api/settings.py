"""The settings of pipeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.pipeline.opportunity.events import Motion
from services.pipeline.setting import commands, default
from services.pipeline.setting.decider import ALL, DECIDER
from services.pipeline.setting.events import Measure, ReasonKind
from services.pipeline.setting.state import Benchmarks, Settings
from shared.web.callers.place import PlaceRule
from shared.web.routing.call import Accepted, Call
from shared.web.routing.folded import no_texts
from shared.web.routing.needs import Needs

router = APIRouter(tags=["settings"])
ReadsAnywhere = Annotated[Call, Depends(Needs("pipeline:read", place=PlaceRule.UNAFFECTED))]


class ReasonsView(BaseModel):
    """The codes that each kind of command takes."""

    lose: list[str]
    recycle: list[str]
    reopen: list[str]
    correct: list[str]


class ReasonCodesView(BaseModel):
    """`timezone`: in which days begin and end."""

    reasons: ReasonsView
    timezone: str


class BandView(BaseModel):
    """Between which rates a measure is `within`. `source`, `motion`: null for any."""

    measure: Measure
    source: str | None
    motion: Motion | None
    low: str
    high: str


class BenchmarksView(BaseModel):
    """`minimum_sample`: with fewer than so many there is no rate, but `insufficient_history`."""

    minimum_sample: int
    bands: list[BandView]


class SettingValues(BaseModel):
    """`timezone` and `calendar` are set at forecast and copied from there."""

    timezone: str
    calendar: str
    reasons: ReasonsView
    benchmarks: BenchmarksView


class SettingsView(SettingValues):
    """The settings in force now. `defaults`: those that hold until somebody changes them."""

    defaults: SettingValues


@router.get("/settings")
async def get_settings(call: Annotated[Call, Depends(Needs("pipeline:read"))]) -> SettingsView:
    """Get the reasons, the benchmarks, the business time zone and the calendar, each with its default."""
    settings = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state
    return settings_view(settings, call.context.clock_and_ids.now())


@router.get("/reasons")
async def get_reasons(
    call: Annotated[Call, Depends(Needs("pipeline:read", place=PlaceRule.UNAFFECTED))],
) -> ReasonCodesView:
    """Get the codes of reasons that commands take, and the business time zone. Confined callers may ask, too."""
    settings = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state
    return ReasonCodesView(
        reasons=reasons_view(settings.reasons), timezone=settings.timezone(call.context.clock_and_ids.now())
    )


@router.put("/settings")
async def put_settings(command: commands.ChangeSettings, call: Annotated[Call, Depends(Needs("admin"))]) -> Accepted:
    """Set the reasons of the kinds that are given, and the benchmarks. A code that is no longer among the reasons is
    refused from now on; events that have it stay as they are. Bands replace all bands before."""
    done = await call.write(DECIDER, ALL, command)
    return Accepted(position=done.position)


def settings_view(settings: Settings, now: datetime) -> SettingsView:
    defaults = SettingValues(
        timezone=default.TIMEZONE,
        calendar=default.CALENDAR,
        reasons=reasons_view(default.REASONS),
        benchmarks=benchmarks_view(Benchmarks()),
    )
    return SettingsView(
        timezone=settings.timezone(now),
        calendar=settings.calendar(now).key,
        reasons=reasons_view(settings.reasons),
        benchmarks=benchmarks_view(settings.benchmarks),
        defaults=defaults,
    )


def reasons_view(reasons: Mapping[ReasonKind, tuple[str, ...]]) -> ReasonsView:
    return ReasonsView.model_validate({kind.value: sorted(codes) for kind, codes in reasons.items()})


def benchmarks_view(benchmarks: Benchmarks) -> BenchmarksView:
    bands = [BandView.model_validate(band.model_dump(mode="json")) for band in benchmarks.bands]
    return BenchmarksView(minimum_sample=benchmarks.minimum_sample, bands=bands)
