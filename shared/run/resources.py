"""The resources that all services of a process share."""

from dataclasses import dataclass, field

from shared.flow.log import Log
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.settings import Settings
from shared.store.aliases import BlindIndex


@dataclass(frozen=True)
class Resources:
    """`postgres`: the URL of the database."""

    postgres: str
    log: Log
    settings: Settings
    blind_index: BlindIndex
    clock_and_ids: ClockAndIds = field(default_factory=ClockAndIds)
