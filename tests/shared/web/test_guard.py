"""Authentication, sizes, media types and unknown parameters; every refusal is a problem document."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import orjson
import pytest
import pytest_asyncio
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from services.pipeline.service import SERVICE
from shared.store.committer import Committer
from shared.web.callers import access
from shared.web.requests.body import LARGEST_BATCH, LARGEST_BODY
from shared.web.requests.input import parse_json
from tests.running import Clock, connected, make_key, running_services, within

DEALS = "/pipeline/v1/opportunities"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def api(database: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, [SERVICE], clock_and_ids=clock.clock_and_ids()) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_without_a_valid_key_nothing_is_served(api: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for given in ["", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer fc_" + "x" * 5000]:
        with subtests.test(given=given):
            answer = await api.get(DEALS, headers={"Authorization": given})
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert answer.json()["title"] == "Unauthorized"


async def test_health_metrics_and_documentation_need_no_key(api: httpx.AsyncClient) -> None:
    for path in ("healthz", "readyz", "metrics", "openapi.json", "docs"):
        assert (await api.get(f"/pipeline/{path}", headers={"Authorization": ""})).status_code == 200


async def test_an_expired_key_ends_to_the_second(api: httpx.AsyncClient, database: str, clock: Clock) -> None:
    key = await make_key(database, expires_at=clock.now() + timedelta(seconds=3))
    assert (await api.get(DEALS, headers=bearer(key))).status_code == 200
    clock.pass_by(seconds=3)
    assert (await api.get(DEALS, headers=bearer(key))).status_code == 401


async def test_a_revoked_key_ends_within_five_seconds(api: httpx.AsyncClient, database: str, clock: Clock) -> None:
    key = await make_key(database)
    assert (await api.get(DEALS, headers=bearer(key))).status_code == 200
    async with connected(database) as engine, engine.begin() as tx:
        found = (await tx.execute(access.keys.select().where(access.keys.c.hash == access.hash_secret(key)))).one()
        assert await access.revoke(tx, found.key_id)
    clock.pass_by(seconds=5)
    assert (await api.get(DEALS, headers=bearer(key))).status_code == 401


async def test_a_rotated_key_keeps_its_lineage_and_so_its_idempotency(api: httpx.AsyncClient, database: str) -> None:
    deal = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
    old = await make_key(database)
    first = await api.post(DEALS, json=deal, headers=bearer(old) | {"Idempotency-Key": "k"})
    async with connected(database) as engine, engine.begin() as tx:
        found = (await tx.execute(access.keys.select().where(access.keys.c.hash == access.hash_secret(old)))).one()
        new = await access.rotate(tx, found.key_id, Clock().new_id())
    assert new is not None
    again = await api.post(DEALS, json=deal, headers=bearer(new) | {"Idempotency-Key": "k"})
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()


async def test_a_key_of_another_lineage_has_its_own_idempotency(api: httpx.AsyncClient, database: str) -> None:
    deal = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
    answers = [
        await api.post(DEALS, json=deal, headers=bearer(await make_key(database)) | {"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert answers[0].json()["opportunity_id"] != answers[1].json()["opportunity_id"]


async def test_a_key_that_is_tied_to_a_node_is_refused_while_no_organisation_was_read(
    api: httpx.AsyncClient, database: str
) -> None:
    key = await make_key(database, node="central")
    refused = await api.get("/pipeline/v1/settings", headers=bearer(key))
    assert refused.status_code == 403
    stale = await api.get(DEALS, headers=bearer(key))
    assert (stale.status_code, stale.json()["type"], stale.headers["Retry-After"]) == (503, "chart_stale", "1")


async def test_acting_on_behalf_of_a_node_is_refused_not_ignored(api: httpx.AsyncClient) -> None:
    assert (await api.get(DEALS, headers={"On-Behalf-Of": "central"})).status_code == 503
    assert (await api.get("/pipeline/v1/settings", headers={"On-Behalf-Of": "central"})).status_code == 403


async def test_a_header_that_is_sent_twice_is_refused_and_not_chosen_from(
    api: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for name, first, second in [
        ("Authorization", "Bearer fc_another", "Bearer fc_third"),
        ("Idempotency-Key", "k-1", "k-2"),
        ("Idempotency-Key", "k-1", "k-1"),
        ("If-Match", "*", '"7"'),
        ("X-Min-Position", "pipeline:0", "pipeline:999"),
        ("On-Behalf-Of", "central", "west"),
        ("X-Correlation-Id", "a", "b"),
        ("Last-Event-ID", "0", "1"),
        ("Content-Type", "application/json", "text/plain"),
        ("Host", "funnelcast.example", "other.example"),
    ]:
        with subtests.test(name=name, first=first, second=second):
            deal = b'{"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}'
            headers = [("Content-Type", "application/json")] if name != "Content-Type" else []
            answer = await api.post(DEALS, content=deal, headers=[*headers, (name, first), (name.lower(), second)])
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"header/{name.lower()}")
            assert (await api.get(DEALS)).json()["items"] == []


async def test_preferences_may_be_sent_in_several_headers(api: httpx.AsyncClient) -> None:
    both = [("X-Min-Position", "pipeline:1"), ("Prefer", "handling=lenient"), ("Prefer", "wait=20")]
    reading = asyncio.ensure_future(api.get(DEALS, headers=both))
    await asyncio.sleep(0)
    deal = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
    assert (await api.post(DEALS, json=deal)).status_code == 201
    assert len((await within(20, reading)).json()["items"]) == 1


async def test_a_trailing_slash_leads_nowhere(api: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for path in [f"{DEALS}/", f"{DEALS}/x/", "/pipeline/docs/", "/pipeline/v1/settings/"]:
        with subtests.test(path=path):
            answer = await api.get(path, headers={"Host": "evil.example"})
            assert (answer.status_code, "Location" in answer.headers) == (404, False)
            assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_body_that_is_too_large_is_refused(api: httpx.AsyncClient) -> None:
    json = {"Content-Type": "application/json"}
    assert (await api.post(DEALS, content=b" " * (LARGEST_BODY + 1), headers=json)).status_code == 413

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * (LARGEST_BODY // 2)

    assert (await api.post(DEALS, content=unannounced(), headers=json)).status_code == 413
    large = b" " * (LARGEST_BATCH + 1)
    answer = await api.post(f"{DEALS}/batch", content=large, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 413


async def test_too_many_lines_are_refused(api: httpx.AsyncClient) -> None:
    lines = {"Content-Type": "application/x-ndjson"}
    assert (await api.post(f"{DEALS}/batch", content=b"{}\n" * 10_001, headers=lines)).status_code == 413


async def test_a_batch_refuses_an_idempotency_key(api: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "k"}
    assert (await api.post(f"{DEALS}/batch", content=b"{}", headers=headers)).status_code == 422


async def test_a_body_of_another_media_type_is_refused(api: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]:
        with subtests.test(kind=kind):
            assert (await api.post(DEALS, content=b"{}", headers={"Content-Type": kind})).status_code == 415


async def test_malformed_requests_get_problems_and_change_nothing(
    api: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for body in [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"{}{}",
        b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"name": "\\ud800", "account": "a", "owner": "o", "motion": "new_business"}',
        b'{"name": "a\\u0000b", "account": "a", "owner": "o", "motion": "new_business"}',
        b'{"amount": {"amount": ' + b"9" * 5000 + b', "currency": "EUR"}}',
        b'{"amount": {"amount": 1e999, "currency": "EUR"}}',
        b'{"close_date": "0000-01-01"}',
        b'{"close_date": "9999-12-31", "occurred_at": "9999-12-31T23:59:59Z"}',
    ]:
        with subtests.test(body=body):
            answer = await api.post(
                DEALS, content=body, headers={"Content-Type": "application/json", "Idempotency-Key": "k"}
            )
            assert answer.status_code == 422, answer.text
            assert answer.headers["Content-Type"] == "application/problem+json"
            good = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
            assert (await api.post(DEALS, json=good)).status_code == 201


def many_unknown_fields(count: int) -> bytes:
    return b"{" + b",".join(b'"f%d":1' % number for number in range(count)) + b"}"


async def test_the_errors_that_one_answer_names_are_limited(api: httpx.AsyncClient) -> None:
    json = {"Content-Type": "application/json"}
    some = await api.post(DEALS, content=many_unknown_fields(5_000), headers=json)
    assert (some.status_code, len(some.json()["errors"])) == (422, 100)
    assert some.json()["detail"] == "the request does not fit its schema; the first 100 of 5004 errors are named"
    many = await api.post(DEALS, content=many_unknown_fields(60_000), headers=json)
    assert (many.status_code, many.json()["detail"]) == (422, "the body has more than 20000 values")


async def test_the_errors_of_a_batch_are_limited_too(api: httpx.AsyncClient) -> None:
    lines = b"\n".join(
        [many_unknown_fields(5_000), many_unknown_fields(60_000), b'{"facts": [' + b"1," * 99_999 + b"1]}"]
    )
    answer = await api.post(f"{DEALS}/batch", content=lines, headers={"Content-Type": "application/x-ndjson"})
    first, second, third, _ = [orjson.loads(line) for line in answer.content.splitlines()]
    assert len(first["errors"]) == 100
    assert [each["detail"] for each in (second, third)] == ["the body has more than 20000 values"] * 2
    assert len(answer.content) < 50_000


async def test_an_unknown_parameter_is_refused_not_ignored(api: httpx.AsyncClient) -> None:
    answer = await api.get(DEALS, params={"ownr": "ann"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "query/ownr", "detail": "unknown"}]


async def test_fields_are_refused_where_a_request_has_none(api: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    webhook = (await api.post("/pipeline/v1/webhooks", json={"url": "https://8.8.8.8/hook"})).json()["webhook_id"]
    address = f"/pipeline/v1/webhooks/{webhook}/rotate-secret"
    for body, error in (
        (b'{"x": 1}', {"pointer": "/x", "detail": "unknown field"}),
        (b"[]", {"pointer": "", "detail": "must be absent, or an empty object"}),
        (b"{", None),
    ):
        with subtests.test(body=body):
            answer = await api.post(address, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 422
            assert error in (None, *answer.json()["errors"])
    for content in (None, b"{}"):
        answer = await api.post(address, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200, answer.text


async def test_a_parameter_that_is_given_twice_is_refused_and_not_chosen_from(
    api: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for path, name in [
        (f"{DEALS}?limit=1&limit=2", "limit"),
        (f"{DEALS}?owner=ann&owner=ann", "owner"),
        ("/pipeline/v1/events?types=opportunity.opened&types=opportunity.assigned", "types"),
        ("/pipeline/v1/events/stream?after=0&after=1", "after"),
        ("/pipeline/v1/metrics/funnel?from=2026-01-01&from=2026-02-01", "from"),
    ]:
        with subtests.test(path=path, name=name):
            answer = await api.get(path)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"query/{name}")


async def test_a_number_is_refused_that_others_would_read_in_another_way(
    api: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for number in ["1_0", "%2B5", "+5", "05", "5.0", "1e1", "\u0665", "", "-", "--1"]:
        for path in [f"{DEALS}?limit=", "/pipeline/v1/events?after="]:
            with subtests.test(number=number, path=path):
                answer = await api.get(path + number)
                assert answer.status_code == 422
                (error,) = answer.json()["errors"]
                assert error["detail"].startswith("must be a whole number")


async def test_an_answer_does_not_repeat_a_long_name(api: httpx.AsyncClient) -> None:
    answer = await api.get(f"{DEALS}?{'a' * 50_000}=1")
    assert (answer.status_code, len(answer.content) < 1_000) == (422, True)


async def test_a_cursor_of_another_list_is_refused(api: httpx.AsyncClient) -> None:
    for owner in ("ann", "bob"):
        answer = await api.post("/pipeline/v1/webhooks", json={"url": f"http://127.0.0.1/{owner}"})
        assert answer.status_code == 201
    cursor = (await api.get("/pipeline/v1/webhooks?limit=1")).json()["next"]
    assert (await api.get(f"/pipeline/v1/webhooks?after={cursor}")).status_code == 200
    answer = await api.get(f"/pipeline/v1/spend?after={cursor}")
    assert (answer.status_code, answer.json()["detail"]) == (422, "after is not a cursor of this list")


async def test_a_parameter_that_is_a_list_may_be_repeated(api: httpx.AsyncClient) -> None:
    assert (await api.get("/pipeline/v1/metrics/funnel?by=source&by=owner")).status_code == 200


async def test_a_body_that_cannot_be_parsed_tells_nothing_to_a_key_without_the_scope(
    api: httpx.AsyncClient, database: str
) -> None:
    reader = {"Authorization": f"Bearer {await make_key(database, ['pipeline:read'])}"}
    deep, kind = b"[" * 100_000, {"Content-Type": "application/json"}
    assert (await api.post(DEALS, content=deep, headers=reader | kind)).status_code == 403
    answer = await api.post(DEALS, content=deep, headers=kind)
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "the body is not JSON text in UTF-8, or is nested too deeply",
    )


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"name": "A", "account": "a", "name": "B"}', "an object has two members 'name'"),
        (b'{"account":"a","\\u0061ccount":"b"}', "an object has two members 'account'"),
        (b'{"amount": {"amount": "1", "currency": "EUR", "currency" :"USD"}}', "an object has two members 'currency'"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "is nested too deeply"),
    ],
)
async def test_of_two_members_with_one_name_none_is_chosen(api: httpx.AsyncClient, body: bytes, detail: str) -> None:
    answer = await api.post(DEALS, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": "", "detail": detail}])


@pytest.mark.parametrize(
    "body",
    [rb'{"name": "say \"name\": a", "account": "{\"a\":1,\"a\":2}\\"}', b'[{"a": 1}, {"a": 1.50}]', b'"a"', b"7"],
)
def test_names_in_texts_and_in_different_objects_are_no_repetitions(body: bytes) -> None:
    assert parse_json(body) == json.loads(body)


async def test_every_refusal_is_a_problem(api: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for method, path, status in [
        ("GET", "/nowhere", 404),
        ("GET", "/pipeline/v1/nowhere", 404),
        ("DELETE", DEALS, 405),
        ("GET", f"{DEALS}/%00", 422),
        ("GET", f"{DEALS}?limit=0", 422),
        ("GET", f"{DEALS}?limit=x", 422),
        ("GET", f"{DEALS}?after=x", 422),
        ("GET", f"{DEALS}?owner=%00", 422),
        ("GET", f"{DEALS}?account=%00", 422),
    ]:
        with subtests.test(method=method, path=path, status=status):
            answer = await api.request(method, path)
            assert answer.status_code == status
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == status


async def test_a_position_that_is_not_reached_is_503_and_an_unknown_source_422(api: httpx.AsyncClient) -> None:
    later = await api.get(DEALS, headers={"X-Min-Position": "pipeline:99", "Prefer": "wait=1"})
    assert (later.status_code, later.headers["Retry-After"]) == (503, "1")
    assert (await api.get(DEALS, headers={"X-Min-Position": "elsewhere:1"})).status_code == 422


@pytest.mark.parametrize("source", ["pipeline", "qualification"])
async def test_a_position_that_nobody_can_have_got_is_refused_at_once(api: httpx.AsyncClient, source: str) -> None:
    answer = await api.get(DEALS, headers={"X-Min-Position": f"{source}:99999999", "Prefer": "wait=30"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header/X-Min-Position")


@pytest.mark.usefixtures("debug_log")
async def test_log_lines_have_the_correlation_id_of_the_caller(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(committer: Committer, request: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Committer, "write", fails)
    mine = "0d3f2a10-0000-4000-8000-000000000007"
    with capture_logs(processors=[merge_contextvars]) as lines, pytest.raises(RuntimeError):
        await api.post(
            DEALS,
            json={"name": "Secret", "account": "a", "owner": "ann", "motion": "new_business"},
            headers={"X-Correlation-Id": mine},
        )
    assert {line["event"] for line in lines if line.get("correlation_id") == mine} == {"unexpected", "request"}
    assert "Secret" not in str([line for line in lines if line["event"] == "request"])
