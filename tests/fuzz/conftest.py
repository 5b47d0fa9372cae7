"""The requests here are refused by thousands: a log line for each would hide the failures."""

from collections.abc import Iterator

import pytest
import structlog

from shared.run.telemetry import configure_logging


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    before = structlog.get_config()
    configure_logging("error")
    yield
    structlog.configure(**before)
