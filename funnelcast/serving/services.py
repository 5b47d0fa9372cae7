"""The services, in the order in which events pass through them, the scopes of all of them, and the service that manages
keys."""

from collections.abc import Mapping

from funnelcast.serving.single_service import MODULES, load
from services.access.service import make_service as make_access_service
from shared.run.service import Service
from shared.web.callers.access import COMMON_SCOPES, Scope

SERVICES: Mapping[str, Service] = {name: load(name) for name in MODULES}
DECLARED = (scope for service in SERVICES.values() for scope in service.scopes)
SCOPES: tuple[Scope, ...] = tuple(dict.fromkeys((*DECLARED, *COMMON_SCOPES)))
"""All scopes, each once."""
ACCESS = make_access_service(SCOPES)
SERVED: Mapping[str, Service] = {**SERVICES, ACCESS.name: ACCESS}
"""The services that answer requests."""
