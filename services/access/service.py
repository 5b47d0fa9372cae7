"""The parts of the access service."""

from collections.abc import Collection

from services.access.api import keys, new_key
from shared.rules.message import Parser
from shared.run.service import Service
from shared.web.callers.access import Scope


def make_service(scopes: Collection[Scope]) -> Service:
    """`scopes`: of all services."""
    routers = [keys.router, new_key.router(scopes)]
    return Service(name="access", topic="", parse=Parser({}, False, {}), routers=routers, has_store=False)
