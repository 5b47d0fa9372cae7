"""The context of decisions about an opportunity: what they depend on besides the opportunity itself."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from services.pipeline.process.state import Process, Processes, process_of
from services.pipeline.setting.events import ReasonKind
from services.pipeline.setting.state import Settings

OTHER_REASON = "other"
WHERE_DAYS_BEGIN = timezone(timedelta(hours=14))
"""The zone in which a day begins first."""


@dataclass(frozen=True)
class Context:
    """`imports`: whether the command comes from an import of another system's export."""

    processes: Processes
    settings: Settings
    imports: bool = False

    def of_import(self) -> "Context":
        return replace(self, imports=True)

    def last_day(self, at: datetime) -> date:
        """The last day that can be over or begun at an instant. Another system has a zone of its own, and the business
        time zone may have been set long after the imported events."""
        return at.astimezone(WHERE_DAYS_BEGIN).date() if self.imports else self.settings.business_day(at)

    def must_allow_reason(self, kind: ReasonKind, reason: str) -> None:
        """Raises `InvalidField`. An import may always say `other`: exports do not say why."""
        if not (self.imports and reason == OTHER_REASON):
            self.settings.must_allow(kind, reason)

    def process(self, pipeline: str) -> Process:
        """Raises `Rejected` for an unknown pipeline."""
        return process_of(pipeline, self.processes)
