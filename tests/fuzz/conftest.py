"""What is sent here by thousands is not told line by line."""

from collections.abc import Iterator

import pytest
import structlog

from shared.run.telemetry import configure_logging


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    configure_logging("error")
    yield
    structlog.reset_defaults()
