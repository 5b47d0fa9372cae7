"""The context of a decision on a lead: what it depends on besides the lead itself."""

from dataclasses import dataclass, field

from services.lead_intake.lead.state import NotExisting, State
from services.lead_intake.person.state import Person
from services.lead_intake.prospect import state as prospect_state
from services.lead_intake.suppression.state import Suppression


@dataclass(frozen=True)
class Context:
    """`other`: the other lead of a merge; `person`, `other_person`: whose leads they are. `suppression`: of the
    address, from before it belonged to anybody. `prospect`: who was recorded with the address."""

    other: State = field(default_factory=NotExisting)
    person: Person = field(default_factory=Person)
    other_person: Person = field(default_factory=Person)
    suppression: Suppression = field(default_factory=Suppression)
    prospect: prospect_state.State = field(default_factory=prospect_state.NotExisting)
