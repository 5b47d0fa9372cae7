"""Commands on a connection."""

from collections.abc import Mapping
from typing import Any

from services.lead_intake.connection.events import ConnectionSettings, Connector
from shared.rules.message import Command


class CreateConnection(Command):
    """`secret`: the vendor's, or one that was made for it."""

    connector: Connector
    settings: ConnectionSettings
    secret: str
    verify_token: str | None


class ChangeConnection(Command):
    """`changes`: fields of the settings, by name. The others stay."""

    changes: Mapping[str, Any]


class RotateSecret(Command):
    secret: str


class RemoveConnection(Command):
    pass


ConnectionCommand = CreateConnection | ChangeConnection | RotateSecret | RemoveConnection
