"""What decisions about a lead depend on besides the lead itself."""

from dataclasses import dataclass

from services.qualification.model.state import Models
from services.qualification.setting.state import Settings


@dataclass(frozen=True)
class Context:
    models: Models
    settings: Settings
