"""What a decision on a lead depends on beside the lead itself."""

from dataclasses import dataclass, field

from services.lead_intake.lead.state import NotThere, State


@dataclass(frozen=True)
class Context:
    """`other`: the other lead of a merge."""

    other: State = field(default_factory=NotThere)
