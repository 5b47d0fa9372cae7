"""`kill -9` between a capture and the recording of what was delivered before it: when the capture is repeated, all of
that is recorded, each once."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.crash.catalog import EARLY
from tests.crash.load import Clients, clients
from tests.crash.parking import restarted
from tests.crash.points import Point
from tests.crash.rest import Looks
from tests.crash.sweep import died_at
from tests.crash.system import Member, in_one_process
from tests.lead_intake.connectors.signing import SECRET, segment
from tests.lead_intake.test_early_deliveries import CONSENT, FIELDS, click

FOUND = """
    SELECT type, count(*) FROM intake.events
    WHERE type IN ('lead.captured', 'lead.activity', 'delivery.released', 'person.wait_ended')
        AND position > $1
    GROUP BY type"""
DELIVERED = 2
JSON = {"Content-Type": "application/json"}
HEAD = "SELECT max(position) FROM intake.events"
EXPECTED = {"lead.captured": 1, "lead.activity": DELIVERED, "delivery.released": DELIVERED, "person.wait_ended": 1}


async def deliver(some: Clients, path: str, message: Mapping[str, Any]) -> None:
    body = json.dumps(message).encode()
    answer = await some.until_answered("intake", "POST", path, content=body, headers=segment(body, 0, SECRET) | JSON)
    assert answer.json()["quarantined"] == 1, answer.text


async def capture_killed_at(point: Point, some: Clients, member: Member, path: str, email: str) -> None:
    """The client repeats what was not answered."""
    for number in range(DELIVERED):
        await deliver(some, path, click(email, number))
    await restarted(member, f"--kill-at={point.name}")
    body = {**FIELDS, **CONSENT, "person": {"email": email}}
    async with asyncio.TaskGroup() as tasks:
        headers = {"Idempotency-Key": point.name}
        posting = tasks.create_task(some.until_answered("intake", "POST", "/leads", json=body, headers=headers))
        await died_at(member, point)
        await restarted(member)
    assert posting.result().is_success, posting.result().text


@pytest.mark.timeout(60 + 90 * len(EARLY))
async def test_what_waited_is_recorded_once_wherever_its_capture_is_killed(tmp_path: Path) -> None:
    async with in_one_process(tmp_path) as system:
        await system.serves()
        async with clients(system.addresses) as some:
            settings = {"connector": "segment", "name": "segment", "secret": SECRET}
            made = await some.until_answered("intake", "POST", "/connections", json=settings)
            path, looks = f"/webhooks/{made.json()['connection_id']}", Looks(system.url)
            for number, point in enumerate(EARLY):
                before = await looks.one(HEAD)
                await capture_killed_at(point, some, system.members["up"], path, f"jane-{number}@acme.com")
                found = dict(await looks.rows(FOUND, before))
                assert found == EXPECTED, point.name
    print(f"{len(EARLY)} kills between a capture and what was delivered before it: each recorded once")
