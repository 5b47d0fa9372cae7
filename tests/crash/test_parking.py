"""`kill -9` while a key is parked, and while it is released or skipped: its events wait, and then are applied, once,
in order."""

from itertools import zip_longest
from pathlib import Path

import pytest

from tests.crash.catalog import BETWEEN, PARKING
from tests.crash.parking import parked_and_released, poison_key
from tests.crash.sweep import staged
from tests.crash.test_sweep import ALL, TURN
from tests.running import SERVICES

PARK = [point for point in PARKING if point.scene == "park"]
UNPARK = [point for point in PARKING if point.scene != "park"]
PAIRS = list(zip_longest(PARK, UNPARK, fillvalue=PARK[0]))
IN = [
    (service, *pair)
    for number, pair in enumerate(PAIRS)
    for service in (SERVICES if ALL else [SERVICES[(number + TURN) % len(SERVICES)]])
]


@pytest.mark.kafka
@pytest.mark.timeout(120 + 30 * len(IN))
async def test_parked_events_wait_and_are_applied_once_whenever_it_is_killed(brokers: None, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        key = await poison_key(stage)
        for service, park, unpark in IN:
            findings = await parked_and_released(stage, key, service, park, unpark)
            assert findings == [], (service, park.name, unpark.name)
    print(f"{2 * len(IN)} kills at {len(PARKING)} points of parking, 0 lost, 0 twice")


@pytest.mark.harness
@pytest.mark.kafka
@pytest.mark.timeout(120)
async def test_parking_apart_from_the_checkpoint_is_found(brokers: None, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.some.patience = 15
        key, lost = await poison_key(stage), BETWEEN
        with pytest.raises(AssertionError):
            await parked_and_released(
                stage, key, "pipeline", lost, UNPARK[0], "--plant=parking_outside_the_transaction"
            )
        findings = await stage.findings()
        assert any("FAILED pipeline" in finding for finding in findings), findings
    print(f"parking apart from the checkpoint: {len(findings)} findings")
