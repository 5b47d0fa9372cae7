"""A parked key is listed, released and skipped over HTTP, by an admin, while the service runs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from shared.rules.message import RecordedEvent
from shared.rules.reaction import REACTIONS, Reaction
from shared.run.service import Service
from tests.running import connected, eventually, make_key, running_services
from tests.shared import tally
from tests.shared.run.test_worker import reacted, totals, write
from tests.shared.tally import FOLLOWING_SERVICE, POISON, TALLY_SERVICE, UpstreamAdded, react

BOTH = [TALLY_SERVICE, FOLLOWING_SERVICE]


async def parked(api: httpx.AsyncClient, service: Service) -> list[dict[str, Any]]:
    answer = await api.get(f"/{service.name}/v1/parked")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def poisoned(api: httpx.AsyncClient, database: str) -> None:
    await write(database, "pipeline", ("bad", 1), ("bad", POISON), ("good", 1), ("bad", 2))

    async def set_aside() -> bool:
        return [[key["events"] for key in await parked(api, service)] for service in BOTH] == [[2], [2]]

    await eventually(set_aside)


def named(found: dict[str, Any]) -> dict[str, str]:
    return {name: found[name] for name in ("subscription", "source", "key")}


async def test_a_key_is_released_when_its_events_can_be_applied(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_services(database, BOTH) as api:
        await poisoned(api, database)
        (found,) = await parked(api, FOLLOWING_SERVICE)
        assert (found["subscription"], found["position"], found["events"]) == (FOLLOWING_SERVICE.read_models, 2, 2)
        assert (await api.get("/forecast/readyz")).json()["details"]["parked"]["count"] == 1
        monkeypatch.setattr(tally, "POISON", -1)
        answer = await api.post("/forecast/v1/parked/release", json=named(found))
        assert (answer.status_code, answer.json()) == (202, {"wish": "release", "position": 2})

        async def released() -> bool:
            return await parked(api, FOLLOWING_SERVICE) == []

        await eventually(released)
        assert (await totals(database, FOLLOWING_SERVICE.read_models))["bad"] == (POISON + 3, 3)
        assert len(await parked(api, TALLY_SERVICE)) == 1
        assert (await api.get("/forecast/readyz")).json()["details"]["parked"]["ok"]


async def test_a_skipped_event_is_left_out_and_later_ones_applied(database: str) -> None:
    async with running_services(database, BOTH) as api:
        await poisoned(api, database)
        (found,) = await parked(api, TALLY_SERVICE)
        assert (await api.post("/pipeline/v1/parked/skip", json=named(found))).status_code == 202

        async def skipped() -> bool:
            return await parked(api, TALLY_SERVICE) == []

        await eventually(skipped)
        assert (await totals(database, TALLY_SERVICE.read_models))["bad"] == (3, 2)


async def test_a_released_reaction_is_carried_out_once(database: str) -> None:
    broken = True

    def sometimes(fact: RecordedEvent[UpstreamAdded]) -> Sequence[Reaction]:
        if broken and fact.event.n == 13:
            raise ArithmeticError("thirteen")
        return react(fact)

    async with running_services(database, [TALLY_SERVICE, replace(FOLLOWING_SERVICE, react=sometimes)]) as api:
        await write(database, "pipeline", ("a", 1), ("a", 13), ("a", 2))

        async def waiting(events: int) -> bool:
            return bool(sum(key["events"] for key in await parked(api, FOLLOWING_SERVICE)) == events)

        await eventually(lambda: waiting(2))
        (found,) = await parked(api, FOLLOWING_SERVICE)
        assert (found["subscription"], found["position"]) == (REACTIONS, 2)
        broken = False
        for _ in range(2):
            await api.post("/forecast/v1/parked/release", json=named(found))
        await eventually(lambda: waiting(0))
        assert await reacted(database, 3)


async def test_a_key_that_is_not_parked_here_is_missing(database: str) -> None:
    async with running_services(database, BOTH) as api:
        await poisoned(api, database)
        (found,) = await parked(api, TALLY_SERVICE)
        for change in ({"key": "tally-good"}, {"source": "forecast"}, {"subscription": FOLLOWING_SERVICE.read_models}):
            answer = await api.post("/pipeline/v1/parked/skip", json=named(found) | change)
            assert answer.status_code == 404, change
        assert (await api.post("/pipeline/v1/parked/skip", json={"key": "tally-bad"})).status_code == 422
        assert [key["wish"] for key in await parked(api, TALLY_SERVICE)] == [None]


async def test_keys_parked_by_another_version_are_not_listed(database: str) -> None:
    async with running_services(database, [TALLY_SERVICE]) as api:
        async with connected(database, search_path="pipeline") as engine, engine.begin() as tx:
            await tx.exec_driver_sql("""INSERT INTO parked (subscription, source, position, key, event, error)
                VALUES ('pipeline_read_00000000', 'pipeline', 1, 'tally-a', 'null', 'ValueError')""")
        assert await parked(api, TALLY_SERVICE) == []
        assert (await api.get("/pipeline/readyz")).json()["details"]["parked"]["ok"]


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/release"), ("POST", "/skip")])
async def test_parked_keys_are_for_admins(database: str, method: str, path: str) -> None:
    async with running_services(database, [TALLY_SERVICE]) as api:
        key = await make_key(database, ["events:read", "pipeline:write"])
        body = {"subscription": "s", "source": "pipeline", "key": "k"} if path else None
        headers = {"Authorization": f"Bearer {key}"}
        assert (await api.request(method, f"/pipeline/v1/parked{path}", json=body, headers=headers)).status_code == 403
