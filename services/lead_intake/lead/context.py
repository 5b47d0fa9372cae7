"""What a decision on a lead depends on beside the lead itself."""

from dataclasses import dataclass, field

from services.lead_intake.lead.state import NotExisting, State
from services.lead_intake.suppression.state import Suppression


@dataclass(frozen=True)
class Context:
    """`other`: the other lead of a merge. `suppression`: of the address, from before it belonged to anybody."""

    other: State = field(default_factory=NotExisting)
    suppression: Suppression = field(default_factory=Suppression)
