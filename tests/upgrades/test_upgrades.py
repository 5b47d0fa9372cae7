"""Stores of earlier versions are brought to this one's schema, and answer with the same numbers."""

import asyncio
import json
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.funnelcast.command import done, run, up
from tests.running import BLIND
from tests.upgrades.story import captured, numbers

KEPT = sorted(Path(__file__).parent.glob("*.sql"))
KEY = {"FUNNELCAST_BLIND_INDEX_KEY": BLIND.key.decode()}


async def restored(empty_database: str, file: Path) -> None:
    connection = await asyncpg.connect(empty_database.replace("+asyncpg", ""))
    try:
        await connection.execute(file.read_text())
    finally:
        await connection.close()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kept", KEPT, ids=lambda file: file.stem)
async def test_an_earlier_system_is_brought_here_and_says_the_same(
    kept: Path, empty_database: str, tmp_path: Path
) -> None:
    await restored(empty_database, kept)
    url = empty_database.replace("+asyncpg", "")
    await asyncio.to_thread(done, "migrate", "--postgres", url)
    with up(tmp_path, "--postgres", url, **KEY) as system:
        key = {"Authorization": f"Bearer {system.key}"}
        async with httpx.AsyncClient(base_url=system.address, headers=key, timeout=30, trust_env=False) as api:
            assert await numbers(api) == json.loads(kept.with_suffix(".json").read_text())
            known = await api.post("/intake/v1/leads", json=captured(1) | {"external_id": "site:new"})
            assert (known.status_code, known.json()["created"]) == (200, False)
        assert "FAILED" not in await asyncio.to_thread(done, "verify", "--postgres", url)
        assert (await asyncio.to_thread(system.stop))[0] == 0


async def test_before_it_is_migrated_no_service_starts_on_it(empty_database: str) -> None:
    await restored(empty_database, KEPT[0])
    result = await asyncio.to_thread(
        run, "serve", "pipeline", "--postgres", empty_database.replace("+asyncpg", ""), "--port", "0", **KEY
    )
    assert (result.returncode, "run `funnelcast migrate`" in result.stderr) == (1, True)
