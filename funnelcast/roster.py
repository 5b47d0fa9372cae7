"""The services, in the order in which facts pass through them."""

from collections.abc import Mapping

from services.pipeline.service import SERVICE as PIPELINE
from shared.run.service import Service

SERVICES: Mapping[str, Service] = {service.name: service for service in (PIPELINE,)}
ALSO_CALLED = {"lead_intake": "intake", "lead-intake": "intake"}


def named(name: str) -> Service | None:
    return SERVICES.get(ALSO_CALLED.get(name, name))
