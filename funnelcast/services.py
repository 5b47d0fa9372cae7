"""The services, in the order in which events pass through them, the scopes of all of them, and the service that manages
keys."""

from collections.abc import Mapping

from services.access.service import make_service as make_access_service
from services.forecast.service import SERVICE as FORECAST
from services.lead_intake.service import SERVICE as INTAKE
from services.pipeline.service import SERVICE as PIPELINE
from services.qualification.service import SERVICE as QUALIFICATION
from shared.run.service import Service
from shared.web.access import COMMON_SCOPES, Scope

SERVICES: Mapping[str, Service] = {service.name: service for service in (INTAKE, QUALIFICATION, PIPELINE, FORECAST)}
ALIASES = {"lead_intake": "intake", "lead-intake": "intake"}
DECLARED = (scope for service in SERVICES.values() for scope in service.scopes)
SCOPES: tuple[Scope, ...] = tuple(dict.fromkeys((*DECLARED, *COMMON_SCOPES)))
"""Every scope once."""
ACCESS = make_access_service(SCOPES)
SERVED: Mapping[str, Service] = {**SERVICES, ACCESS.name: ACCESS}
"""All that answers requests."""


def find_service(name: str) -> Service | None:
    """One with events."""
    return SERVICES.get(ALIASES.get(name, name))


def find_served(name: str) -> Service | None:
    return find_service(name) or SERVED.get(name)
