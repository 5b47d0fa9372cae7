"""Fixtures of tests of crashes, which need more of the machine than others."""

import asyncio
import os
from collections.abc import Callable

import pytest

from tests.kafka import MISSING, can_start


@pytest.fixture(scope="session")
def _asyncio_loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """The processes that are killed run on the product's loop. A test here leaves connections to the dead behind, which
    that loop reports as errors of whichever test runs when they are found."""
    return asyncio.new_event_loop


@pytest.fixture(scope="session")
def brokers() -> None:
    """Brokers can be started here, for tests that have one of their own and kill it."""
    if can_start():
        return
    if os.environ.get("FUNNELCAST_TEST_KAFKA") == "required":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@pytest.fixture(autouse=True)
def patient_transactions() -> None:
    """The product's own limits."""
