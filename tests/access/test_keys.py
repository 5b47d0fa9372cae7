"""Keys are managed over HTTP by administrators, who can give no more than they have."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from funnelcast.serving.services import ACCESS, SCOPES, SERVICES
from tests.running import Clock, make_key, running_services

KEYS = "/access/v1/keys"
REPORT = {"name": "report", "scopes": ["pipeline:read", "events:read"]}
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def api(database: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    services = [ACCESS, SERVICES["pipeline"]]
    async with running_services(database, services, clock_and_ids=clock.clock_and_ids(), work=False) as client:
        yield client


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


async def created(api: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await api.post(KEYS, json=REPORT | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def works(api: httpx.AsyncClient, secret: str) -> bool:
    return (await api.get("/pipeline/v1/me", headers=bearer(secret))).status_code == 200


async def listed(api: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {key["key_id"]: key for key in (await api.get(KEYS)).json()["items"]}


def pointers(answer: httpx.Response) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


async def test_a_new_key_works_and_has_what_was_requested(api: httpx.AsyncClient) -> None:
    fields = {"owner": "ann", "node": "north", "expires_at": "2026-06-01T00:00:00Z", "handling": "lenient"}
    key = await created(api, **fields)
    assert key["secret"].startswith("fc_")
    assert await works(api, key["secret"])
    assert {name: key[name] for name in fields} == fields
    assert (key["name"], key["scopes"], key["state"]) == ("report", ["events:read", "pipeline:read"], "valid")


async def test_the_list_has_no_secret_and_no_hash_and_says_who_created_a_key(api: httpx.AsyncClient) -> None:
    me = (await api.get("/access/v1/me")).json()
    key = await created(api)
    answer = await api.get(KEYS)
    shown = {item["key_id"]: item for item in answer.json()["items"]}
    assert shown[key["key_id"]]["created_by"] == me["key_id"]
    assert shown[me["key_id"]]["created_by"] is None
    assert shown[key["key_id"]] == {name: value for name, value in key.items() if name != "secret"}
    assert key["secret"] not in answer.text
    assert "hash" not in answer.text


async def test_the_list_comes_in_pages(api: httpx.AsyncClient) -> None:
    ids = [(await created(api, name=f"key {number}"))["key_id"] for number in range(3)]
    first = (await api.get(KEYS, params={"limit": 2})).json()
    second = (await api.get(KEYS, params={"limit": 2, "after": first["next"]})).json()
    assert [key["key_id"] for key in first["items"] + second["items"]][1:] == ids
    assert second["next"] is None
    assert (await api.get(KEYS, params={"after": "forged"})).status_code == 422


async def test_a_rotation_gives_another_secret_and_leaves_the_old_one(api: httpx.AsyncClient) -> None:
    old = await created(api, owner="ann", node="north")
    answer = await api.post(f"{KEYS}/{old['key_id']}/rotate")
    new = answer.json()
    assert answer.status_code == 201
    assert [await works(api, each["secret"]) for each in (old, new)] == [True, True]
    same = ("name", "scopes", "owner", "node", "lineage", "expires_at", "handling")
    assert {name: new[name] for name in same} == {name: old[name] for name in same}
    assert new["secret"] != old["secret"]


async def test_a_revoked_key_ends_and_its_state_says_by_whom(api: httpx.AsyncClient, clock: Clock) -> None:
    key = await created(api)
    assert await works(api, key["secret"])
    revoked = await api.post(f"{KEYS}/{key['key_id']}/revoke")
    again = await api.post(f"{KEYS}/{key['key_id']}/revoke")
    me = (await api.get("/access/v1/me")).json()
    assert (revoked.status_code, revoked.json()["state"], revoked.json()["revoked_by"]) == (
        200,
        "revoked",
        me["key_id"],
    )
    assert again.json() == revoked.json()
    clock.pass_by(seconds=5)
    assert not await works(api, key["secret"])
    assert (await api.post(f"{KEYS}/{key['key_id']}/rotate")).status_code == 409


async def test_an_unknown_key_is_not_found(api: httpx.AsyncClient) -> None:
    for action in ("rotate", "revoke"):
        assert (await api.post(f"{KEYS}/{NOBODY}/{action}")).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("name", " ", "/name"),
        ("name", "ann@example.com", "/name"),
        ("owner", "ann@example.com", "/owner"),
        ("scopes", [], "/scopes"),
        ("scopes", ["events:read", "pipeline:red"], "/scopes/1"),
        ("node", "North East", "/node"),
        ("expires_at", "2026-03-02T12:00:00Z", "/expires_at"),
        ("expires_at", 5, "/expires_at"),
        ("handling", "careless", "/handling"),
        ("secret", "fc_mine", "/secret"),
    ],
)
async def test_a_refusal_names_the_field(api: httpx.AsyncClient, field: str, value: Any, pointer: str) -> None:
    answer = await api.post(KEYS, json=REPORT | {field: value})
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_an_idempotency_key_is_refused_because_a_secret_is_shown_once(api: httpx.AsyncClient) -> None:
    key = await created(api)
    for path, body in ((KEYS, REPORT), (f"{KEYS}/{key['key_id']}/rotate", None)):
        answer = await api.post(path, json=body, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, pointers(answer)) == (422, ["header/Idempotency-Key"])
    assert len(await listed(api)) == 2


async def test_a_key_gives_no_scope_that_it_lacks(api: httpx.AsyncClient, database: str) -> None:
    powerful = await created(api, scopes=["people:read", "events:read"])
    headers = bearer(await make_key(database, ["admin", "events:read"]))
    given = await api.post(KEYS, json=REPORT | {"scopes": ["events:read", "people:read"]}, headers=headers)
    rotated = await api.post(f"{KEYS}/{powerful['key_id']}/rotate", headers=headers)
    assert (given.status_code, pointers(given)) == (403, ["/scopes/1"])
    assert rotated.status_code == 403
    allowed = await api.post(KEYS, json=REPORT | {"scopes": ["events:read"]}, headers=headers)
    assert allowed.status_code == 201
    assert (await api.post(f"{KEYS}/{powerful['key_id']}/revoke", headers=headers)).status_code == 200


async def test_only_untied_administrators_manage_keys(api: httpx.AsyncClient, database: str) -> None:
    others = [scope for scope in SCOPES if scope != "admin"]
    wrong = [
        bearer(await make_key(database, others)),
        bearer(await make_key(database, node="north")),
        bearer(await make_key(database)) | {"On-Behalf-Of": "north"},
    ]
    for headers in wrong:
        assert (await api.get(KEYS, headers=headers)).status_code == 403
        assert (await api.post(KEYS, json=REPORT, headers=headers)).status_code == 403
        assert (await api.post(f"{KEYS}/{NOBODY}/revoke", headers=headers)).status_code == 403


async def test_the_service_is_healthy_and_describes_itself(api: httpx.AsyncClient) -> None:
    ready = await api.get("/access/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert set((await api.get("/access/openapi.json")).json()["paths"]) >= {KEYS, f"{KEYS}/{{key_id}}/rotate"}
    assert (await api.get("/access/v1/parked")).status_code == 404
