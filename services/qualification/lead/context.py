"""The context of decisions about a lead: what they depend on besides the lead itself."""

from dataclasses import dataclass, field

from services.qualification.lead.state import NotExisting, State
from services.qualification.model.state import Models
from services.qualification.setting.state import Settings


@dataclass(frozen=True)
class Context:
    models: Models
    settings: Settings
    other: State = field(default_factory=NotExisting)
    """The other lead of a merge."""
