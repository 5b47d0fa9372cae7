"""The state of a suppression."""

from dataclasses import dataclass
from datetime import datetime

from services.lead_intake.suppression import events


@dataclass(frozen=True)
class Suppression:
    activities: tuple[events.AddressSuppressed, ...] = ()


def evolve(suppression: Suppression, event: events.SuppressionEvent, at: datetime) -> Suppression:
    return Suppression((*suppression.activities, event))
