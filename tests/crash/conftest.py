"""What tests of crashes need of the machine."""

import os

import pytest

from tests.kafka import MISSING, can_start


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
