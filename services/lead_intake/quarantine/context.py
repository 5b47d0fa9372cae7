"""The context of a decision on a delivery in quarantine."""

from dataclasses import dataclass

from services.lead_intake.setting.state import Settings


@dataclass(frozen=True)
class Context:
    settings: Settings
