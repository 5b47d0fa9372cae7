"""The rights at a route: by the scopes of the key, and by the caller's place in the organisation."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from shared.web.callers.access import Caller
from shared.web.callers.place import PlaceRule
from shared.web.errors.problems import Forbidden
from shared.web.routing.needs import Needs
from tests.running import connected, make_key, running_services
from tests.shared.web.vendor import SERVICE

READS = Needs("tally:read")
READS_CONFINED = Needs("tally:read", place=PlaceRule.UNAFFECTED)
ANN = Caller("ann", UUID(int=1), frozenset({"tally:read", "act_as", "admin", "history:write"}))
TIED = replace(ANN, node="north")
ACTING = replace(ANN, on_behalf_of="north")
TALLY = "/pipeline/v1/tallies/a"
LINEAGE = UUID(int=9)


def test_the_scope_of_the_route_is_needed() -> None:
    assert READS.authorise(ANN) == ANN
    with pytest.raises(Forbidden, match="tally:read"):
        READS.authorise(replace(ANN, scopes=frozenset({"admin"})))


def test_one_of_several_scopes_is_enough() -> None:
    reads = Needs("tally:read", or_one_of=("metrics:read",))
    for scope in ("tally:read", "metrics:read"):
        assert reads.authorise(replace(ANN, scopes=frozenset({scope}))).scopes == {scope}
    with pytest.raises(Forbidden, match="tally:read or metrics:read"):
        reads.authorise(replace(ANN, scopes=frozenset({"admin"})))


@pytest.mark.parametrize("caller", [TIED, ACTING, replace(TIED, on_behalf_of="west")])
def test_a_route_that_does_not_opt_in_refuses_confined_callers(caller: Caller) -> None:
    with pytest.raises(Forbidden, match="tied to an org node"):
        READS.authorise(caller)
    assert READS_CONFINED.authorise(caller).place == caller.place


def test_acting_needs_a_scope_and_takes_the_powers_of_the_key_away() -> None:
    assert READS_CONFINED.authorise(ACTING).scopes == {"tally:read", "act_as"}
    assert READS_CONFINED.authorise(TIED).scopes == TIED.scopes
    with pytest.raises(Forbidden, match="act_as"):
        READS_CONFINED.authorise(replace(ACTING, scopes=frozenset({"tally:read"})))
    with pytest.raises(Forbidden, match="admin"):
        Needs("admin", place=PlaceRule.UNAFFECTED).authorise(ACTING)


# -- answers that are kept belong to a place -------------------------------------------------------------------------


@pytest_asyncio.fixture
async def api(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, [SERVICE]) as client:
        yield client


async def totals_of_repeated_requests(api: httpx.AsyncClient, database: str) -> list[int]:
    """The same request, with the same Idempotency-Key, by keys of one lineage that are tied to different nodes."""
    scopes = ["tally:write", "act_as"]
    keys = [await make_key(database, scopes, lineage=LINEAGE, node=node) for node in (None, "north", "west")]
    callers = [{"Authorization": f"Bearer {key}"} for key in keys]
    callers.append(callers[0] | {"On-Behalf-Of": "north"})
    for headers in [*callers, *callers]:
        answer = await api.post(TALLY, json={"n": 1}, headers=headers | {"Idempotency-Key": "the same"})
        assert answer.status_code == 200
    async with connected(database, search_path="pipeline") as engine, engine.connect() as tx:
        return list((await tx.execute(text("SELECT CAST(data ->> 'total' AS int) FROM events"))).scalars())


async def test_an_idempotency_key_belongs_to_the_place_of_its_caller(api: httpx.AsyncClient, database: str) -> None:
    assert await totals_of_repeated_requests(api, database) == [1, 2, 3, 4]


async def test_without_the_place_in_its_key_a_cached_answer_would_be_anothers(
    api: httpx.AsyncClient, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the key is made of the lineage alone."""
    monkeypatch.setattr(Caller, "is_confined", property(lambda caller: False))
    assert await totals_of_repeated_requests(api, database) == [1]


async def test_an_event_shows_on_whose_behalf_it_was_caused(api: httpx.AsyncClient, database: str) -> None:
    key = await make_key(database, ["tally:write", "act_as"])
    await api.post(TALLY, json={"n": 1}, headers={"Authorization": f"Bearer {key}", "On-Behalf-Of": "north"})
    async with connected(database, search_path="pipeline") as engine, engine.connect() as tx:
        assert (await tx.execute(text("SELECT actor, on_behalf_of FROM events"))).one() == ("tester", "north")


async def test_a_malformed_node_is_refused(api: httpx.AsyncClient, database: str) -> None:
    key = await make_key(database, ["tally:write", "act_as"])
    answer = await api.post(
        TALLY, json={"n": 1}, headers={"Authorization": f"Bearer {key}", "On-Behalf-Of": "no such id!"}
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header/On-Behalf-Of")
