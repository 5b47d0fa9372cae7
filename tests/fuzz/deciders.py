"""Every decider of every service, as the packages have them, that of webhooks, and the commands that each takes."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args, get_type_hints

import services
from shared.rules.decider import Decider
from shared.rules.message import Command, members

AnyDecider = Decider[Any, Any, Any]
WEBHOOKS = "shared.webhooks"
"""The kind that several services have."""


def deciders() -> Mapping[str, AnyDecider]:
    """The deciders by the package of their kind: a kind has a module `decider`, with one named `DECIDER`."""
    return {kind: import_module(f"{kind}.decider").DECIDER for kind in kinds()}


def kinds() -> list[str]:
    rooms = [
        room
        for service in iter_modules(services.__path__, "services.")
        for room in iter_modules(import_module(service.name).__path__, f"{service.name}.")
        if room.ispkg
    ]
    return [*sorted(room.name for room in rooms if "decider" in modules_of(room.name)), WEBHOOKS]


def modules_of(package: str) -> set[str]:
    return {module.name for module in iter_modules(import_module(package).__path__)}


def commands_of(kind: str) -> tuple[type[Command], ...]:
    """The commands that the decider's own type names."""
    return members(get_args(get_type_hints(import_module(f"{kind}.decider"))["DECIDER"])[0])
