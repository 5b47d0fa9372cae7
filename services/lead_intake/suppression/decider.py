"""The rules for suppressing an address."""

from datetime import datetime

from services.lead_intake.suppression import commands, events
from services.lead_intake.suppression.state import Suppression, evolve
from shared.rules.decider import Decider


def decide(suppression: Suppression, command: commands.SuppressAddress, at: datetime) -> list[events.SuppressionEvent]:
    """The same activity again adds nothing."""
    if identity_of(command) in {identity_of(each) for each in suppression.activities}:
        return []
    return [events.AddressSuppressed(**command.model_dump())]


def identity_of(activity: commands.SuppressAddress | events.AddressSuppressed) -> object:
    return activity.external_id or (activity.kind, activity.engaged_at)


DECIDER: Decider[commands.SuppressAddress, Suppression, events.SuppressionEvent] = Decider(
    "suppression", events.PARSE, Suppression(), decide, evolve
)
