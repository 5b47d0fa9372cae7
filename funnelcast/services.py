"""The services, in the order in which events pass through them, and the scopes of all of them."""

from collections.abc import Mapping

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


def find_service(name: str) -> Service | None:
    return SERVICES.get(ALIASES.get(name, name))
