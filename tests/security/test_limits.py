"""Limits: by key, by address, at once, in bytes; callers who keep to them notice nothing."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from funnelcast.remote import client
from services.pipeline.service import SERVICE
from shared.run.process import route_by_prefix
from shared.run.settings import Settings
from shared.web.callers import access
from shared.web.callers.access import Access, Caller
from shared.web.errors.problems import TooManyRequests
from shared.web.recently_used import RecentlyUsed
from shared.web.requests.limits import MAX_CALLERS, RateLimit, client_address
from tests.running import Clock, connected, eventually, make_key, running_apps, served_services, within

DEALS = "/pipeline/v1/opportunities"
STREAM = "/pipeline/v1/events/stream"
LINES = {"Content-Type": "application/x-ndjson"}
NEVER = {"X-Min-Position": "pipeline:999", "Prefer": "wait=20"}


def settings(**limits: int) -> Settings:
    return Settings(connections=4, port=0, **limits)  # type: ignore[arg-type]


@asynccontextmanager
async def limited(database: str, **limits: int) -> AsyncIterator[Mapping[str, FastAPI]]:
    async with running_apps(database, [SERVICE], work=False, settings=settings(**limits)) as apps:
        yield apps


@asynccontextmanager
async def caller(
    apps: Mapping[str, FastAPI], key: str = "", address: str = "192.0.2.1"
) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    transport = httpx.ASGITransport(route_by_prefix(apps), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as api:
        yield api


# -- how a limit is kept ---------------------------------------------------------------------------------------------


def test_a_bucket_empties_and_fills_again() -> None:
    time = [100.0]
    rate = RateLimit("key", 10, 5, now=lambda: time[0])
    found = [dict(rate.take("a"))[b"ratelimit"] for _ in range(10)]
    assert (found[0], found[-1]) == (b'"key";r=9;t=1', b'"key";r=0;t=5')
    with pytest.raises(TooManyRequests) as refused:
        rate.take("a")
    assert refused.value.headers == {
        "Retry-After": "1",
        "ratelimit-policy": '"key";q=10;w=5',
        "ratelimit": '"key";r=0;t=1',
    }
    rate.take("b")
    time[0] += 0.5
    rate.take("a")
    with pytest.raises(TooManyRequests):
        rate.take("a")


def test_no_more_than_the_quota_pass_in_any_window_and_what_is_refused_costs_nothing() -> None:
    time = [0.0]
    rate = RateLimit("key", 100, 1, now=lambda: time[0])
    passed = []
    for _ in range(20_000):
        time[0] += 0.001
        try:
            rate.take("a")
            passed.append(time[0])
        except TooManyRequests:
            continue
    assert len(passed) == pytest.approx(100 + 20 * 100, abs=2)


def test_the_memory_of_callers_is_bounded() -> None:
    rate = RateLimit("address", 300, 60)
    for number in range(3 * MAX_CALLERS):
        rate.take(number)
    assert len(rate.full_at.entries) == MAX_CALLERS


def test_a_limited_caller_who_goes_on_stays_limited_however_many_others_come() -> None:
    rate = RateLimit("address", 1, 60)
    rate.take("a")
    for number in range(3 * MAX_CALLERS):
        rate.take(number)
        if number % 1000 == 0:
            with pytest.raises(TooManyRequests):
                rate.take("a")


async def test_guessed_keys_push_no_known_key_out_of_memory(database: str) -> None:
    key, guesses = await make_key(database), list[str]()
    async with connected(database) as engine:
        found_by = Access(engine, Clock().now, RecentlyUsed(3), RecentlyUsed(3))
        assert await found_by.caller(key) is not None
        for number in range(12):
            assert await found_by.caller(f"fc_{number}", lambda: guesses.append("guess")) is None
        assert await found_by.caller(key, lambda: guesses.append("known")) is not None
    assert guesses == ["guess"] * 12


def test_no_limit_is_none_and_tells_nothing() -> None:
    rate = RateLimit("key", 0, 1)
    assert [rate.take("a") for _ in range(1000)] == [[]] * 1000
    assert not rate.full_at.entries


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 4711), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 4711), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 4711), "fe80::/64"),
        (("no:address", 4711), "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_is_one_of_ipv4_or_a_network_of_ipv6(client: tuple[str, int] | None, address: str) -> None:
    assert client_address({"client": client}) == address


# -- of one key ------------------------------------------------------------------------------------------------------


async def test_every_answer_to_a_key_tells_what_is_left_and_the_default_is_generous(database: str) -> None:
    async with limited(database) as apps, caller(apps, await make_key(database)) as api:
        answers = [await api.get(DEALS) for _ in range(500)]
        first, refused = answers[0], await api.post(DEALS, json={})
    assert {answer.status_code for answer in answers} == {200}
    assert (first.headers["RateLimit-Policy"], first.headers["RateLimit"]) == ('"key";q=10000;w=1', '"key";r=9999;t=1')
    assert (refused.status_code, "RateLimit" in refused.headers) == (422, True)


async def test_a_key_that_asks_too_much_waits_and_no_other_does(database: str, limits_clock: list[float]) -> None:
    key, other = await make_key(database), await make_key(database)
    async with limited(database, requests_per_second=5) as apps, caller(apps, key) as api, caller(apps, other) as calm:
        answers = [await api.get(DEALS) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        refused = answers[-1]
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["title"] == "Too Many Requests"
        assert refused.headers["RateLimit"] == '"key";r=0;t=1'
        assert (await calm.get(DEALS)).status_code == 200
        limits_clock[0] += float(refused.headers["Retry-After"])
        assert [(await api.get(DEALS)).status_code for _ in range(6)] == [200] * 5 + [429]


async def is_let_in(api: httpx.AsyncClient) -> bool:
    return (await api.get(DEALS)).status_code == 200


@pytest.mark.usefixtures("limits_clock")
async def test_rotating_a_key_brings_no_second_share(database: str) -> None:
    old = await make_key(database)
    async with connected(database) as engine, engine.begin() as tx:
        found = (await tx.execute(access.keys.select().where(access.keys.c.hash == access.hash_secret(old)))).one()
        new = await access.rotate(tx, found.key_id, Clock().new_id())
    assert new is not None
    async with limited(database, requests_per_second=4) as apps, caller(apps, old) as api, caller(apps, new) as again:
        statuses = [(await (api, again)[number % 2].get(DEALS)).status_code for number in range(6)]
    assert statuses == [200] * 4 + [429] * 2


async def test_our_own_client_waits_as_long_as_the_answer_says(database: str) -> None:
    """What the import and the demo send with."""
    async with limited(database, requests_per_second=5) as apps, caller(apps, await make_key(database)) as api:
        answers = [await client.request(api, "GET", DEALS) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 8


# -- of one address --------------------------------------------------------------------------------------------------


async def test_who_tries_keys_is_slowed_down_and_asks_the_database_no_more(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    look_up = Access.look_up

    async def counting(one: Access, hashes: Collection[str]) -> dict[str, Caller]:
        looked.extend(hashes)
        return await look_up(one, hashes)

    monkeypatch.setattr(Access, "look_up", counting)
    key = await make_key(database)
    async with limited(database, unknown_keys_per_minute=10) as apps, caller(apps) as api, caller(apps, key) as known:
        assert (await known.get(DEALS)).status_code == 200
        guesses = [await api.get(DEALS, headers={"Authorization": f"Bearer fc_{number}"}) for number in range(200)]
        statuses = [answer.status_code for answer in guesses]
        print(f"200 keys tried: {len(looked) - 1} looked up, {statuses.count(429)} refused unseen")
        assert statuses == [401] * 9 + [429] * 191
        assert int(guesses[-1].headers["Retry-After"]) <= 60
        assert guesses[-1].headers["RateLimit-Policy"] == '"address";q=10;w=60'
        assert len(looked) == 1 + 9
        assert (await api.get(DEALS)).status_code == 429
        assert (await known.get(DEALS)).status_code == 200
        async with caller(apps, "fc_elsewhere", "192.0.2.2") as elsewhere:
            assert (await elsewhere.get(DEALS)).status_code == 401


async def test_a_known_key_stays_welcome_when_its_address_misbehaves_and_its_cache_is_old(database: str) -> None:
    clock = Clock()
    key = await make_key(database)
    resources = settings(unknown_keys_per_minute=3)
    async with (
        running_apps(database, [SERVICE], work=False, clock_and_ids=clock.clock_and_ids(), settings=resources) as apps,
        caller(apps, key) as known,
        caller(apps) as api,
    ):
        assert (await known.get(DEALS)).status_code == 200
        assert [(await api.get(DEALS)).status_code for _ in range(4)] == [401, 401, 429, 429]
        clock.pass_by(seconds=60)
        assert (await known.get(DEALS)).status_code == 200


@pytest.mark.usefixtures("limits_clock")
async def test_what_needs_no_key_is_limited_by_address_and_being_alive_is_not(database: str) -> None:
    async with limited(database, open_requests_per_second=5) as apps, caller(apps) as api:
        ready = [(await api.get("/pipeline/readyz")).status_code for _ in range(8)]
        assert ready == [200] * 5 + [429] * 3
        assert {(await api.get("/pipeline/healthz")).status_code for _ in range(50)} == {200}


async def test_a_path_that_only_ends_like_an_open_one_is_not_open(database: str) -> None:
    async with limited(database) as apps, caller(apps) as api:
        for path in ("healthz", "readyz", "metrics", "docs", "openapi.json"):
            assert (await api.get(f"{DEALS}/{path}")).status_code == 401
            assert (await api.get(f"/pipeline/v1/{path}")).status_code == 401
            assert (await api.get(f"/pipeline/{path}/")).status_code == 401


@pytest.mark.parametrize(("trusted", "refused"), [("", 2), ("127.0.0.0/8", 0), ("192.0.2.0/24", 2)])
async def test_an_address_is_believed_of_trusted_proxies_only(database: str, trusted: str, refused: int) -> None:
    resources = Settings(connections=4, port=0, unknown_keys_per_minute=4, trusted_proxies=trusted)
    async with served_services(database, [SERVICE], settings=resources) as (api, _):
        answers = [
            await api.get(DEALS, headers={"Authorization": "", "X-Forwarded-For": f"198.51.100.{number}"})
            for number in range(6)
        ]
    assert [answer.status_code for answer in answers].count(429) == refused


@pytest.mark.parametrize("wrong", ["*", "proxy", "10.0.0.0/99", "10.0.0.1/8"])
def test_a_trusted_proxy_must_be_an_address_or_a_network(wrong: str) -> None:
    with pytest.raises(ValueError, match="trusted_proxies"):
        Settings(trusted_proxies=wrong)


# -- at once, in bytes -----------------------------------------------------------------------------------------------


async def test_more_requests_than_there_is_room_for_are_sent_away_at_once(database: str) -> None:
    async with limited(database, requests_at_once=2) as apps, caller(apps, await make_key(database)) as api:
        asking = [asyncio.ensure_future(api.get(DEALS, headers=NEVER)) for _ in range(20)]

        async def all_but_two() -> bool:
            return sum(one.done() for one in asking) == 18

        await eventually(all_but_two)
        assert {one.result().status_code for one in asking if one.done()} == {503}
        refused = await api.get(DEALS)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert refused.json()["detail"] == "too many requests at once"
        assert (await api.get("/pipeline/healthz")).status_code == 200
        for one in asking:
            one.cancel()
        await asyncio.wait(asking)
        assert await eventually(lambda: is_let_in(api))


async def test_open_event_streams_leave_room_for_requests(database: str) -> None:
    resources = settings(streams_at_once=3)
    async with served_services(database, [SERVICE], settings=resources) as (api, _), AsyncExitStack() as streams:
        opened = [await streams.enter_async_context(api.stream("GET", STREAM)) for _ in range(4)]
        assert [each.status_code for each in opened] == [200, 200, 200, 503]
        assert await is_let_in(api)
        await opened[0].aclose()

        async def room() -> bool:
            async with api.stream("GET", STREAM) as another:
                return another.status_code == 200

        assert await eventually(room)


async def test_bodies_in_memory_are_bounded_together(database: str) -> None:
    half, held, release = b"{}\n" + b" " * (9 * 1024 * 1024), asyncio.Event(), asyncio.Event()

    async def dribbling() -> AsyncIterator[bytes]:
        yield half
        held.set()
        await release.wait()

    async with limited(database, body_bytes_at_once=2**24) as apps, caller(apps, await make_key(database)) as api:
        first = asyncio.ensure_future(api.post(f"{DEALS}/batch", content=dribbling(), headers=LINES))
        await within(20, held.wait())
        refused = await api.post(f"{DEALS}/batch", content=half, headers=LINES)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        release.set()
        assert (await first).status_code == 200
        assert (await api.post(f"{DEALS}/batch", content=half, headers=LINES)).status_code == 200


async def test_a_line_of_a_batch_may_be_as_large_as_a_body_and_no_larger(database: str) -> None:
    content = b"{}\n" + b"{" + b" " * 1024 * 1024 + b"}\n{}"
    async with limited(database) as apps, caller(apps, await make_key(database)) as api:
        lines = (await api.post(f"{DEALS}/batch", content=content, headers=LINES)).text.splitlines()
    assert ['"status":413' in line for line in lines] == [False, True, False, False]
    assert '"failed":3' in lines[-1]


async def test_a_body_is_bounded_where_none_is_expected_too(database: str) -> None:
    """An Idempotency-Key makes a service compare bodies, also where none is needed."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 64 * 1024

    async with limited(database) as apps, caller(apps, await make_key(database)) as api:
        announced = await api.request("GET", DEALS, content=b" " * (1024 * 1024 + 1))
        deal = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
        opened = (await api.post(DEALS, json=deal)).json()["opportunity_id"]
        streamed = await api.post(
            f"{DEALS}/{opened}/win", content=endless(), headers={"Content-Type": "application/json"}
        )
    assert (announced.status_code, streamed.status_code) == (413, 413)
