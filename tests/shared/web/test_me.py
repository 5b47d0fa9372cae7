"""The answer about a caller's own rights and place."""

from datetime import UTC, datetime

import pytest

from funnelcast.serving.services import ACCESS, SERVICES
from tests.running import make_key, running_services

LATER = datetime(2126, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_key_learns_its_name_scopes_place_and_end(database: str, service: str) -> None:
    scopes = ["events:read", "act_as"]
    key = await make_key(database, scopes, name="crm", node="north", owner="ann", expires_at=LATER)
    async with running_services(database, [SERVICES[service]], work=False) as api:
        answer = await api.get(f"/{service}/v1/me", headers={"Authorization": f"Bearer {key}"})
    me = answer.json()
    assert answer.status_code == 200
    assert me.pop("key_id")
    assert me == {
        "name": "crm",
        "owner": "ann",
        "node": "north",
        "on_behalf_of": None,
        "scopes": ["act_as", "events:read"],
        "expires_at": "2126-01-01T00:00:00Z",
    }


async def test_a_key_without_any_scope_may_ask_and_nobody_without_a_key(database: str) -> None:
    key = await make_key(database, [], name="nothing")
    async with running_services(database, [SERVICES["pipeline"]], work=False) as api:
        me = await api.get("/pipeline/v1/me", headers={"Authorization": f"Bearer {key}"})
        stranger = await api.get("/pipeline/v1/me", headers={"Authorization": ""})
    assert (me.json()["scopes"], me.json()["node"], me.json()["expires_at"]) == ([], None, None)
    assert stranger.status_code == 401


async def test_a_parameter_that_there_is_not_is_refused(database: str) -> None:
    async with running_services(database, [SERVICES["pipeline"]], work=False) as api:
        assert (await api.get("/pipeline/v1/me?node=north")).status_code == 422


async def test_a_position_that_cannot_be_meant_is_refused_where_nothing_is_read_that_could_be_too_old(
    database: str,
) -> None:
    async with running_services(database, [SERVICES["pipeline"], ACCESS], work=False) as api:
        for path in ("/pipeline/v1/me", "/access/v1/me", "/access/v1/keys"):
            for position in ("garbage", "elsewhere:5"):
                answer = await api.get(path, headers={"X-Min-Position": position})
                assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header/X-Min-Position")
        assert (await api.get("/pipeline/v1/me", headers={"X-Min-Position": "pipeline:1"})).status_code == 200
