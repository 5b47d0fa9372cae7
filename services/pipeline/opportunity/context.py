"""What decisions about an opportunity depend on besides the opportunity itself."""

from dataclasses import dataclass

from services.pipeline.process.state import Process, Processes, process_of
from services.pipeline.setting.state import Settings


@dataclass(frozen=True)
class Context:
    processes: Processes
    settings: Settings

    def process(self, pipeline: str) -> Process:
        """Raises `Rejected` for an unknown pipeline."""
        return process_of(pipeline, self.processes)
