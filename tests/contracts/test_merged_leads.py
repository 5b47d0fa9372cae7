"""Merged leads: the survivor has the engagements of both, each keeps its cycles, and an unmerge gives back what was."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from services.lead_intake.service import SERVICE as INTAKE
from services.qualification.lead import commands, events
from services.qualification.lead.context import Context
from services.qualification.lead.decider import decide
from services.qualification.lead.fields import BantStatus, Lifecycle
from services.qualification.lead.state import BantAnswer, Lead, MergedAway, NotExisting, State, after_all
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.service import SERVICE
from services.qualification.setting.state import Settings
from services.qualification.upstream import intake
from shared.rules.sealed import Sealed
from tests.qualification import neighbours
from tests.qualification.leads import ALL_MET, CAPTURED, ENGAGED, EVIDENCE, HISTORIES, engaged_by, folded, minute
from tests.qualification.test_reactions import reacted
from tests.running import fresh, running_services

DEMO = engaged_by("demo_request", minute(1), 2)
ABSORB, SEPARATE = commands.AbsorbLead(lead_id="a"), commands.SeparateLead(lead_id="a")
MERGE = commands.MergeInto(into="b")


def decided(lead: State, command: commands.LeadCommand, other: State | None = None) -> list[events.LeadEvent]:
    return decide(lead, command, minute(30), Context(MODEL.initial, Settings(), other or NotExisting()))


def after(lead: Lead, command: commands.LeadCommand, other: State | None = None) -> Lead:
    return after_all(lead, decided(lead, command, other), minute(30))


def test_a_merged_lead_is_worked_as_its_survivor() -> None:
    merged = after(folded(*HISTORIES[Lifecycle.MQL]), MERGE)
    assert (merged.fields.lifecycle, merged.fields.merged_into) == (Lifecycle.MQL, "b")
    with pytest.raises(MergedAway) as refused:
        decided(merged, commands.ClaimLead(sdr="sam", by="sam"))
    assert refused.value.into == "b"
    assert decided(merged, MERGE) == []


def test_the_survivor_has_the_engagements_of_both_and_crosses_at_the_next_one() -> None:
    other = after(folded(ENGAGED), DEMO)
    survivor = folded(ENGAGED)
    (absorbed,) = decided(survivor, ABSORB, other)
    assert isinstance(absorbed, events.LeadAbsorbed)
    assert [(each.capture_id, each.through) for each in absorbed.engagements] == [("capture-2", "a")]
    both = after(survivor, ABSORB, other)
    assert (both.fields.lifecycle, both.fields.score > survivor.fields.score) == (Lifecycle.CAPTURED, True)
    assert decided(both, ABSORB, other) == []
    crossed = after(both, engaged_by("newsletter", minute(2), 3))
    assert crossed.fields.lifecycle is Lifecycle.MQL


def test_an_engagement_of_a_merged_lead_crosses_no_line_of_its_own() -> None:
    merged = after(folded(ENGAGED), MERGE)
    (engaged,) = decided(merged, DEMO)
    assert isinstance(engaged, events.LeadEngaged)
    assert engaged.after.lifecycle is Lifecycle.CAPTURED


def test_an_unmerge_gives_each_what_was_its_own() -> None:
    other = after(after(folded(ENGAGED), MERGE), DEMO)
    survivor = after(folded(ENGAGED), ABSORB, other)
    separated = after(survivor, SEPARATE)
    assert separated.engagements == folded(ENGAGED).engagements
    assert decided(separated, SEPARATE) == []
    alone = after(other, commands.Unmerge())
    assert (alone.fields.merged_into, len(alone.engagements)) == (None, 2)
    assert decided(alone, commands.Unmerge()) == []


def test_a_survivor_that_crossed_with_the_others_engagements_falls_when_they_leave() -> None:
    survivor = after(folded(ENGAGED), ABSORB, after(folded(ENGAGED), DEMO))
    mql = after(survivor, engaged_by("newsletter", minute(2), 3))
    separated, fell = decided(mql, SEPARATE)
    assert isinstance(separated, events.LeadSeparated)
    assert isinstance(fell, events.LeadFellBelow)
    assert (fell.after.lifecycle, fell.crossed_at) == (Lifecycle.CAPTURED, minute(30))


BUDGET = events.BantItem(status=BantStatus.MET, evidence=Sealed(ref=EVIDENCE), by="sam")
NO_BUDGET = events.BantItem(status=BantStatus.UNMET, evidence=None, by="kim")


def answered(budget: events.BantItem, at: datetime) -> Lead:
    changed = events.LeadBantChanged(after=CAPTURED, changed={"budget": budget}, bant={})
    return after_all(folded(ENGAGED), [changed], at)


def test_the_later_answer_counts_for_both() -> None:
    early, late = answered(NO_BUDGET, minute(5)), answered(BUDGET, minute(6))
    both = after(early, ABSORB, late)
    assert both.bant["budget"] == BantAnswer(BantStatus.MET, Sealed(ref=EVIDENCE), minute(6), "sam")
    assert after(late, ABSORB, early).bant == late.bant
    assert decided(both, ABSORB, late) == []


def test_an_unmerge_gives_each_its_own_answers_and_the_survivor_those_given_since() -> None:
    merged = after(answered(NO_BUDGET, minute(5)), ABSORB, answered(BUDGET, minute(6)))
    assert after(merged, SEPARATE).bant["budget"].status is BantStatus.UNMET
    need = commands.Bant(need=commands.BantItem(status=BantStatus.MET))
    found = after(merged, commands.ChangeBant(bant=need, by="sam", stored_evidence={}))
    assert set(found.bant) == {"budget", "need"}
    assert set(after(found, SEPARATE).bant) == {"budget", "need"}
    assert decided(after(found, SEPARATE), SEPARATE) == []


def test_what_intake_tells_goes_to_both_leads() -> None:
    assert reacted(intake.PARSE, "lead-a", "lead.merged", {"into": "b", "person_id": "p"}) == [
        ("a", MERGE),
        ("b", ABSORB),
    ]
    assert reacted(intake.PARSE, "lead-a", "lead.unmerged", {"was_into": "b"}) == [
        ("a", commands.Unmerge()),
        ("b", SEPARATE),
    ]
    moved = reacted(intake.PARSE, "lead-a", "lead.merged", {"into": "b", "person_id": "p", "was_into": "c"})
    assert moved == [("a", MERGE), ("b", ABSORB), ("c", SEPARATE)]
    own, counted = reacted(intake.PARSE, "lead-a", "lead.engagement_added", neighbours.CAPTURED | {"merged_into": "b"})
    assert (own[0], counted[0]) == ("a", "b")
    assert isinstance(own[1], commands.RecordEngagement)
    assert isinstance(counted[1], commands.RecordEngagement)
    assert (own[1].engagement.through, counted[1].engagement.through) == (None, "a")


async def captured(api: httpx.AsyncClient, source: str, email: str) -> dict[str, Any]:
    answer = await api.post("/intake/v1/leads", json={"source": source, "person": {"email": email}})
    found: dict[str, Any] = answer.json()
    return found


async def test_both_ids_resolve_here_too_until_the_merge_is_undone(database: str) -> None:
    async with running_services(database, [INTAKE, SERVICE]) as api:
        ada = await captured(api, "contact_form", "ada@acme.com")
        bob = await captured(api, "demo_request", "bob@acme.com")
        here = f"/qualification/v1/leads/{bob['lead_id']}"
        merged = await api.post(f"/intake/v1/leads/{bob['lead_id']}/merge", json={"into": ada["lead_id"]})
        lead = (await api.get(here, headers=fresh(merged))).json()
        assert lead["lead_id"] == ada["lead_id"]
        score = (await api.get(f"{here}/score")).json()
        assert {each["event"] for each in score["engagement"]["contributions"]} >= {bob["capture_id"]}
        marked = await api.post(f"{here}/mark-mql", json={"reason": "other"})
        assert (marked.status_code, marked.json()["lead_id"]) == (200, ada["lead_id"])
        queue = (await api.get("/qualification/v1/queue", headers=fresh(marked))).json()["items"]
        assert [each["lead_id"] for each in queue] == [ada["lead_id"]]
        rows = (await api.get("/qualification/v1/leads")).json()["items"]
        assert [each["lead_id"] for each in rows] == [ada["lead_id"]]
        undone = await api.post(f"/intake/v1/leads/{bob['lead_id']}/unmerge")
        lead = (await api.get(here, headers=fresh(undone))).json()
        assert (lead["lead_id"], lead["lifecycle"], len(lead["cycles"])) == (bob["lead_id"], "mql", 1)


async def test_a_chain_of_merges_is_worked_as_its_last_lead_and_each_step_is_undone(database: str) -> None:
    async with running_services(database, [INTAKE, SERVICE]) as api:
        ada = await captured(api, "demo_request", "ada@acme.com")
        bob = await captured(api, "contact_form", "bob@acme.com")
        eve = await captured(api, "newsletter", "eve@acme.com")

        async def post(lead: dict[str, Any], action: str, **body: Any) -> httpx.Response:
            answer = await api.post(f"/intake/v1/leads/{lead['lead_id']}/{action}", json=body or None)
            assert answer.status_code == 200, answer.text
            return answer

        async def counted(lead: dict[str, Any], known: httpx.Response) -> tuple[str, set[str]]:
            here = f"/qualification/v1/leads/{lead['lead_id']}"
            found = (await api.get(here, headers=fresh(known))).json()["lead_id"]
            score = (await api.get(f"{here}/score")).json()["engagement"]["contributions"]
            return found, {each["event"] for each in score}

        await post(ada, "merge", into=bob["lead_id"])
        known = await post(bob, "merge", into=eve["lead_id"])
        all_captures = {each["capture_id"] for each in (ada, bob, eve)}
        for lead in (ada, bob, eve):
            assert await counted(lead, known) == (eve["lead_id"], all_captures)
        known = await post(bob, "unmerge")
        for lead in (ada, bob):
            assert await counted(lead, known) == (bob["lead_id"], {ada["capture_id"], bob["capture_id"]})
        assert await counted(eve, known) == (eve["lead_id"], {eve["capture_id"]})
        known = await post(ada, "unmerge")
        for lead in (ada, bob):
            assert await counted(lead, known) == (lead["lead_id"], {lead["capture_id"]})


async def handed_over(api: httpx.AsyncClient, lead: dict[str, Any]) -> httpx.Response:
    path, known = f"/qualification/v1/leads/{lead['lead_id']}", {"X-Min-Position": f"intake:{lead['position']}"}
    met = {name: {"status": "met", "evidence": "said so"} for name in ALL_MET}
    await api.get(path, headers=known | {"Prefer": "wait=30"})
    assert (await api.post(f"{path}/bant", json=met)).status_code == 200
    answer = await api.post(f"{path}/hand-over", json={"owner": "ann", "account": "acme.com"})
    assert answer.status_code == 201, answer.text
    return answer


async def test_leads_that_are_both_handed_over_are_not_merged(database: str) -> None:
    async with running_services(database, [INTAKE, SERVICE]) as api:
        ada = await captured(api, "demo_request", "ada@acme.com")
        bob = await captured(api, "contact_form", "bob@acme.com")
        eve = await captured(api, "contact_form", "eve@acme.com")
        deals = [(await handed_over(api, ada)).json()["opportunity_id"]]
        last = await handed_over(api, bob)
        deals.append(last.json()["opportunity_id"])
        path, into = f"/intake/v1/leads/{bob['lead_id']}/merge", {"into": ada["lead_id"]}
        refused = await api.post(path, json=into, headers=fresh(last))
        assert (refused.status_code, all(deal in refused.json()["detail"] for deal in deals)) == (409, True)
        await api.post(f"/intake/v1/leads/{eve['lead_id']}/merge", json=into)
        merged = await api.post(f"/intake/v1/leads/{ada['lead_id']}/unmerge")
        assert merged.status_code == 409
        evidence = (await api.get(f"/qualification/v1/leads/{eve['lead_id']}", headers=fresh(last))).json()["bant"]
        assert evidence["budget"] == {"status": "met", "evidence": "said so"} | evidence["budget"]
