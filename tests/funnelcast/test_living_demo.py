"""The demo company at work, in a real process; and its deterministic choices."""

import asyncio
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from funnelcast.demo import actor, company, reps, sdrs, website
from funnelcast.demo.actor import Actor
from funnelcast.demo.channels import open_channels
from funnelcast.demo.company import SDRS
from funnelcast.demo.workload import Workload
from funnelcast.embedded_postgres.server import url_of_running
from funnelcast.serving.services import SERVICES
from shared.rules.clock_and_ids import ClockAndIds
from tests.funnelcast.command import ADMIN, Up, done, servers, started, up
from tests.running import Clock, make_key, running_services

FIRM = company.demo_company()
REPS = {rep for region in FIRM.reps.values() for rep in region}
DEAL = {"opportunity_id": "one", "motion": "new_business", "amount": {"amount": "1000.00", "currency": "EUR"}}


def test_the_same_numbers_give_the_same_visits() -> None:
    first, again = ([website.visit(FIRM, number) for number in range(1, 400)] for _ in range(2))
    assert first == again
    assert company.demo_company() == FIRM
    assert set(Counter(visit["source"] for visit in first)) == {
        "newsletter",
        "gated_content",
        "webinar",
        "demo_request",
    }
    people = {visit["person"]["email"] for visit in first}
    assert 200 < len(people) < 300
    assert all(email.endswith(".example") for email in people)


def test_a_version_of_a_deal_has_one_next_command() -> None:
    clock_and_ids = Clock().clock_and_ids()
    for stage in reps.STAGES:
        deals = [DEAL | {"stage": stage, "version": version} for version in range(200)]
        commands = [reps.next_command(deal, clock_and_ids) for deal in deals]
        assert commands == [reps.next_command(deal, clock_and_ids) for deal in deals]
        assert len({command for command, _ in commands}) > 1


async def test_an_actor_whose_turn_fails_rests_longer_each_time_and_continues() -> None:
    stopping, failures = asyncio.Event(), 0

    async def turn() -> float:
        nonlocal failures
        failures += 1
        if failures == 3:
            stopping.set()
            return 0
        raise httpx.ConnectError("nobody there")

    async with httpx.AsyncClient() as http:
        began = time.monotonic()
        await Actor("ann", "key", http, stopping).run_turns(turn)
    assert failures == 3
    assert 1.4 < time.monotonic() - began < 5


def feed(system: Up, service: str, after: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    with system.client() as http:
        while page := http.get(f"/{service}/v1/events", params={"after": after, "limit": 1000}).json()["items"]:
            found += page
            after = page[-1]["position"]
    return found


def heads(system: Up) -> dict[str, int]:
    with system.client() as http:
        services = ("qualification", "pipeline")
        return {name: http.get(f"/{name}/v1/events", params={"limit": 1}).json()["head"] for name in services}


def visits(system: Up) -> list[int]:
    """The numbers of all captures of visitors that have ids, in the order in which they were stored."""

    async def numbers() -> list[int]:
        connection = await asyncpg.connect((url_of_running(system.data) or "").replace("+asyncpg", ""))
        try:
            names = "SELECT data->>'external_id' AS name FROM intake.events ORDER BY position"
            found = [re.search(r"[:/]visit-(\d+)", row["name"] or "") for row in await connection.fetch(names)]
            return [int(each[1]) for each in found if each]
        finally:
            await connection.close()

    return asyncio.run(numbers())


def actors(events: list[dict[str, Any]]) -> set[str]:
    return {str(event["data"].get("by") or event["data"].get("sdr")) for event in events}


def within(seconds: float, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(1)  # noqa: TID251 - what another process does raises no event here


async def written(data: Path) -> int:
    """The number of intake's events while the system is starting; 0 until it answers."""
    url = url_of_running(data)
    if url is None:
        return 0
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return int(await connection.fetchval("SELECT count(*) FROM intake.events"))
    finally:
        await connection.close()


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_the_company_works_and_resumes_its_work_after_a_restart(tmp_path: Path) -> None:
    demo = ("up", "--data", str(tmp_path), "--port", "0", "--demo", "--demo-speed", "0")
    with started(*demo, FUNNELCAST_ADMIN_KEY=ADMIN) as half:
        within(60, (tmp_path / "postgres" / "postmaster.pid").exists)
        assert half.stderr is not None
        assert "Writing the history" in half.stderr.readline()
        within(60, lambda: asyncio.run(written(tmp_path)) > 500)  # somewhere in the middle of the history
        half.kill()
        half.communicate()
    with up(tmp_path, "--demo", "--demo-speed", "10") as system:
        begun = heads(system)

        def all_at_work() -> bool:
            sold = actors(feed(system, "pipeline", begun["pipeline"]))
            qualified = actors(feed(system, "qualification", begun["qualification"]))
            return len(visits(system)) > 20 and bool(sold & REPS) and bool(qualified & set(SDRS))

        within(120, all_at_work)
        code, err = system.stop(signal.SIGINT)
    assert code == 0
    assert "resuming it" in err
    assert not re.search("Traceback|demo_repeat_differs", err), err
    assert servers(tmp_path) == []
    with up(tmp_path, "--demo", "--demo-speed", "10") as system:
        before = visits(system)[-1]
        within(120, lambda: visits(system)[-1] > before + 5)
        numbers = visits(system)
        assert numbers == sorted(set(numbers)), "none comes twice"
        assert len(numbers) > numbers[-1] / 2, "newsletters are ordered by the form, without ids"
        keys = done("keys", "list", "--data", tmp_path, "--json")
        assert keys.count('"website"') == 1
        assert system.stop(signal.SIGINT)[0] == 0
    assert "FAILED" not in done("verify", "--data", tmp_path)


ALL_FIVE = {"X-Min-Position": "intake:5", "Prefer": "wait=10"}


@pytest.mark.usefixtures("debug_log")
async def test_a_repeated_request_gets_the_same_answer_and_happens_once(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actor, "REPEATED", 1.0)
    async with running_services(database, [SERVICES["intake"]], scopes=["leads:read", "leads:write"]) as api:
        key = api.headers["Authorization"].removeprefix("Bearer ")
        someone = Actor("website", key, api, asyncio.Event())
        with capture_logs() as logs:
            for number in range(1, 6):
                await someone.post("/intake/v1/leads", website.visit(FIRM, number), f"visit {number}")
        assert [each["event"] for each in logs if "demo" in each["event"]] == ["demo_repeated"] * 5
        leads = (await api.get("/intake/v1/leads", headers=ALL_FIVE)).json()["items"]
        assert sum(lead["captures"] for lead in leads) == 5


async def test_visits_arrive_by_two_vendors_a_form_and_the_api(database: str) -> None:
    async with running_services(database, [SERVICES["intake"]]) as api:
        first = await open_channels(api)
        found = (await api.get("/intake/v1/connections", headers=ALL_FIVE | {"X-Min-Position": "intake:3"})).json()
        assert [row["connector"] for row in found["items"]] == ["typeform", "zoom"]
        channels = await open_channels(api)
        assert channels.zoom.path == first.zoom.path
        assert channels.zoom.secret != first.zoom.secret
        key = api.headers["Authorization"].removeprefix("Bearer ")
        someone = Actor("website", key, api, asyncio.Event())
        site = website.Website(someone, FIRM, Workload(), channels, ClockAndIds(), 1.0, 0)
        for _ in range(30):
            await site.turn()
        assert someone.given_up == set()
        counted = (
            await api.get("/intake/v1/metrics/captures", headers=ALL_FIVE | {"X-Min-Position": "intake:35"})
        ).json()
        sent = Counter(website.visit(FIRM, number)["source"] for number in range(1, 31))
        assert {group["key"]: group["captures"] for group in counted["groups"]} == sent
        assert counted["quarantine"] == []
        for path, source in ((channels.typeform.path, "gated_content"), (channels.zoom.path, "webinar")):
            yielded = f"{path.replace('webhooks', 'connections')}/deliveries"
            assert len((await api.get(yielded)).json()["items"]) == sent[source]
        assert len((await api.get("/intake/v1/forms/newsletter/deliveries")).json()["items"]) == sent["newsletter"]


async def test_a_rep_leaves_alone_what_a_person_opened_or_changed(database: str) -> None:
    async with running_services(database, [SERVICES["pipeline"]]) as api:
        key = await make_key(database, name="hugo")
        hugo = {"Authorization": f"Bearer {key}"}

        async def opened(account: str, headers: dict[str, str]) -> str:
            body = {"name": account, "account": f"{account}.example", "owner": "hugo", "motion": "new_business"}
            return str(
                (await api.post("/pipeline/v1/opportunities", json=body, headers=headers)).json()["opportunity_id"]
            )

        async def version(deal: str) -> int:
            return int((await api.get(f"/pipeline/v1/opportunities/{deal}")).json()["version"])

        a_persons, touched = await opened("person", {}), await opened("touched", hugo)
        others = [await opened(f"own{number}", hugo) for number in range(3)]
        amount = {"amount": {"amount": "7", "currency": "EUR"}}
        answer = await api.post(f"/pipeline/v1/opportunities/{touched}/set-amount", json=amount)
        rep = reps.Rep(Actor("hugo", key, api, asyncio.Event()), {"hugo"}, ClockAndIds(), 1.0)
        rep.actor._position = answer.headers["X-Position"]
        for _ in range(40):
            await rep.turn()
        assert [await version(deal) for deal in (a_persons, touched)] == [1, 2]
        assert sum([await version(deal) > 1 for deal in others]) >= 2, "one may be kept as it is"


async def test_a_different_answer_to_the_same_request_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actor, "REPEATED", 1.0)
    ids = iter(("one", "another"))

    def forgetful(request: httpx.Request) -> httpx.Response:
        return httpx.Response(201, json={"lead_id": next(ids)}, headers={"X-Position": "intake:1"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(forgetful), base_url="http://test") as http:
        with capture_logs() as logs:
            await Actor("website", "key", http, asyncio.Event()).post("/intake/v1/leads", {}, "visit")
    assert [each["event"] for each in logs] == ["demo_repeat_differs"]


async def test_an_sdr_ends_what_it_claimed_before_a_restart() -> None:
    name = SDRS[0]
    lead: dict[str, Any] = {"lead_id": "one", "external_id": None, "cycle": 1, "sdr": name, "touched_at": "earlier"}
    lead |= {"revisit_due_at": None, "account": next(iter(FIRM.by_domain)), "age_seconds": 5}
    done: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            done.append(request.url.path.rpartition("/")[2])
        return httpx.Response(200, json={"items": [lead]}, headers={"X-Position": "qualification:1"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://test") as http:
        stopping = asyncio.Event()
        sdr = sdrs.Sdr(Actor(name, "key", http, stopping), FIRM, Workload(), ClockAndIds(), 1000.0)
        await sdr.turn()
    assert done[0] == "touch"
    assert done[-1] in {"hand-over", "reject", "nurture"}
