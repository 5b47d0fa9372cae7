"""Schemathesis on the documents of all four services: no fault of ours, and nothing that the documents do not say."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from funnelcast.serving.services import SERVICES
from services.pipeline.opportunity import terms
from shared.flow import cloudevents
from shared.web.requests import conditions
from tests.fuzz.effort import EFFORT
from tests.running import served_services

LEAST = 2_000 if EFFORT == 1 else 50_000
EXAMPLES = 16 if EFFORT == 1 else 30 * EFFORT
SEQUENCES = 40 if EFFORT == 1 else 10 * EFFORT
Found = dict[str, Any]


@pytest.mark.timeout(400 + 300 * EFFORT)
async def test_whatever_the_documents_allow_or_not_is_answered_as_they_say(database: str) -> None:
    seed = int(os.environ.get("FUNNELCAST_TEST_SEED", "1"))
    arguments = ["--examples", str(EXAMPLES), "--sequences", str(SEQUENCES), "--seed", str(seed)]
    if EFFORT > 1:
        arguments.append("--coverage")
    found = await campaign(database, arguments)
    print(f"seed {seed}: {found['cases']} cases {found['by_phase']}, answers {found['statuses']}")
    for where, what in found["failures"].items():
        print(f"## {where}\n{what}")
    assert found["errors"] == []
    assert list(found["failures"]) == []
    assert found["cases"] >= LEAST


@pytest.mark.harness
@pytest.mark.timeout(300)
async def test_the_campaign_can_fail(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three planted bugs: a fault on a certain input, an answer unlike its schema, a header that is not looked at."""
    monkeypatch.setattr(terms, "assign", divide)
    monkeypatch.setattr(cloudevents, "to_json", lambda event, source: {"id": str(event.event_id)})
    monkeypatch.setattr(conditions, "min_positions", lambda headers: {})
    paths = "/opportunities$|/assign$|/events$"
    found = await campaign(database, ["--services", "pipeline", "--paths", paths, "--examples", "20", "--coverage"])
    print(f"{found['cases']} cases, {len(found['failures'])} failures: {', '.join(found['failures'])}")
    checks = {where.split(" ")[0] for where in found["failures"]}
    assert {"not_a_server_error", "response_schema_conformance", "negative_data_rejection"} <= checks


def divide(deal: Any, owner: str) -> Any:
    return 1 // 0 if owner else []


async def campaign(database: str, arguments: Sequence[str]) -> Found:
    """Runs a campaign in a process of its own, against services in this one."""
    async with served_services(database, list(SERVICES.values())) as (client, _):
        key = client.headers["authorization"].removeprefix("Bearer ")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fuzz.campaign", str(client.base_url).rstrip("/"), *arguments),
            env={**os.environ, "FUNNELCAST_API_KEY": key},
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
    found: Found = json.loads(said)
    return found
