"""`kill -9` of anything at random, under load: what was accepted is there, once, in order, and was shown to whoever
follows."""

import os
from pathlib import Path

import pytest

from tests.crash.campaign import Campaign
from tests.crash.sweep import staged, staged_in_one_process

KILLS = int(os.environ.get("FUNNELCAST_TEST_KILLS", "30"))
FIRST = int(os.environ.get("FUNNELCAST_TEST_FIRST_KILL", "1"))
SEED = int(os.environ.get("FUNNELCAST_TEST_SEED", "20260302"))
CHECK_EVERY = 100


@pytest.mark.kafka
@pytest.mark.timeout(240 + 20 * KILLS)
async def test_nothing_is_lost_whatever_is_killed_whenever(brokers: None, tmp_path: Path) -> None:
    async with staged(tmp_path, standbys=True) as stage:
        campaign = Campaign(stage, SEED)
        findings = await campaign.run(FIRST, FIRST + KILLS - 1, check_every=CHECK_EVERY)
        assert findings == []
    print(f"{campaign.summary()}; 0 lost, 0 twice")


@pytest.mark.timeout(240 + 20 * KILLS)
async def test_nor_when_all_of_it_is_one_process_with_its_own_postgres(tmp_path: Path) -> None:
    async with staged_in_one_process(tmp_path) as stage:
        campaign = Campaign(stage, SEED)
        findings = await campaign.run(FIRST, FIRST + KILLS // 5 - 1, check_every=CHECK_EVERY)
        assert findings == []
    print(f"{campaign.summary()}; 0 lost, 0 twice")
