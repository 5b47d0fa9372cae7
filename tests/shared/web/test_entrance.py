"""An entrance admits callers without an API key, by its own check of the raw request, within limits of its own."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from shared.web.routing.entrance import Entrance
from tests.running import PATIENT, connected, make_key, running_apps, running_services
from tests.shared.web.vendor import FORM, LARGEST, MULTIPART, SERVICE, admit, signature, signed

HOOK = "/pipeline/v1/webhooks/acme"
TALLY = "/pipeline/v1/tallies/acme"
SCOPES = ["tally:write"]


@pytest_asyncio.fixture
async def api(database: str) -> AsyncIterator[httpx.AsyncClient]:
    """Sends no key of its own."""
    async with running_services(database, [SERVICE]) as client:
        del client.headers["Authorization"]
        yield client


async def actors(database: str) -> list[str]:
    async with connected(database, search_path="pipeline") as engine, engine.connect() as tx:
        return list((await tx.execute(text("SELECT actor FROM events ORDER BY position"))).scalars())


async def test_a_signed_body_is_admitted_byte_for_byte(api: httpx.AsyncClient, database: str) -> None:
    answer = await api.post(HOOK, **signed(b'{ "n" :  3 }\n'))
    assert (answer.status_code, answer.json()) == (200, {"position": 1})
    assert await actors(database) == ["acme's webhook"]


async def test_forms_are_admitted_here_and_nowhere_else(api: httpx.AsyncClient, database: str) -> None:
    multipart = b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n4\r\n--b--\r\n'
    assert (await api.post(HOOK, **signed(b"n=3", FORM))).status_code == 200
    assert (await api.post(HOOK, **signed(multipart, f"{MULTIPART}; boundary=b"))).status_code == 200
    assert (await api.post(HOOK, **signed(b"n,3", "text/csv"))).status_code == 415
    key = {"Authorization": f"Bearer {await make_key(database, SCOPES)}"}
    assert (await api.post(TALLY, content=b"n=3", headers={"Content-Type": FORM, **key})).status_code == 415
    assert (await api.post(TALLY, json={"n": 3}, headers=key)).status_code == 200


async def test_a_challenge_is_answered(api: httpx.AsyncClient) -> None:
    answer = await api.get(HOOK, params={"challenge": "a b"}, headers={"X-Signature": signature(b"a b")})
    assert (answer.status_code, answer.json()) == (200, {"challenge": "a b"})


async def test_an_entrance_refuses_wrong_signatures_unknown_paths_and_bodies_of_other_kinds(
    api: httpx.AsyncClient, database: str, subtests: pytest.Subtests
) -> None:
    for path, request_of, status in [
        (HOOK, signed(b'{"n":3}', **{"X-Signature": "00"}), 403),
        (HOOK, signed(b'{"n":3}') | {"content": b'{"n":30}'}, 403),
        ("/pipeline/v1/webhooks/nobody", signed(b'{"n":3}'), 404),
        ("/pipeline/v1/webhooks/without-scope", signed(b'{"n":3}'), 403),
        (HOOK, signed(b'{"n":3}', **{"Content-Encoding": "gzip"}), 415),
        (HOOK, signed(b" " * (LARGEST + 1)), 413),
        (TALLY, signed(b'{"n":3}'), 401),
    ]:
        with subtests.test(path=path, request_of=request_of, status=status):
            answer = await api.post(path, **request_of)
            assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
            assert await actors(database) == []


async def test_a_body_of_unknown_length_is_limited_too(api: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * (LARGEST // 2)

    answer = await api.post(HOOK, content=parts(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


async def test_an_api_key_does_not_count_at_an_entrance(api: httpx.AsyncClient, database: str) -> None:
    key = {"Authorization": f"Bearer {await make_key(database, SCOPES)}"}
    assert (await api.post(HOOK, json={"n": 3}, headers=key)).status_code == 403


async def test_a_repeated_message_is_applied_once_and_connections_do_not_share_keys(
    api: httpx.AsyncClient, database: str
) -> None:
    message = signed(b'{"n":3}', **{"Idempotency-Key": "message 1"})
    first, again = await api.post(HOOK, **message), await api.post(HOOK, **message)
    assert (first.json(), again.json()) == ({"position": 1}, {"position": 1})
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await api.post("/pipeline/v1/webhooks/other", **message)
    assert (other.json(), await actors(database)) == ({"position": 2}, ["acme's webhook", "other's webhook"])


@pytest.mark.usefixtures("limits_clock")
async def test_requests_of_one_address_are_limited_before_anything_is_read(database: str) -> None:
    few = PATIENT.model_copy(update={"entrance_requests_per_second": 2})
    async with running_apps(database, [SERVICE], work=False, settings=few) as apps:
        found = []
        for address in ("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2"):
            transport = httpx.ASGITransport(apps["pipeline"], client=(address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                found.append((await client.post(HOOK, **signed(b'{"n":1}'))).status_code)
    assert found == [200, 200, 429, 200]


async def test_the_document_says_that_an_entrance_needs_no_key(api: httpx.AsyncClient) -> None:
    paths = (await api.get("/pipeline/openapi.json")).json()["paths"]
    assert paths["/pipeline/v1/webhooks/{connection}"]["post"]["security"] == []
    assert paths["/pipeline/v1/tallies/{name}"]["post"]["security"] == [{"key": []}]


async def test_without_the_entrance_its_paths_need_a_key(database: str) -> None:
    async with running_services(database, [replace(SERVICE, entrances=[])]) as client:
        del client.headers["Authorization"]
        assert (await client.post(HOOK, **signed(b'{"n":3}'))).status_code == 401


@pytest.mark.parametrize("prefix", ["webhooks/", "/webhooks", "/", ""])
def test_a_prefix_covers_whole_segments(prefix: str) -> None:
    with pytest.raises(ValueError, match="looks like /webhooks/"):
        Entrance(prefix, frozenset(), admit)
