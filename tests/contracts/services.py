"""All services, and who reads whose events."""

from typing import Any

from services.forecast.service import SERVICE as FORECAST
from services.lead_intake.service import SERVICE as INTAKE
from services.pipeline.service import SERVICE as PIPELINE
from services.qualification.service import SERVICE as QUALIFICATION
from shared.run.service import Service

SERVICES = (INTAKE, QUALIFICATION, PIPELINE, FORECAST)
READERS = [(reader, upstream) for reader in SERVICES for upstream in reader.upstream]


def of_reader(each: Any) -> str:
    """The id of a test for one reader and one source."""
    return each.name if isinstance(each, Service) else each.source
