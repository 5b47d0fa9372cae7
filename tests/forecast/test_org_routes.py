"""The organisation over HTTP, as an administrator sees it."""

from typing import Any

import pytest
from sqlalchemy import text

from services.forecast.service import SERVICE
from tests.forecast.conftest import Company
from tests.running import connected, running_services

TABLE = "id,name,kind,parent\nann,Ann Archer,person,east\neast,East,unit,acme\nacme,Acme,unit,\n"


async def chart(company: Company, **params: str) -> dict[str, Any]:
    answer = await company.read("org", **params)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["items"] == found["nodes"]
    return {node.pop("node_id"): node for node in found["items"]}


async def test_nodes_are_placed_moved_renamed_and_ended(company: Company) -> None:
    assert (await company.put("acme", None, kind="unit")).json() == {"position": 1}
    await company.put("ann", "acme")
    await company.put("bob", "acme", **{"from": "2026-01-01"})
    await company.put("bob", "ann")
    await company.put("ann", "acme", name="Ann Archer")
    assert (await company.end("bob")).json() == {"position": 6}
    assert await chart(company) == {
        "acme": {"name": "Acme", "kind": "unit", "parent": None, "active": True, "starts": None},
        "ann": {"name": "Ann Archer", "kind": "person", "parent": "acme", "active": True, "starts": None},
        "bob": {"name": "Bob", "kind": "person", "parent": "ann", "active": False, "starts": "2026-03-03T09:00:00Z"},
    }


async def test_the_chart_can_be_asked_for_an_instant(company: Company) -> None:
    await company.put("acme", None)
    await company.put("ann", "acme", **{"from": "2026-01-01"})
    await company.end("ann", **{"from": "2026-02-01T00:00:00+01:00"})
    assert set(await chart(company, as_of="2025-12-31T23:59:59Z")) == {"acme"}
    assert (await chart(company, as_of="2026-01-01T00:00:00Z"))["ann"]["active"] is True
    assert (await chart(company, as_of="2026-01-31T23:00:00Z"))["ann"]["active"] is False


async def test_names_are_looked_up_by_ids(company: Company) -> None:
    await company.table(TABLE)
    await company.put("bob", "acme", name=None)
    await company.read("org")
    answer = await company.api.post("org/lookup", json={"ids": ["east", "nobody", "bob", "ann", "_root", "ann"]})
    names = [("_root", "All"), ("ann", "Ann Archer"), ("east", "East")]
    assert answer.json() == {"items": [{"node_id": node, "name": name} for node, name in names]}
    for bad in ([], ["x"] * 1001, "ann"):
        assert (await company.api.post("org/lookup", json={"ids": bad})).status_code == 422


async def test_the_chart_of_the_future_is_not_known(company: Company) -> None:
    answer = await company.read("org", as_of="2999-01-01T00:00:00Z")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query/as_of")


async def test_saying_it_again_adds_no_event(company: Company) -> None:
    for _ in range(2):
        await company.table(TABLE)
        await company.put("ann", "east", name="Ann Archer")
        assert company.written == 3
    for _ in range(2):
        assert (await company.end("ann")).json() == {"position": 4}


async def test_names_are_in_the_vault_and_not_in_the_events(company: Company, database: str) -> None:
    await company.table(TABLE)
    async with connected(database, search_path="forecast") as engine, engine.connect() as tx:
        events = (await tx.execute(text("SELECT string_agg(CAST(data AS text), ' ') FROM events"))).scalar_one()
        kept = (await tx.execute(text("SELECT subject FROM vault ORDER BY 1"))).scalars().all()
    assert "Archer" not in events
    assert kept == ["node-acme", "node-ann", "node-east"]


async def test_invalid_placements_are_refused(company: Company, subtests: pytest.Subtests) -> None:
    await company.table(TABLE)
    for node, parent, more, status in [
        ("second", None, {}, 409),
        ("east", "ann", {}, 409),
        ("bob", "nobody", {}, 409),
        ("ann", "east", {"from": "2026-03-04"}, 409),
        ("_unassigned", "acme", {}, 409),
        ("Bob", "acme", {}, 422),
        ("bob", "acme", {"kind": "robot"}, 422),
        ("bob", "acme", {"name": ""}, 422),
        ("bob", "acme", {"from": "2026-02-30"}, 422),
        ("bob", "acme", {"from": "0001-01-01"}, 422),
        ("bob", "acme", {"starts": "2026-01-01"}, 422),
    ]:
        with subtests.test(node=node, parent=parent, more=more, status=status):
            answer = await company.put(node, parent, **more)
            assert answer.status_code == status, answer.text
            assert company.written == 3


async def test_a_node_with_children_or_an_unknown_one_does_not_end(company: Company) -> None:
    await company.table(TABLE)
    assert (await company.end("east")).status_code == 409
    assert (await company.end("nobody")).status_code == 404
    assert (await company.end("ann", until="2026-01-01")).status_code == 422


async def test_a_table_with_a_bad_line_is_refused_whole_and_names_the_lines(company: Company) -> None:
    answer = await company.table(
        "kind,id,parent,name,from\n"
        "unit,acme,,Acme,\n"
        "robot,r2,acme,R2,\n"
        "person,Ann,acme,,\n"
        "person,bob,acme\n"
        "person,eve,acme,Eve,tomorrow\n"
    )
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/3/kind", "/4/name", "/4/id", "/5", "/6/from"]
    answer = await company.table("id,name,kind,parent\nacme,Acme,unit,\nann,Ann,person,nowhere\nacme,Acme,unit,\n")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/3", "/4"]
    assert await chart(company) == {}


async def test_an_invalid_table_is_refused(company: Company, subtests: pytest.Subtests) -> None:
    for table in [
        "",
        "id,name\nann,Ann\n",
        "id,name,kind,parent,id\n",
        "id,name,kind,parent,boss\n",
        'id,name,kind,parent\n"ann',
        "ä",
    ]:
        with subtests.test(table=table):
            answer = await company.table(table)
            assert answer.status_code == 422, answer.text
            assert (
                await company.api.post(
                    "org/import", content=table.encode("latin-1"), headers={"Content-Type": "text/csv"}
                )
            ).status_code == 422


async def test_the_last_of_a_nodes_names_in_a_table_holds(company: Company) -> None:
    """Also when it is sent again: the first line does not name it back."""
    table = "id,name,kind,parent,from\nann,Ann Archer,person,acme,2026-02-01\nann,Ann Able,person,east,\n"
    table += "acme,Acme,unit,,\neast,East,unit,acme,\n"
    first = await company.table(table)
    assert (await company.table(table)).json() == first.json()
    assert (await chart(company))["ann"]["name"] == "Ann Archer"


async def test_a_table_as_spreadsheets_write_it_is_read(company: Company) -> None:
    answer = await company.table(
        '\ufeffID, Name ,Kind,Parent,From\r\nacme,"Acme, Inc.",unit,,\r\n\r\nann,Ann,person,acme,2026-01-01\r\n'
    )
    assert answer.json() == {"position": 2, "lines": 2}
    assert (await chart(company))["acme"]["name"] == "Acme, Inc."


async def test_a_table_is_csv_and_has_no_idempotency_key(company: Company) -> None:
    assert (await company.api.post("org/import", json=[])).status_code == 415
    assert (await company.table(TABLE, **{"Idempotency-Key": "1"})).status_code == 422


async def test_the_organisation_is_changed_by_administrators_only(database: str) -> None:
    async with running_services(database, [SERVICE], scopes=["forecast:read", "forecast:write"]) as api:
        body = {"name": "Acme", "kind": "unit", "parent": None}
        assert (await api.put("/forecast/v1/org/nodes/acme", json=body)).status_code == 403
        assert (await api.delete("/forecast/v1/org/nodes/acme")).status_code == 403
        table = await api.post("/forecast/v1/org/import", content=TABLE, headers={"Content-Type": "text/csv"})
        assert table.status_code == 403
        assert (await api.get("/forecast/v1/org")).status_code == 200
        assert (await api.get("/forecast/v1/rollup")).status_code == 200


@pytest.mark.thorough
async def test_ten_thousand_nodes_are_imported_at_once(company: Company) -> None:
    lines = [f"n{number},Node {number},person,{f'n{(number - 1) // 4}' if number else ''}" for number in range(10_000)]
    table = "id,name,kind,parent\n" + "\n".join(reversed(lines))
    assert (await company.table(table)).json() == {"position": 10_000, "lines": 10_000}
    assert (await company.table(table)).json() == {"position": 10_000, "lines": 10_000}
    await company.deal("one", owner="n9999")
    answer = await company.rollup(depth=0)
    assert answer["node"]["pure"]["pipeline"] == "100.00"
