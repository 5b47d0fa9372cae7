"""The rules for connections."""

from datetime import datetime

from services.lead_intake.connection import commands, events
from services.lead_intake.connection.state import NotExisting, State, evolve, must_exist
from shared.rules.decider import Decider
from shared.rules.message import Rejected
from shared.rules.sealed import Sealed, seal


def decide(state: State, command: commands.ConnectionCommand, at: datetime) -> list[events.ConnectionEvent]:
    match command:
        case commands.CreateConnection():
            return create(state, command)
        case commands.ChangeConnection():
            return change(state, command)
        case commands.RotateSecret():
            must_exist(state)
            return [events.SecretRotated(secret=Sealed(value=command.secret))]
        case commands.RemoveConnection():
            return remove(state)


def create(state: State, command: commands.CreateConnection) -> list[events.ConnectionEvent]:
    if state != NotExisting():
        raise Rejected("there is a connection with this id")
    return [
        events.ConnectionCreated(
            connector=command.connector,
            settings=command.settings,
            secret=Sealed(value=command.secret),
            verify_token=seal(command.verify_token),
        )
    ]


def change(state: State, command: commands.ChangeConnection) -> list[events.ConnectionEvent]:
    before = must_exist(state).settings
    after = before.model_copy(update=dict(command.changes))
    return [] if after == before else [events.ConnectionChanged(settings=after)]


def remove(state: State) -> list[events.ConnectionEvent]:
    if state == NotExisting(removed=True):
        return []
    must_exist(state)
    return [events.ConnectionRemoved()]


DECIDER: Decider[commands.ConnectionCommand, State, events.ConnectionEvent] = Decider(
    "connection", events.PARSE, NotExisting(), decide, evolve
)
