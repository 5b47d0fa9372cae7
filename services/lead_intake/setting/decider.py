"""The rules for the settings."""

from datetime import datetime

from services.lead_intake.setting import commands, events
from services.lead_intake.setting.state import Settings, evolve
from shared.rules.decider import Decider, Reference


def decide(settings: Settings, command: commands.SetReasons, at: datetime) -> list[events.SettingEvent]:
    """The order of the codes has no meaning."""
    return [
        events.ReasonsChanged(kind=kind, reasons=tuple(sorted(set(reasons))))
        for kind, reasons in command.reasons.by_kind().items()
        if set(reasons) != set(settings.reasons[kind])
    ]


DECIDER: Decider[commands.SetReasons, Settings, events.SettingEvent] = Decider(
    "setting", events.PARSE, Settings(), decide, evolve
)
ALL = "all"
"""The one stream of this kind."""
SETTINGS = Reference(DECIDER, ALL)
