"""Measures for callers with `metrics:read` alone: the same counts and rates, without amounts."""

from collections.abc import Iterator
from threading import get_ident
from types import SimpleNamespace
from typing import Any, cast

import httpx
from pydantic import BaseModel

from services.pipeline.api.amounts import view_for
from shared.web.routing.call import Call
from tests.pipeline.histories import REASON, answer_of, money, past_deal, pipeline
from tests.running import make_key

SUM, SPENT = 7654321, "913.57"
LINES = [
    past_deal("open", "01-05", ("01-10", "qualified"), amount=money(SUM)),
    past_deal("won", "01-05", ("01-08", "qualified"), ("02-15", "win"), amount=money(SUM)),
    past_deal("lost", "01-05", ("01-08", "qualified"), ("01-31", "lose", REASON), amount=money(SUM)),
]
SPEND = {
    "from": "2026-02-01",
    "to": "2026-02-28",
    "source": "sales",
    "kind": "marketing",
    "amount": {"amount": SPENT, "currency": "EUR"},
}
AMOUNTS = {
    "pipeline": {"sum", "mean"},
    "win-rate": {"sum", "mean", "won", "lost"},
    "velocity": {"sum", "mean", "mean_value", "per_day"},
    "funnel": set[str](),
    "cost-per-sql": {"marketing", "sales", "total", "cost_per_sql"},
}
"""The hidden fields of each measure."""


def hidden_fields(whole: Any, seen: Any, name: str = "") -> Iterator[str]:
    """The names of the fields that are null in the second answer and not in the first; nothing else may differ."""
    if isinstance(whole, dict) and seen is not None:
        assert whole.keys() == seen.keys()
        for key in whole:
            yield from hidden_fields(whole[key], seen[key], key)
    elif isinstance(whole, list) and seen is not None:
        for each, other in zip(whole, seen, strict=True):
            yield from hidden_fields(each, other, name)
    elif whole != seen:
        assert seen is None, name
        yield name


class View(BaseModel):
    thread: int


async def test_a_view_is_built_while_other_requests_are_served() -> None:
    call = SimpleNamespace(caller=SimpleNamespace(scopes={"pipeline:read"}))
    view = await view_for(cast(Call, call), lambda: View(thread=get_ident()))
    assert view.thread != get_ident()


async def prepare(client: httpx.AsyncClient) -> None:
    settings = await client.put("settings", json={"benchmarks": {"minimum_sample": 1, "bands": []}})
    spent = await client.post("spend", json=SPEND)
    assert (settings.status_code, spent.status_code) == (200, 201), settings.text
    client.headers["X-Min-Position"] = spent.headers["X-Position"]


async def test_counts_and_rates_are_shown_without_amounts(database: str) -> None:
    alone = {"Authorization": f"Bearer {await make_key(database, ['metrics:read'])}"}
    query = {"from": "2026-01-01", "to": "2026-02-28"}
    async with pipeline(database, LINES) as client:
        await prepare(client)
        for measure, fields in AMOUNTS.items():
            by = {} if measure == "cost-per-sql" else {"by": "source"}
            whole = await client.get(f"metrics/{measure}", params=query | by)
            seen = await client.get(f"metrics/{measure}", params=query | by, headers=alone)
            assert (whole.status_code, seen.status_code) == (200, 200), seen.text
            assert set(hidden_fields(whole.json(), seen.json())) == fields, measure
            assert str(SUM) not in seen.text
            assert SPENT not in seen.text
            assert not fields or str(SUM) in whole.text or SPENT in whole.text


async def test_what_is_behind_the_numbers_stays_hidden(database: str) -> None:
    alone = {"Authorization": f"Bearer {await make_key(database, ['metrics:read'])}"}
    async with pipeline(database, LINES) as client:
        figure = (await answer_of(client, "metrics/pipeline"))["total"]["qualified"]["open"]
        behind = [f"http://test{figure['deals']}", "metrics/cycles?step=srl", "spend", "opportunities"]
        answers = [await client.get(address, headers=alone) for address in behind]
    assert [answer.status_code for answer in answers] == [403] * len(behind)
    assert answers[0].json()["detail"] == "the key lacks the scope pipeline:read"


async def test_the_document_names_both_scopes(database: str) -> None:
    async with pipeline(database, LINES[:1]) as client:
        document = (await client.get("http://test/pipeline/openapi.json")).json()
    operation = document["paths"]["/pipeline/v1/metrics/win-rate"]["get"]
    assert operation["description"].endswith("Scope: `pipeline:read` or `metrics:read`")
