"""The present settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.lead_intake.setting import default, events
from services.lead_intake.setting.events import ReasonKind
from shared.rules.message import InvalidField


@dataclass(frozen=True)
class Settings:
    reasons: Mapping[ReasonKind, tuple[str, ...]] = field(
        default_factory=lambda: dict.fromkeys(ReasonKind, default.REASONS)
    )

    def must_allow(self, kind: ReasonKind, reason: str) -> None:
        allowed = self.reasons[kind]
        if reason not in allowed:
            raise InvalidField("/reason", f"must be one of {', '.join(sorted(allowed))}")


def evolve(settings: Settings, event: events.SettingEvent, at: datetime) -> Settings:
    return replace(settings, reasons={**settings.reasons, event.kind: event.reasons})
