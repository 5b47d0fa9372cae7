"""Commands on the settings."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.pipeline.setting.events import Band, ReasonKind
from shared.rules.fields import Slug
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Command, Message

Reasons = Annotated[tuple[Slug, ...], Field(min_length=1, max_length=100)]


class ReasonLists(Message):
    """The codes that each kind of command takes. Absent lists stay as they are."""

    lose: Reasons | None = None
    recycle: Reasons | None = None
    reopen: Reasons | None = None
    correct: Reasons | None = None

    def by_kind(self) -> dict[ReasonKind, tuple[str, ...]]:
        return {kind: reasons for kind in ReasonKind if (reasons := getattr(self, kind)) is not None}


class BenchmarkChanges(Message):
    """Bands replace all bands before. Of a measure, each source and motion has at most one. Absent values stay as they
    are."""

    minimum_sample: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    bands: Annotated[tuple[Band, ...], Field(max_length=500)] | None = None


class ChangeSettings(Command):
    """Absent settings stay as they are."""

    reasons: ReasonLists | None = None
    benchmarks: BenchmarkChanges | None = None


class CopyFromForecast(Command):
    """Settings that forecast changed from `starts` on; None: it did not change this one."""

    timezone: str | None
    calendar: str | None
    calendar_rule: CalendarRule | None = None
    starts: datetime


SettingCommand = ChangeSettings | CopyFromForecast
