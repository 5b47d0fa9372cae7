"""A person leaves: all open deals go to another owner, each by one event."""

import json
from typing import Any

import httpx

from services.pipeline.opportunity import commands
from services.pipeline.opportunity.events import Assigned
from tests.pipeline.deals import ACME, LOSING, OPENED, QUALIFYING, given
from tests.pipeline.histories import REASON, answer_of, past_deal, pipeline

TO_BOB = commands.Reassign(from_owner="ann", owner="bob")


def test_a_deal_is_given_away_if_it_is_still_the_owners() -> None:
    given(OPENED).when(TO_BOB).then(Assigned(after=ACME._replace(owner="bob"), from_owner="ann", to_owner="bob"))
    given(OPENED).when(commands.Reassign(from_owner="eve", owner="bob")).then()
    given(OPENED, QUALIFYING, LOSING).when(TO_BOB).rejected("closed")


async def reassigned(client: httpx.AsyncClient, **body: Any) -> list[dict[str, Any]]:
    answer = await client.post("opportunities/reassign", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_all_open_deals_of_one_owner_go_to_another(database: str) -> None:
    lines = [
        past_deal("a", "01-01"),
        past_deal("b", "01-01", ("01-02", "qualified")),
        past_deal("closed", "01-01", ("01-02", "lose", REASON)),
        past_deal("other", "01-01", owner="eve"),
    ]
    async with pipeline(database, lines) as client:
        *deals, last = await reassigned(client, **{"from": "ann", "to": "bob"})
        unknown = {"code": "owner_unassigned", "detail": "the owner is not in the organisation"}
        assert last == {"done": True, "lines": 2, "failed": 0, "warnings": [unknown]}
        client.headers["X-Min-Position"] = f"pipeline:{max(deal['position'] for deal in deals)}"
        owned = (await answer_of(client, "opportunities", owner="bob"))["items"]
        assert {deal["opportunity_id"] for deal in owned} == {deal["opportunity_id"] for deal in deals}
        assert [deal["external_id"] for deal in (await answer_of(client, "opportunities", owner="ann"))["items"]] == [
            "crm:closed"
        ]
        events = (await answer_of(client, "events", types="opportunity.assigned"))["items"]
        assert len(events) == 2
        (last,) = await reassigned(client, **{"from": "ann", "to": "bob"})
        assert (last["done"], last["lines"], last["failed"]) == (True, 0, 0)
        for bad, pointer in (({"from": "ann", "to": "ann"}, "/to"), ({"from": "ann"}, "/to")):
            refused = await client.post("opportunities/reassign", json=bad)
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_commands_on_many_deals_refuse_a_key_that_they_would_ignore(database: str) -> None:
    moves = {"from_stage": "unqualified", "to_stage": "qualified"}
    async with pipeline(database, [past_deal("a", "01-01")]) as client:
        for path, body in (("opportunities/reassign", {"from": "ann", "to": "bob"}), ("stages/move-deals", moves)):
            refused = await client.post(path, json=body, headers={"Idempotency-Key": "1"})
            pointers = [error["pointer"] for error in refused.json()["errors"]]
            assert (refused.status_code, pointers) == (422, ["header/Idempotency-Key"]), path


async def test_a_deal_that_cannot_be_given_away_is_a_line_with_the_reason(database: str) -> None:
    """Its last event is later than the instant that the caller says."""
    async with pipeline(database, [past_deal("a", "02-01"), past_deal("b", "01-01")]) as client:
        *deals, last = await reassigned(client, **{"from": "ann", "to": "bob", "occurred_at": "2026-01-15T00:00:00Z"})
        assert (last["done"], last["lines"], last["failed"]) == (True, 2, 1)
        (failed,) = (deal for deal in deals if "status" in deal)
        assert (failed["status"], "before the stream's last event" in failed["detail"]) == (409, True)
        assert failed["opportunity_id"]


async def test_a_deal_that_was_just_opened_goes_with_the_others(database: str) -> None:
    """Although the read model has it a little later, and the caller asks for no position."""
    deal = {"name": "Renewal", "account": "acme.com", "owner": "ann", "motion": "new_business"}
    async with pipeline(database, [past_deal("a", "01-01", owner="eve")]) as client:
        del client.headers["X-Min-Position"]
        for _ in range(10):
            opened = (await client.post("opportunities", json=deal)).json()
            *given_away, last = await reassigned(client, **{"from": "ann", "to": "bob"})
            assert [each["opportunity_id"] for each in given_away] == [opened["opportunity_id"]]
            assert (last["lines"], last["failed"]) == (1, 0)
