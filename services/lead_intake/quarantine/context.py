"""What a decision on a delivery in quarantine depends on besides the delivery itself."""

from dataclasses import dataclass

from services.lead_intake.setting.state import Settings


@dataclass(frozen=True)
class Context:
    settings: Settings
