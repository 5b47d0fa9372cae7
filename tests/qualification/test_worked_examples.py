"""Worked examples of scoring, computed by hand, over HTTP."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.qualification.api import dry_run
from services.qualification.model.events import ScoringModel
from tests.qualification.models import M3, M
from tests.qualification.world import World
from tests.running import fresh
from tests.spec import NOON

DAY = timedelta(days=1)


async def define(world: World, model: ScoringModel) -> int:
    answer = await world.done("models", model.model_dump(mode="json"), status=201)
    return int(answer.json()["version"])


async def activate(world: World, model: ScoringModel) -> int:
    version = await define(world, model)
    await world.done(f"models/{version}/activate")
    return version


async def score(world: World, lead_id: str, at: datetime) -> dict[str, Any]:
    answer = await world.api.get(f"leads/{lead_id}/score", params={"at": at.isoformat()})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_webinar_is_worth_half_after_each_fortnight(world: World) -> None:
    version = await activate(world, M)
    world.clock.pass_by(days=29)
    await world.lead("x", "webinar", engaged_at=NOON)
    for days, left in ((0, "80"), (7, "56.5685"), (14, "40"), (28, "20")):
        engagement = (await score(world, "x", NOON + days * DAY))["engagement"]
        (contribution,) = engagement["contributions"]
        assert engagement["score"] == left
        assert (contribution["event"], contribution["rule"], contribution["model_version"]) == (
            "capture-1",
            "webinar",
            version,
        )
        assert (contribution["points"], contribution["decayed_to"]) == (80, left)
    before = await score(world, "x", NOON - timedelta(seconds=1))
    assert before["engagement"] == {"score": "0", "contributions": []}


async def test_two_engagements_fall_below_together_at_the_computed_instant(world: World) -> None:
    await activate(world, M)
    world.clock.pass_by(minutes=1)
    await world.lead("x", "gated_content", engaged_at=NOON)
    await world.look("x", await world.capture("x", "newsletter", engaged_at=NOON))
    scores = [(await score(world, "x", NOON + days * DAY))["engagement"]["score"] for days in (0, 7, 14)]
    assert scores == ["80", "48.2843", "30"]
    falls_below_at = datetime.fromisoformat((await score(world, "x", NOON))["falls_below_at"])
    expected = NOON + timedelta(days=6, hours=12, minutes=3, seconds=24.618)
    assert abs(falls_below_at - expected) <= timedelta(milliseconds=1)


async def test_a_lower_line_is_tried_first_and_floods_nobody(world: World) -> None:
    await activate(world, M)
    await world.lead("twenty", "referral")
    for lead_id in ("forty", "also-forty", "sixty"):
        await world.lead(lead_id, "contact_form")
    recorded = await world.capture("sixty", "referral")
    assert (await world.look("sixty", recorded))["engagement"]["score"] == "60"
    tried = await define(world, M3)
    before = await world.api.get("queue", headers=recorded)
    dry_run = await world.done(f"models/{tried}/dry-run", headers=recorded)
    counts = dry_run.json()
    assert (counts["leads"], counts["would_rise"], counts["would_fall"]) == (4, 2, 0)
    assert counts["rising"] == {
        "by_grade": {"unknown": 2},
        "by_source": {"contact_form": 2},
        "examples": ["also-forty", "forty"],
    }
    assert dry_run.headers["X-Position"] == before.headers["X-Position"]
    activated = await world.done(f"models/{tried}/activate")
    assert [lead["lead_id"] for lead in await queue(world, fresh(activated))] == ["sixty"]
    lead = await world.look("twenty", await world.capture("twenty", "referral"))
    assert (lead["engagement"]["score"], lead["lifecycle"], lead["model_version"]) == ("40", "mql", tried)


async def test_a_dry_run_goes_through_all_leads_a_few_at_a_time_without_those_that_are_merged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "CHUNK", 2)
    for lead_id in "abcde":
        await world.lead(lead_id, "contact_form")
    into = {"into": "e", "person_id": "p"}
    await world.neighbours.intake.publish("lead-a", "lead.merged", into)
    merged = await world.neighbours.intake.publish("lead-b", "lead.merged", into)
    assert (await world.look("e", merged))["lead_id"] == "e"
    tried = await world.done("models/1/dry-run", headers=merged)
    assert tried.json()["leads"] == 3


async def queue(world: World, headers: dict[str, str]) -> list[dict[str, Any]]:
    return list((await world.api.get("queue", headers=headers)).json()["items"])


async def test_an_undefined_version_cannot_be_tried(world: World) -> None:
    await world.done("models/7/dry-run", status=404)
    nobody = (await world.done("models/1/dry-run")).json()
    assert (nobody["leads"], nobody["would_rise"], nobody["would_fall"]) == (0, 0, 0)
