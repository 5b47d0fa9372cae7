"""Commands on the settings."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.qualification.setting.events import BusinessHours, Claims, ReasonKind, Routing
from shared.rules.fields import Slug
from shared.rules.message import Command, Message

Reasons = Annotated[tuple[Slug, ...], Field(min_length=1, max_length=100)]


class ReasonLists(Message):
    """The codes that each kind of command takes. Absent lists stay as they are."""

    mark_mql: Reasons | None = None
    reject: Reasons | None = None
    nurture: Reasons | None = None

    def by_kind(self) -> dict[ReasonKind, tuple[str, ...]]:
        return {kind: reasons for kind in ReasonKind if (reasons := getattr(self, kind)) is not None}


class ChangeSettings(Command):
    """Absent settings stay as they are."""

    reasons: ReasonLists | None = None
    business_hours: BusinessHours | None = None
    routing: Routing | None = None
    claims: Claims | None = None


class CopyFromForecast(Command):
    """Settings that forecast changed from `starts` on; None: it did not change this one."""

    timezone: str | None
    calendar: str | None
    starts: datetime


SettingCommand = ChangeSettings | CopyFromForecast
