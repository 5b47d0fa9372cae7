"""MQLs go to SDRs in turn by the rules in the settings, and a claim ends when nobody touches the lead."""

import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.qualification.lead import commands, events
from services.qualification.lead.fields import Lifecycle, Profile
from services.qualification.setting.decider import SETTINGS
from services.qualification.setting.events import Absence, Claims, Routing, RoutingChanged, RoutingRule
from services.qualification.setting.state import Settings
from tests.qualification.leads import ENGAGED, HISTORIES, MARKED, engaged_by, given, minute
from tests.qualification.world import World
from tests.running import eventually

GERMANS = RoutingRule(rule="germany", countries=("DE",), sdrs=("sam", "kim"))
LARGE = RoutingRule(rule="large", least_employees=200, sources=("demo_request",), sdrs=("lee",))
ALL = RoutingRule(rule="all", sdrs=("sam", "kim", "ann"))
AWAY = Absence(sdr="kim", first=date(2026, 3, 2), last=date(2026, 3, 3))
ROUTING = Routing(rules=(GERMANS, LARGE, ALL), away=(AWAY,))
ROUTED = {SETTINGS.stream: Settings(routing=ROUTING, claims=Claims(lease_minutes=30))}
MARK = commands.MarkMql(reason="strong_fit")


@pytest.mark.parametrize(
    ("profile", "source", "rule"),
    [
        (Profile(country="DE", employees=500), "demo_request", "germany"),
        (Profile(country="FR", employees=500), "demo_request", "large"),
        (Profile(country="FR", employees=500), "webinar", "all"),
        (Profile(employees=199), "demo_request", "all"),
        (Profile(), "demo_request", "all"),
    ],
)
def test_the_first_rule_that_fits_counts(profile: Profile, source: str, rule: str) -> None:
    found = ROUTING.rule_for(source, profile.country, profile.employees)
    assert found is not None
    assert found.rule == rule
    assert Routing(rules=(GERMANS,)).rule_for("webinar", "FR", None) is None


@pytest.mark.parametrize(
    ("turn", "day", "sdr"),
    [(0, 2, "sam"), (1, 2, "ann"), (2, 2, "sam"), (3, 3, "ann"), (4, 3, "sam"), (4, 4, "kim")],
)
def test_sdrs_get_leads_in_turn_and_those_of_who_is_away_are_shared_evenly(turn: int, day: int, sdr: str) -> None:
    assert ROUTING.sdr_in_turn("all", turn, date(2026, 3, day)) == sdr


def test_nobody_gets_a_lead_of_a_rule_that_is_gone_or_whose_sdrs_are_all_away() -> None:
    away = Routing(rules=(LARGE,), away=(Absence(sdr="lee", first=date(2026, 3, 1)),))
    assert away.sdr_in_turn("large", 0, date(2027, 1, 1)) is None
    assert away.sdr_in_turn("gone", 0, date(2026, 1, 1)) is None


def test_routing_is_checked_as_a_whole() -> None:
    with pytest.raises(ValidationError, match="named twice"):
        Routing(rules=(ALL, ALL))
    with pytest.raises(ValidationError, match="before first"):
        Absence(sdr="kim", first=date(2026, 3, 2), last=date(2026, 3, 1))


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"countries": ["DE", "XX"]}, "such as DE"),
        ({"countries": ["de"]}, "letters, DE"),
        ({"sources": ["webnar"]}, "must be one of newsletter, .*, webinar, .*"),
        ({"least_employees": 200, "most_employees": 100}, "must not be less than least_employees"),
    ],
)
def test_a_rule_that_can_never_match_is_refused_and_a_stored_one_is_read(fields: dict[str, Any], detail: str) -> None:
    rule = {"rule": "never", "sdrs": ["sam"]} | fields
    with pytest.raises(ValidationError, match=detail):
        RoutingRule.model_validate(rule)
    stored = RoutingChanged.from_stored(json.dumps({"routing": {"rules": [rule]}}))
    assert stored.routing.rule_for("demo_request", "DE", 150) is None or fields == {"countries": ["DE", "XX"]}


def mql_by(command: commands.LeadCommand) -> events.LeadMql:
    *_, mql = given(ENGAGED, references=ROUTED).when(command, at=minute(1)).decided()
    assert isinstance(mql, events.LeadMql)
    return mql


def test_an_mql_waits_for_the_sdr_whose_turn_it_is() -> None:
    for command in (MARK, engaged_by("demo_request", minute(1), 2)):
        mql = mql_by(command)
        assert (mql.after.route, mql.after.sdr, mql.after.routing_falls_due_at) == ("all", None, minute(1))
        route = commands.RouteLead(due_at=minute(1), turn=0)
        (routed,) = given(ENGAGED, mql, references=ROUTED).when(route, at=minute(1)).decided()
        assert isinstance(routed, events.LeadRouted)
        assert (routed.after.sdr, routed.after.route) == ("sam", None)
        assert routed.after.claim_ends_at == minute(31)
        given(ENGAGED, mql, routed, references=ROUTED).when(route, at=minute(2)).then()


def test_a_lead_that_is_claimed_or_has_left_the_queue_is_not_routed() -> None:
    mql, route = mql_by(MARK), commands.RouteLead(due_at=minute(1), turn=0)
    for command in (commands.ClaimLead(sdr="zoe", by="zoe"), commands.Reject(reason="spam")):
        left = given(ENGAGED, mql, references=ROUTED).when(command, at=minute(2)).decided()
        given(ENGAGED, mql, *left, references=ROUTED).when(route, at=minute(3)).then()


def test_a_lead_for_which_nobody_is_there_waits_for_anybody() -> None:
    mql = mql_by(MARK)
    without = {SETTINGS.stream: Settings()}
    route = commands.RouteLead(due_at=minute(1), turn=0)
    (routed,) = given(ENGAGED, mql, references=without).when(route, at=minute(1)).decided()
    assert isinstance(routed, events.LeadRouted)
    assert (routed.after.sdr, routed.after.route, routed.after.claim_ends_at) == (None, None, None)


CLAIM = commands.ClaimLead(sdr="sam", by="sam")
MQL_HISTORY = HISTORIES[Lifecycle.MQL]


def claimed() -> events.LeadEvent:
    (event,) = given(*MQL_HISTORY, references=ROUTED).when(CLAIM, at=minute(4)).decided()
    return event


def test_a_claim_ends_when_nobody_touches_the_lead() -> None:
    end = commands.EndClaim(due_at=minute(34))
    (released,) = given(*MQL_HISTORY, claimed(), references=ROUTED).when(end, at=minute(34)).decided()
    assert isinstance(released, events.LeadClaimReleased)
    assert (released.after.sdr, released.after.claim_ends_at) == (None, None)
    given(*MQL_HISTORY, claimed(), released, references=ROUTED).when(end, at=minute(35)).then()
    again = commands.ClaimLead(sdr="kim", by="kim")
    first, second = given(*MQL_HISTORY, claimed(), references=ROUTED).when(again, at=minute(40)).decided()
    assert isinstance(first, events.LeadClaimReleased)
    assert isinstance(second, events.LeadClaimed)
    assert (second.after.sdr, second.after.claim_ends_at) == ("kim", minute(70))


def test_a_touch_keeps_the_claim() -> None:
    (touched,) = given(*MQL_HISTORY, claimed(), references=ROUTED).when(commands.Touch(), at=minute(10)).decided()
    assert isinstance(touched, events.LeadTouched)
    assert (touched.after.sdr, touched.after.claim_ends_at) == ("sam", None)
    given(*MQL_HISTORY, claimed(), touched, references=ROUTED).when(commands.EndClaim(due_at=minute(34))).then()


def test_a_claim_without_a_lease_never_ends() -> None:
    forever = {SETTINGS.stream: Settings(claims=Claims(lease_minutes=None))}
    (event,) = given(*MQL_HISTORY, references=forever).when(CLAIM, at=minute(4)).decided()
    assert isinstance(event, events.LeadClaimed)
    assert event.after.claim_ends_at is None


def test_of_what_was_due_the_earliest_happens_first() -> None:
    mql = replace_fields(MARKED, falls_below_at=minute(20))
    (claim,) = given(ENGAGED, mql, references=ROUTED).when(CLAIM, at=minute(4)).decided()
    late = given(ENGAGED, mql, claim, references=ROUTED)
    late.when(commands.Requalify(), at=minute(50)).rejected("cannot be requalified")
    fell, *_ = late.when(MARK, at=minute(50)).decided()
    assert isinstance(fell, events.LeadFellBelow)


def replace_fields(event: events.LeadMql, **changes: Any) -> events.LeadMql:
    return event.model_copy(update={"after": event.after._replace(**changes)})


# -- over HTTP -------------------------------------------------------------------------------------------------------


async def sdr_of(world: World, lead_id: str) -> str | None:
    sdr: str | None = (await world.look(lead_id))["sdr"]
    return sdr


async def test_the_service_routes_mqls_and_takes_claims_back(world: World) -> None:
    rules = [{"rule": "all", "sdrs": ["sam", "kim"]}]
    body = {"routing": {"rules": rules}, "claims": {"lease_minutes": 60}}
    assert (await world.api.put("settings", json=body)).status_code == 200
    shown = (await world.api.get("settings")).json()
    assert shown["routing"]["rules"][0]["sdrs"] == ["sam", "kim"]
    assert (shown["claims"], shown["defaults"]["claims"]) == ({"lease_minutes": 60}, {"lease_minutes": 4320})
    for lead_id, sdr in {"a": "sam", "b": "kim", "c": "sam"}.items():
        await world.lead(lead_id, "demo_request", engaged_at=world.clock.instant)
        assert await eventually(lambda lead_id=lead_id: sdr_of(world, lead_id)) == sdr
    await world.done("leads/a/touch", {})
    world.clock.pass_by(minutes=61)
    await eventually(lambda: is_free(world, "b"))
    queue = (await world.api.get("queue", params={"sdr": "kim"})).json()["items"]
    assert {each["lead_id"] for each in queue} >= {"b"}
    assert await sdr_of(world, "a") == "sam"
    wrong = await world.api.put("settings", json={"routing": {"rules": rules * 2}})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/routing")
    never = rules[0] | {"least_employees": 2, "most_employees": 1}
    refused = await world.api.put("settings", json={"routing": {"rules": [never]}})
    assert refused.json()["errors"][0]["pointer"] == "/routing/rules/0/most_employees"


async def is_free(world: World, lead_id: str) -> bool:
    return await sdr_of(world, lead_id) is None
