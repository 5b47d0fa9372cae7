"""`kill -9` at each named point: nothing is lost, nothing is there twice, and the work goes on."""

import os
from pathlib import Path

import pytest

from tests.crash import catalog
from tests.crash.sweep import everywhere, in_rounds, once_each, staged

TURN = int(os.environ.get("FUNNELCAST_TEST_TURN", "0"))
"""The service in which each point is tried: at another turn, another."""
ALL = os.environ.get("FUNNELCAST_TEST_POINTS") == "all"
"""Each point in each of its services."""
IN_ROUNDS = [point for point in catalog.POINTS if point.scene in ("work", "stop", "new version", "rebuild")]
PAIRS = everywhere(IN_ROUNDS) if ALL else once_each(IN_ROUNDS, TURN)


@pytest.mark.kafka
@pytest.mark.timeout(120 + 20 * len(PAIRS))
async def test_nothing_is_lost_or_there_twice_wherever_a_process_is_killed(brokers: None, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for points in in_rounds(PAIRS):
            findings = await stage.killed(points)
            assert findings == [], {service: point.name for service, point in points.items()}
        print(f"{len(PAIRS)} kills at {len(IN_ROUNDS)} points, {len(stage.some.requests)} commands, ", end="")
        print(f"{stage.some.retried} sent again, 0 lost, 0 twice")
