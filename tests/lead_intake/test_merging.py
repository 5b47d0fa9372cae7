"""Two leads that are one person become one, by both ids; undone, each has again what was its own."""

from typing import Any

import httpx
import pytest

from services.lead_intake.lead import commands, events
from services.lead_intake.lead.context import Context
from services.lead_intake.lead.decider import decide
from services.lead_intake.lead.state import State
from services.lead_intake.person.state import Person
from services.lead_intake.personal_data import erasure
from shared.rules.message import Rejected
from tests.lead_intake.captures import WEBINAR, first, given, record
from tests.lead_intake.test_routes import captured
from tests.running import Clock, fresh
from tests.spec import NOON

MERGED = events.LeadMerged(into="l2", person_id="p2")
ABSORBED = events.LeadAbsorbed(lead_id="l1", person_id="p1")
MERGE = commands.MergeInto(into="l2")
UNMERGE = commands.Unmerge(was_into="l2", beside=("l1",))


def state_after(*history: events.LeadEvent) -> State:
    return given(*history).state()


def decided(command: commands.LeadCommand, lead: State, other: State) -> list[events.LeadEvent]:
    return decide(lead, command, NOON, Context(other))


# -- the rules -------------------------------------------------------------------------------------------------------


def test_a_merge_is_an_event_of_both_leads_once() -> None:
    lead, survivor = state_after(first()), state_after(first(person_id="p2"))
    assert decided(MERGE, lead, survivor) == [MERGED]
    merged = state_after(first(), MERGED)
    absorb = commands.AbsorbLead(lead_id="l1", into="l2")
    assert decided(absorb, survivor, merged) == [ABSORBED]
    assert decided(MERGE, merged, survivor) == []
    assert decided(absorb, state_after(first(person_id="p2"), ABSORBED), merged) == []


def test_a_lead_is_absorbed_only_when_it_was_merged() -> None:
    survivor = state_after(first(person_id="p2"))
    with pytest.raises(Rejected, match="is not merged"):
        decided(commands.AbsorbLead(lead_id="l1", into="l2"), survivor, state_after(first()))


@pytest.mark.parametrize(
    ("lead", "survivor", "rule"),
    [
        ([events.LeadMerged(into="l3", person_id="p3")], [], "merged into l3: merge that one"),
        ([ABSORBED], [], "merged or unmerged meanwhile: try again"),
        ([], [events.LeadMerged(into="l3", person_id="p3")], "itself merged into l3"),
    ],
)
def test_every_merged_lead_refers_to_the_one_that_is_shown(lead: list[Any], survivor: list[Any], rule: str) -> None:
    with pytest.raises(Rejected, match=rule):
        decided(MERGE, state_after(first(), *lead), state_after(first(person_id="p2"), *survivor))


def test_a_capture_of_a_merged_lead_says_whom_it_counts_for_until_the_merge_is_undone() -> None:
    (counted,) = given(first(), MERGED).when(record("c2", **WEBINAR)).decided()
    assert isinstance(counted, events.EngagementAdded)
    assert (counted.capture.merged_into, counted.capture.person_id) == ("l2", "p1")
    unmerged = events.LeadUnmerged(was_into="l2")
    assert decided(UNMERGE, state_after(first(), MERGED), state_after(first(), ABSORBED)) == [unmerged]
    (own,) = given(first(), MERGED, unmerged).when(record("c2", **WEBINAR)).decided()
    assert isinstance(own, events.EngagementAdded)
    assert own.capture.merged_into is None
    with pytest.raises(Rejected, match="merged into no other"):
        decided(UNMERGE, state_after(first()), state_after(first(), ABSORBED))
    with pytest.raises(Rejected, match="merged or unmerged meanwhile"):
        decided(UNMERGE, state_after(first(), MERGED), state_after(first()))
    assert state_after(first(), ABSORBED, events.LeadSeparated(lead_id="l1")) == state_after(first())


# -- over HTTP -------------------------------------------------------------------------------------------------------

ADA, BOB = {"email": "ada@acme.com", "first_name": "Ada"}, {"email": "bob@acme.com", "first_name": "Bob"}


async def merged(api: httpx.AsyncClient, **of_ada: Any) -> tuple[dict[str, Any], dict[str, Any], httpx.Response]:
    """Bob's lead merged into Ada's."""
    ada = await captured(api, person=ADA, external_id="crm:1", **of_ada)
    bob = await captured(api, person=BOB, external_id="crm:2")
    answer = await api.post(f"leads/{bob['lead_id']}/merge", json={"into": ada["lead_id"]})
    assert answer.status_code == 200, answer.text
    return ada, bob, answer


async def test_both_ids_and_both_addresses_lead_to_the_survivor(api: httpx.AsyncClient) -> None:
    ada, bob, answer = await merged(api)
    assert (answer.json()["lead_id"], answer.json()["person_id"]) == (ada["lead_id"], ada["person_id"])
    again = await captured(api, **WEBINAR, person=BOB)
    assert (again["lead_id"], again["person_id"], again["created"]) == (ada["lead_id"], ada["person_id"], False)
    for lead_id in (ada["lead_id"], bob["lead_id"]):
        lead = (await api.get(f"leads/{lead_id}")).json()
        assert (lead["lead_id"], lead["person_id"]) == (ada["lead_id"], ada["person_id"])
        assert (len(lead["captures"]), lead["merged_lead_ids"]) == (3, [bob["lead_id"]])
    for person_id in (ada["person_id"], bob["person_id"]):
        person = (await api.get(f"people/{person_id}")).json()
        assert (person["person_id"], person["lead_ids"]) == (ada["person_id"], [ada["lead_id"]])
    (row,) = (await api.get("leads", headers=fresh(answer) | {"X-Min-Position": f"intake:{again['position']}"})).json()[
        "items"
    ]
    assert (row["lead_id"], row["captures"]) == (ada["lead_id"], 3)
    (found,) = (await api.get("leads?external_id=crm:2")).json()["items"]
    assert found["lead_id"] == ada["lead_id"]


async def test_a_denial_of_either_counts_for_both(api: httpx.AsyncClient) -> None:
    ada, bob, _ = await merged(api, consent={"status": "granted", "purpose": "news", "text_version": "1"})
    denied = {"person": {"email": "bob@acme.com"}, "kind": "unsubscribed", "purpose": "news"}
    activity = await api.post("activities", json=denied | {"occurred_at": "2026-03-02T12:00:01Z"})
    assert activity.json()["lead_id"] == ada["lead_id"]
    person = (await api.get(f"people/{bob['person_id']}")).json()
    assert [each["status"] for each in person["consents"]] == ["denied"]


async def test_an_unmerge_gives_back_what_was_each_ones_also_since(api: httpx.AsyncClient) -> None:
    ada, bob, _ = await merged(api)
    later = await captured(api, **WEBINAR, person=BOB)
    undone = await api.post(f"leads/{bob['lead_id']}/unmerge")
    assert (undone.status_code, undone.json()["lead_id"]) == (200, bob["lead_id"])
    assert (await api.post(f"leads/{bob['lead_id']}/unmerge")).status_code == 409
    lead = (await api.get(f"leads/{bob['lead_id']}")).json()
    assert [each["capture_id"] for each in lead["captures"]] == [bob["capture_id"], later["capture_id"]]
    assert (lead["lead_id"], lead["person"]["first_name"]) == (bob["lead_id"], "Bob")
    assert len((await api.get(f"leads/{ada['lead_id']}")).json()["captures"]) == 1
    assert (await captured(api, **WEBINAR, person=BOB))["lead_id"] == bob["lead_id"]
    rows = (await api.get("leads", headers=fresh(undone))).json()["items"]
    assert {row["lead_id"] for row in rows} == {ada["lead_id"], bob["lead_id"]}


async def test_the_erasure_of_one_erases_both(api: httpx.AsyncClient) -> None:
    ada, bob, _ = await merged(api)
    assert (await api.delete(f"people/{bob['person_id']}")).status_code == 202
    for each in (ada, bob):
        assert (await api.get(f"people/{each['person_id']}")).status_code == 404
        assert (await api.get(f"leads/{each['lead_id']}")).json()["erased"] is True
    other = await captured(api, person={"email": "eve@acme.com"})
    answer = await api.post(f"leads/{other['lead_id']}/merge", json={"into": ada["lead_id"]})
    assert (answer.status_code, "was erased" in answer.json()["detail"]) == (409, True)


async def test_a_merge_repeated_with_its_key_has_the_same_answer(api: httpx.AsyncClient, clock: Clock) -> None:
    ada = await captured(api, person=ADA)
    bob = await captured(api, person=BOB)
    path, key = f"leads/{bob['lead_id']}/merge", {"Idempotency-Key": "once"}
    first_answer = await api.post(path, json={"into": ada["lead_id"]}, headers=key)
    again = await api.post(path, json={"into": ada["lead_id"]}, headers=key)
    assert first_answer.json() == again.json()
    itself = await api.post(f"leads/{ada['lead_id']}/merge", json={"into": bob["lead_id"]})
    assert (itself.status_code, itself.json()["errors"][0]["pointer"]) == (422, "/into")
    assert (await api.post(path, json={"into": "nobody"})).status_code == 404
    assert (await api.post("leads/nobody/unmerge")).status_code == 404


EVE = {"email": "eve@acme.com", "first_name": "Eve"}


async def shown_as(api: httpx.AsyncClient, lead: dict[str, Any]) -> tuple[str, int]:
    """Id of the survivor, and how many captures it has."""
    found = (await api.get(f"leads/{lead['lead_id']}")).json()
    return found["lead_id"], len(found["captures"])


async def test_what_was_merged_into_a_lead_comes_along_and_goes_back(api: httpx.AsyncClient) -> None:
    ada, bob, _ = await merged(api)
    eve = await captured(api, person=EVE)
    path = f"leads/{ada['lead_id']}"
    moved = await api.post(f"{path}/merge", json={"into": eve["lead_id"]})
    assert (moved.status_code, moved.json()["lead_id"]) == (200, eve["lead_id"])
    assert (await captured(api, **WEBINAR, person=BOB))["lead_id"] == eve["lead_id"]
    for lead in (ada, bob, eve):
        assert await shown_as(api, lead) == (eve["lead_id"], 4)
        person = (await api.get(f"people/{lead['person_id']}")).json()
        assert (person["person_id"], person["lead_ids"]) == (eve["person_id"], [eve["lead_id"]])
    rows = (await api.get("leads", headers=fresh(moved))).json()["items"]
    assert [row["lead_id"] for row in rows] == [eve["lead_id"]]
    undone = await api.post(f"{path}/unmerge", headers={"Idempotency-Key": "once"})
    assert undone.json() == (await api.post(f"{path}/unmerge", headers={"Idempotency-Key": "once"})).json()
    assert [await shown_as(api, lead) for lead in (ada, bob, eve)] == [
        (ada["lead_id"], 3),
        (ada["lead_id"], 3),
        (eve["lead_id"], 1),
    ]
    assert (await captured(api, source="referral", details=None, person=BOB))["lead_id"] == ada["lead_id"]


async def test_a_lead_in_the_middle_and_one_at_the_end_of_a_chain_are_unmerged(api: httpx.AsyncClient) -> None:
    ada, bob, _ = await merged(api)
    eve = await captured(api, person=EVE)
    await api.post(f"leads/{ada['lead_id']}/merge", json={"into": eve["lead_id"]})
    assert (await api.post(f"leads/{bob['lead_id']}/unmerge")).status_code == 200
    assert [await shown_as(api, lead) for lead in (ada, bob, eve)] == [
        (eve["lead_id"], 2),
        (bob["lead_id"], 1),
        (eve["lead_id"], 2),
    ]
    assert (await api.post(f"leads/{ada['lead_id']}/unmerge")).status_code == 200
    assert [(await shown_as(api, lead))[0] for lead in (ada, bob, eve)] == [each["lead_id"] for each in (ada, bob, eve)]


def test_nobody_is_merged_with_an_erased_person() -> None:
    erased, alive, other = Person(erased=True), Person(), state_after(first(person_id="p2"))
    for both in ((erased, alive), (alive, erased)):
        with pytest.raises(Rejected, match="was erased"):
            decide(state_after(first()), MERGE, NOON, Context(other, *both))


async def test_a_lead_that_is_merged_while_an_erasure_runs_is_erased_too(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = await captured(api, person=ADA), await captured(api, person=BOB)
    erase_companions, merges = erasure.erase_companions, list[httpx.Response]()

    async def then_merge(*of_ada: Any) -> None:
        await erase_companions(*of_ada)
        if not merges:
            merges.append(await api.post(f"leads/{bob['lead_id']}/merge", json={"into": ada["lead_id"]}))
            shown = await api.get(f"leads/{bob['lead_id']}")
            assert shown.json()["person"]["first_name"] == "Bob"

    monkeypatch.setattr(erasure, "erase_companions", then_merge)
    assert (await api.delete(f"people/{ada['person_id']}")).status_code == 202
    assert merges[0].status_code == 200
    for each in (ada, bob):
        assert (await api.get(f"people/{each['person_id']}")).status_code == 404
        assert (await api.get(f"leads/{each['lead_id']}")).json()["erased"] is True


async def test_the_erasure_of_one_erases_a_whole_chain(api: httpx.AsyncClient) -> None:
    ada, bob, _ = await merged(api)
    eve = await captured(api, person=EVE)
    await api.post(f"leads/{ada['lead_id']}/merge", json={"into": eve["lead_id"]})
    assert (await api.delete(f"people/{ada['person_id']}")).status_code == 202
    for each in (ada, bob, eve):
        assert (await api.get(f"people/{each['person_id']}")).status_code == 404
