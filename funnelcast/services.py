"""The services, in the order in which facts pass through them."""

from collections.abc import Mapping

from services.forecast.service import SERVICE as FORECAST
from services.lead_intake.service import SERVICE as INTAKE
from services.pipeline.service import SERVICE as PIPELINE
from services.qualification.service import SERVICE as QUALIFICATION
from shared.run.service import Service

SERVICES: Mapping[str, Service] = {service.name: service for service in (INTAKE, QUALIFICATION, PIPELINE, FORECAST)}
ALSO_CALLED = {"lead_intake": "intake", "lead-intake": "intake"}


def named(name: str) -> Service | None:
    return SERVICES.get(ALSO_CALLED.get(name, name))
