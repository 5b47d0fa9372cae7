"""Each of these bugs, planted in one service, is found by the check that the sweep makes after each kill."""

from pathlib import Path

import pytest

from tests.crash.catalog import BETWEEN, BETWEEN_CHANGES
from tests.crash.sweep import staged
from tests.kafka import Broker

CAUGHT = [
    ("reply_before_commit", "pipeline", "lost: request"),
    ("idempotency_outside_the_transaction", "pipeline", "twice: request"),
    ("erasure_outside_the_transaction", "intake", "who is erased"),
    ("cursor_before_acknowledgement", "intake", "lost: intake"),
    ("effects_before_the_checkpoint", "forecast", "FAILED forecast"),
    ("checkpoint_before_the_effects", "qualification", "lost: intake"),
]


@pytest.mark.kafka
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("bug", "service", "finding"), CAUGHT)
async def test_the_sweep_finds(bug: str, service: str, finding: str, kafka: Broker, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.some.patience = 10
        point = BETWEEN_CHANGES if service == "forecast" else BETWEEN
        findings = await stage.killed({service: point}, f"--plant={bug}")
        assert any(finding in each for each in findings), findings
        print(*findings, sep="\n")
    print(f"{bug} in {service}: {len(findings)} findings")
