"""The rules for a delivery in quarantine: it is released or discarded, once."""

from datetime import datetime

from services.lead_intake.quarantine import commands, events
from services.lead_intake.quarantine.context import Context
from services.lead_intake.quarantine.state import Discarded, NotExisting, Released, State, Waiting, evolve
from services.lead_intake.setting.decider import SETTINGS
from services.lead_intake.setting.events import ReasonKind
from services.lead_intake.setting.state import Settings
from shared.rules.decider import Decider
from shared.rules.message import Missing, Rejected
from shared.rules.sealed import Sealed


def decide(
    state: State, command: commands.QuarantineCommand, at: datetime, context: Context
) -> list[events.QuarantineEvent]:
    match command:
        case commands.QuarantineDelivery():
            return quarantine(state, command)
        case commands.ReleaseDelivery():
            return release(state, command)
        case commands.DiscardDelivery():
            return discard(state, command, context.settings)


def quarantine(state: State, command: commands.QuarantineDelivery) -> list[events.QuarantineEvent]:
    """A repetition adds nothing, whatever became of the first."""
    if not isinstance(state, NotExisting):
        return []
    return [
        events.DeliveryQuarantined(
            connection_id=command.connection_id,
            reason=command.reason,
            detail=command.detail,
            received_at=command.received_at,
            kept=Sealed(value=command.kept),
            mentions=command.mentions,
            form_key=command.form_key,
        )
    ]


def release(state: State, command: commands.ReleaseDelivery) -> list[events.QuarantineEvent]:
    match state:
        case NotExisting():
            raise Missing("there is no such delivery in quarantine")
        case Waiting():
            return [events.DeliveryReleased(capture_ids=command.capture_ids)]
        case Released():
            return []
        case Discarded():
            raise Rejected("the delivery was discarded")


def discard(state: State, command: commands.DiscardDelivery, settings: Settings) -> list[events.QuarantineEvent]:
    match state:
        case NotExisting():
            raise Missing("there is no such delivery in quarantine")
        case Waiting():
            if command.reason != commands.ERASED:
                settings.must_allow(ReasonKind.DISCARD, command.reason)
            return [events.DeliveryDiscarded(reason=command.reason)]
        case Released():
            raise Rejected("the delivery was released")
        case Discarded():
            return []


DECIDER: Decider[commands.QuarantineCommand, State, events.QuarantineEvent] = Decider(
    "quarantine", events.PARSE, NotExisting(), decide, evolve, Context, {"settings": SETTINGS}
)
