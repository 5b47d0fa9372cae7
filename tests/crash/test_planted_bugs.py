"""Each of these bugs, planted in one service, is found by the check that the sweep makes after each kill."""

import re
from pathlib import Path

import pytest

from tests.crash.catalog import BETWEEN, BETWEEN_CHANGES
from tests.crash.load import under_load
from tests.crash.parking import restarted
from tests.crash.sweep import died_at, staged

pytestmark = pytest.mark.harness
CAUGHT = [
    ("reply_before_commit", "pipeline", "lost: request"),
    ("idempotency_outside_the_transaction", "pipeline", "twice: request"),
    ("erasure_outside_the_transaction", "intake", "who is erased"),
    ("cursor_before_acknowledgement", "intake", "lost: intake"),
    ("effects_before_the_checkpoint", "forecast", "FAILED forecast"),
    ("checkpoint_before_the_effects", "qualification", "lost: intake|FAILED qualification"),
]
FEEDS = [
    ("stream_resumes_one_too_late", "gap: stream of pipeline"),
    ("stream_resumes_one_too_early", "repeat: stream of"),
]


@pytest.mark.kafka
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("bug", "service", "finding"), CAUGHT)
async def test_the_sweep_finds_each_planted_bug(
    bug: str, service: str, finding: str, brokers: None, tmp_path: Path
) -> None:
    async with staged(tmp_path) as stage:
        stage.some.patience = 10
        point = BETWEEN_CHANGES if service == "forecast" else BETWEEN
        findings = await stage.killed({service: point}, f"--plant={bug}")
        assert re.search(finding, "\n".join(findings)), findings
        print(*findings, sep="\n")
    print(f"{bug} in {service}: {len(findings)} findings")


@pytest.mark.kafka
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("bug", "finding"), FEEDS)
async def test_the_check_of_what_followers_saw_finds(bug: str, finding: str, brokers: None, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.some.patience = 10
        pipeline = stage.system.members["pipeline"]
        async with under_load(stage.some, "followed", 4):
            for _ in range(3):
                await restarted(pipeline, f"--plant={bug}")
                await stage.progress(20)
        findings = await stage.findings()
        assert any(finding in each for each in findings), findings
    print(f"{bug}: {len(findings)} findings")


@pytest.mark.kafka
@pytest.mark.timeout(120)
async def test_a_swap_in_two_transactions_is_found(brokers: None, tmp_path: Path) -> None:
    """The tables are gone in between: the service answers with faults, or not at all."""
    async with staged(tmp_path) as stage:
        stage.some.patience = 10
        rebuild = stage.system.program("rebuild", "rebuild", "qualification")
        async with under_load(stage.some, "rebuilt", 2):
            rebuild.start("--plant=swap_in_two_transactions", f"--kill-at={BETWEEN.name}")
            await died_at(rebuild, BETWEEN)
        findings = await stage.findings()
        assert findings
    print(f"swap_in_two_transactions: {len(findings)} findings")
