"""A new version of a process: what becomes of the deals in a stage that it does not have."""

import json
from typing import Any

import httpx

from services.pipeline.opportunity import commands
from tests.pipeline.deals import ACME, OPENED, PROPOSAL, QUALIFYING, given, moved
from tests.pipeline.histories import REASON, answer_of, past_deal, pipeline

TO_NEGOTIATION = commands.ReplaceStage(from_stage="qualified", to_stage="negotiation")
WITH_OFFER: dict[str, Any] = {
    "stages": [
        {"stage": "unqualified", "category": "pipeline"},
        {"stage": "qualified", "category": "pipeline"},
        {"stage": "offer", "category": "upside"},
    ],
    "first_qualified": "qualified",
}


def test_a_deal_moves_if_it_is_still_in_the_stage() -> None:
    to_proposal = TO_NEGOTIATION.model_copy(update={"to_stage": "proposal"})
    qualified = QUALIFYING.after
    given(OPENED, QUALIFYING).when(to_proposal).then(moved("advance", qualified, PROPOSAL, seconds=3540))
    given(OPENED, QUALIFYING).when(TO_NEGOTIATION.model_copy(update={"from_stage": "proposal"})).then()


def test_a_deal_is_not_qualified_by_the_way() -> None:
    command = commands.ReplaceStage(from_stage=ACME.stage, to_stage="proposal")
    given(OPENED).when(command).rejected("is a qualified stage")


async def move(client: httpx.AsyncClient, from_stage: str, to_stage: str) -> list[dict[str, Any]]:
    answer = await client.post("stages/move-deals", json={"from_stage": from_stage, "to_stage": to_stage})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_the_deals_of_a_pipeline_that_is_not_there_are_not_moved(database: str) -> None:
    async with pipeline(database, [past_deal("a", "01-01")]) as client:
        body = {"pipeline": "nope", "from_stage": "unqualified", "to_stage": "qualified"}
        answer = await client.post("stages/move-deals", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/pipeline")


async def test_no_deal_moves_to_a_stage_that_is_not_there_also_when_there_is_none_to_move(database: str) -> None:
    async with pipeline(database, [past_deal("a", "01-01")]) as client:
        for to_stage in ("nope", "won"):
            body = {"from_stage": "proposal", "to_stage": to_stage}
            answer = await client.post("stages/move-deals", json=body)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/to_stage")


async def test_deals_stay_qualified_or_not_when_their_stage_becomes_the_other(database: str) -> None:
    lines = [
        past_deal("qualified", "01-01", ("01-02", "qualified")),
        past_deal("further", "01-01", ("01-02", "qualified"), ("01-03", "proposal")),
        past_deal("new", "01-01"),
    ]
    stages = [{"stage": name} for name in ("unqualified", "qualified", "proposal")]
    async with pipeline(database, lines) as client:
        await answer_of(client, "opportunities")
        for first, expected in (
            ("proposal", [("stage_unqualified", "qualified", 1)]),
            ("unqualified", [("stage_qualified", "unqualified", 1)]),
            ("qualified", []),
        ):
            answer = await client.put("stages", json={"stages": stages, "first_qualified": first})
            assert [(each["code"], each["stage"], each["count"]) for each in answer.json()["warnings"]] == expected


async def test_deals_stay_in_a_stage_that_disappears_until_they_are_moved(database: str) -> None:
    lines = [
        past_deal("a", "01-01", ("01-02", "qualified"), ("01-03", "proposal")),
        past_deal("b", "01-01", ("01-02", "qualified"), ("01-03", "proposal")),
        past_deal("closed", "01-01", ("01-02", "qualified"), ("01-03", "proposal"), ("01-04", "lose", REASON)),
    ]
    async with pipeline(database, lines) as client:
        await answer_of(client, "opportunities")
        defined = await client.put("stages", json=WITH_OFFER)
        (warning,) = defined.json()["warnings"]
        assert (warning["code"], warning["stage"], warning["count"]) == ("stage_removed", "proposal", 2)
        stages = [deal["stage"] for deal in (await answer_of(client, "opportunities", outcome="open"))["items"]]
        assert stages == ["proposal", "proposal"]

        *refused, last = await move(client, "proposal", "unqualified")
        assert [line["status"] for line in refused] == [409, 409]
        assert last == {"done": True, "lines": 2, "failed": 2}
        *deals, last = await move(client, "proposal", "offer")
        assert last == {"done": True, "lines": 2, "failed": 0}
        client.headers["X-Min-Position"] = f"pipeline:{max(deal['position'] for deal in deals)}"
        found = (await answer_of(client, "opportunities", outcome="open"))["items"]
        assert [(deal["stage"], deal["category"]) for deal in found] == [("offer", "upside")] * 2
        assert (await client.put("stages", json=WITH_OFFER)).json()["warnings"] == []
        same = await client.post("stages/move-deals", json={"from_stage": "offer", "to_stage": "offer"})
        assert (same.status_code, same.json()["errors"][0]["pointer"]) == (422, "/to_stage")


async def test_a_deal_that_has_just_come_into_a_stage_moves_with_the_others(database: str) -> None:
    """Although the read model has it a little later, and the caller asks for no position."""
    async with pipeline(database, [past_deal("a", "01-01")]) as client:
        (deal,) = (await answer_of(client, "opportunities"))["items"]
        del client.headers["X-Min-Position"]
        here, there = "qualified", "proposal"
        await client.post(f"opportunities/{deal['opportunity_id']}/qualify")
        for _ in range(10):
            _, last = await move(client, here, there)
            assert last == {"done": True, "lines": 1, "failed": 0}
            here, there = there, here
