"""The commands of one deal, in order, as the batch route of the pipeline takes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from funnelcast.importing.cells.dates import Moment, instant_text
from funnelcast.importing.files.row import InvalidRow
from funnelcast.importing.record import Body
from shared.rules.message import BEGINNING, MAX_CLOCK_AHEAD


@dataclass
class DealHistory:
    """`made`: when the export was made. `stage`: the open one that the deal is in, or was in when it ended. `end`: the
    command that ended it."""

    made: datetime
    facts: list[Body] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stage: str = ""
    end: str | None = None
    floor: datetime = BEGINNING

    def add(self, command: str, at: Moment, **fields: Any) -> None:
        """Refuses a moment that is certainly before the last one, or after the export."""
        if at.earliest > self.made + (timedelta() if at.is_day else MAX_CLOCK_AHEAD):
            raise InvalidRow(f"{at} lies after {self.made:%Y-%m-%d}, the day of the export")
        if self.floor > at.latest:
            raise InvalidRow(f"{at} lies before {self.moments[-1]}, which comes first")
        self.floor = max(self.floor, at.earliest)
        self.facts.append({"command": command, **fields})
        self.moments.append(at)

    def note(self, text: str) -> None:
        self.notes.append(text)

    @property
    def last(self) -> Moment:
        return self.moments[-1]

    def latest_value(self, name: str) -> Any:
        """The latest value of a field, as the commands so far have set it."""
        return next((fact[name] for fact in reversed(self.facts) if name in fact), None)

    def dated_facts(self) -> list[Body]:
        instants = instants_of(self.moments, self.made)
        return [fact | {"occurred_at": instant_text(at)} for fact, at in zip(self.facts, instants, strict=True)]


def instants_of(moments: Sequence[Moment], now: datetime) -> list[datetime]:
    """A day without a time is at its noon, unless a time of the same day comes before or after it."""
    floors, floor = list[datetime](), BEGINNING
    for moment in moments:
        floor = max(floor, moment.earliest)
        floors.append(floor)
    instants, ceiling = list[datetime](), None
    for moment, floor in zip(reversed(moments), reversed(floors), strict=True):
        ceiling = moment.latest if ceiling is None else min(ceiling, moment.latest)
        usual = moment.noon if moment.noon <= now or not moment.is_day else moment.earliest
        instants.append(min(max(usual, floor), ceiling))
    return instants[::-1]
