"""The commands that follow from other services' events, read as they write them."""

from typing import Any

import pytest

from services.qualification.lead import commands
from services.qualification.lead.fields import Details, Engagement, Profile
from services.qualification.reactions import react
from services.qualification.setting.commands import CopyFromForecast
from services.qualification.upstream import forecast, intake, pipeline
from shared.rules.message import Command
from tests.qualification.neighbours import CAPTURED, DEAL, stored
from tests.spec import NOON

Reacted = list[tuple[str, Command]]


def reacted(parse: Any, stream: str, kind: str, data: dict[str, Any]) -> Reacted:
    recorded = parse(stored(1, stream, kind, data))
    return [(reaction.subject, reaction.command) for reaction in react(recorded)] if recorded else []


@pytest.mark.parametrize("kind", ["lead.captured", "lead.engagement_added"])
def test_a_capture_is_an_engagement_of_its_lead(kind: str) -> None:
    company = {"name": "Acme", "domain": "acme.com", "country": "DE", "industry": "steel", "employees": 12}
    data = CAPTURED | {
        "source": "webinar",
        "details": {"webinar_id": "w1", "attended": True, "minutes": 5},
        "company": company,
        "role_class": "director",
        "external_id": "crm:1",
        "campaign": {"utm_source": "mail", "utm_campaign": "spring"},
    }
    profile = Profile(
        domain="acme.com", country="DE", industry="steel", employees=12, role="director", email_kind="business"
    )
    engagement = Engagement("capture-1", "webinar", NOON, Details(attended=True), profile)
    command = commands.RecordEngagement(person_id="ada", external_id="crm:1", engagement=engagement, campaign="spring")
    assert reacted(intake.PARSE, "lead-x", kind, data) == [("x", command)]


def test_a_supplement_names_the_capture_that_it_supplements() -> None:
    ((_, command),) = reacted(intake.PARSE, "lead-x", "lead.engagement_added", CAPTURED | {"supplements": "capture-0"})
    assert isinstance(command, commands.RecordEngagement)
    assert (command.engagement.supplements, command.engagement.original) == ("capture-0", "capture-0")


def test_a_capture_may_have_neither_details_nor_company() -> None:
    data = CAPTURED | {"details": None, "company": None}
    ((_, command),) = reacted(intake.PARSE, "lead-x", "lead.captured", data | {"email_domain": "acme.com"})
    assert isinstance(command, commands.RecordEngagement)
    assert command.engagement.profile == Profile(email_kind="business", email_domain="acme.com")


def test_an_erased_person_erases_each_of_its_leads() -> None:
    assert reacted(intake.PARSE, "person-p", "person.erased", {"lead_ids": ["x", "y"]}) == [
        ("x", commands.Erase()),
        ("y", commands.Erase()),
    ]
    assert reacted(intake.PARSE, "person-p", "person.accessed", {}) == []


def follow(happened: Any, *, qualified: bool = True, reason: str | None = None) -> commands.FollowDeal:
    return commands.FollowDeal(
        opportunity_id="d", happened=happened, qualified=qualified, reason=reason, happened_at=NOON
    )


def moved(command: str, **changes: Any) -> Reacted:
    data = DEAL | {"command": command, "reason": None, "qualified": True, "lead_ids": ["x", "y"]} | changes
    return reacted(pipeline.PARSE, "opportunity-d", "opportunity.stage_changed", data)


@pytest.mark.parametrize("command", ["qualify", "win", "lose", "recycle", "reopen"])
def test_all_leads_of_a_deal_move_with_it(command: str) -> None:
    expected = follow(command, qualified=False, reason="other")
    assert moved(command, reason="other", qualified=False) == [("x", expected), ("y", expected)]


def test_an_advance_moves_no_lead() -> None:
    assert moved("advance") == []


def test_only_a_qualified_deal_makes_an_sql_of_the_lead_that_joins_it() -> None:
    joined = DEAL | {"lead_id": "y", "lead_ids": ["x", "y"]}
    kind = "opportunity.lead_attached"
    assert reacted(pipeline.PARSE, "opportunity-d", kind, joined) == []
    assert reacted(pipeline.PARSE, "opportunity-d", kind, joined | {"qualified": True}) == [("y", follow("qualify"))]


def test_a_process_that_begins_qualified_makes_an_sql_at_once() -> None:
    opened = DEAL | {"lead_ids": ["x"]}
    kind = "opportunity.opened"
    assert reacted(pipeline.PARSE, "opportunity-d", kind, opened) == []
    assert reacted(pipeline.PARSE, "opportunity-d", kind, opened | {"qualified": True}) == [("x", follow("qualify"))]


def test_a_refused_hand_over_is_taken_back_with_its_rule() -> None:
    data = {"lead_id": "x", "rule": "no" * 200}
    assert reacted(pipeline.PARSE, "opportunity-d", "hand_over.refused", data) == [
        ("x", commands.TakeBackHandOver(opportunity_id="d", rule=("no" * 200)[:200]))
    ]


@pytest.mark.parametrize("kind", ["opportunity.assigned", "opportunity.corrected", "opportunity.amount_changed"])
def test_other_events_of_a_deal_move_no_lead(kind: str) -> None:
    assert reacted(pipeline.PARSE, "opportunity-d", kind, DEAL) == []


def test_settings_that_forecast_changed_are_copied() -> None:
    data = {"currency": None, "timezone": "Europe/Berlin", "calendar": None, "starts": NOON.isoformat()}
    copied = CopyFromForecast(timezone="Europe/Berlin", calendar=None, starts=NOON)
    assert reacted(forecast.PARSE, "setting-all", "setting.changed", data) == [("all", copied)]
    currency = data | {"currency": "EUR", "timezone": None}
    assert reacted(forecast.PARSE, "setting-all", "setting.changed", currency) == []


def test_a_change_of_the_organisation_moves_no_lead() -> None:
    placed = {"node": "ann", "parent": None, "kind": "person", "starts": None, "name": None}
    assert reacted(forecast.PARSE, "org-all", "org.node_placed", placed) == []
