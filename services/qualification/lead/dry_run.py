"""The effect of a version of the scoring model: the leads that would cross its line without engaging anew."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.qualification.lead.due import due_by
from services.qualification.lead.engagement import is_still_above
from services.qualification.lead.lifecycle import TRANSITIONS, Trigger
from services.qualification.lead.state import Lead, after_all
from services.qualification.model.events import Grade, ScoringModel
from services.qualification.model.state import Models
from services.qualification.scoring.score import score

MAX_EXAMPLES = 10
UNKNOWN: Literal["unknown"] = "unknown"
"""The word in place of the grade of a lead of which no criterion is known."""
Direction = Literal["rise", "fall"]


@dataclass(frozen=True)
class Crossing:
    """`grade`: by the version that is tried. `source`: of the lead's first capture."""

    direction: Direction
    grade: Grade | None
    source: str


@dataclass
class Crossings:
    """`examples`: ids of the first leads."""

    by_grade: Counter[str] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.by_source.total()

    def add(self, lead_id: str, crossing: Crossing) -> None:
        self.by_grade[crossing.grade or UNKNOWN] += 1
        self.by_source[crossing.source] += 1
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(lead_id)


@dataclass
class DryRun:
    """`leads`: how many were scored. Those of erased persons cross no line any more."""

    leads: int = 0
    rise: Crossings = field(default_factory=Crossings)
    fall: Crossings = field(default_factory=Crossings)

    def add(self, lead_id: str, lead: Lead, models: Models, model: ScoringModel, at: datetime) -> None:
        if lead.fields.erased:
            return
        self.leads += 1
        crossing = crossing_by(lead, models, model, at)
        if crossing is not None:
            (self.rise if crossing.direction == "rise" else self.fall).add(lead_id, crossing)


def crossing_by(lead: Lead, models: Models, model: ScoringModel, at: datetime) -> Crossing | None:
    """The crossing of the lead if `model` scored it at `at`. As with an engagement, what was due by then has happened,
    and only a pair of the lifecycle's table is a crossing."""
    lead = after_all(lead, due_by(lead, at), at)
    result = score(lead.engagements, lead.counts_after, model, at)
    if result.above == is_still_above(lead, at, models):
        return None
    trigger = Trigger.CROSSED_UP if result.above else Trigger.CROSSED_DOWN
    if (lead.fields.lifecycle, trigger) not in TRANSITIONS:
        return None
    return Crossing("rise" if result.above else "fall", result.fit.grade, lead.fields.lead_source)
