"""All versions of the scoring model, and the active one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.qualification.model import events
from services.qualification.model.events import ScoringModel


@dataclass(frozen=True)
class Models:
    versions: Mapping[int, ScoringModel]
    active: int

    @property
    def latest(self) -> int:
        return max(self.versions)

    @property
    def current(self) -> ScoringModel:
        return self.versions[self.active]


def evolve(models: Models, event: events.ModelEvent, at: datetime) -> Models:
    match event:
        case events.ModelDefined():
            return replace(models, versions={**models.versions, event.version: event.model})
        case events.ModelActivated():
            return replace(models, active=event.version)
