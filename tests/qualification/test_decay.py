"""Scores decay by half-lives, and a lead falls below the line at the microsecond at which its score does."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from math import log2, sqrt
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from services.qualification.lead import commands, events
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import BantStatus, Engagement, Lifecycle
from services.qualification.lead.state import Lead, State
from services.qualification.model.events import ScoringModel
from services.qualification.model.state import Models
from services.qualification.scoring import falling
from services.qualification.scoring.decay import left_of, rounded
from services.qualification.scoring.score import score
from services.qualification.setting.state import Settings
from shared.rules.message import BEGINNING, Rejected
from tests.qualification.leads import engaged_by, engagement, hand_over
from tests.qualification.models import M2, M3, M, model, rule
from tests.spec import NOON

DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
SOURCES = ("newsletter", "webinar", "referral")


def falls_below_at(engagements: Sequence[Engagement], by: ScoringModel, at: datetime) -> datetime | None:
    return falling.falls_below_at(score(engagements, BEGINNING, by, at), by, at)


def total(engagements: Sequence[Engagement], at: datetime, by: ScoringModel = M) -> Decimal:
    happened = [each for each in engagements if each.engaged_at <= at]
    return rounded(score(happened, BEGINNING, by, at).engagement)


# -- worked examples -------------------------------------------------------------------------------------------------


def test_a_score_halves_in_every_half_life() -> None:
    webinar = [engagement("webinar")]
    days = [timedelta(), 7 * DAY, 14 * DAY, 28 * DAY]
    expected = [Decimal(80), Decimal("56.5685"), Decimal(40), Decimal(20)]
    assert [total(webinar, NOON + after) for after in days] == expected
    assert total(webinar, NOON - timedelta(seconds=1)) == 0


@given_any(st.integers(1, 3650), st.integers(0, 2**58), st.integers(1, 1000))
def test_what_is_left_is_right_to_more_digits_than_a_score_has(days: int, microseconds: int, points: int) -> None:
    exact = Context(prec=80)
    half_lives = exact.divide(Decimal(microseconds), days * DAY // MICROSECOND)
    expected = exact.multiply(points, exact.power(Decimal("0.5"), half_lives))
    left = left_of(Decimal(points), days, microseconds * MICROSECOND)
    assert exact.abs(exact.subtract(left, expected)) <= exact.multiply(expected, Decimal("1e-35"))


@pytest.mark.parametrize("half_lives", range(1, 20))
def test_after_whole_half_lives_a_score_is_exact(half_lives: int) -> None:
    one = [engagement("webinar")]
    left = score(one, BEGINNING, model(1, rule("webinar", 93, 14)), NOON + half_lives * 14 * DAY).engagement
    assert left == Decimal(93) / 2**half_lives


def test_two_half_lives_cross_the_line_where_the_sum_does() -> None:
    both = [engagement("gated_content", NOON, 1), engagement("newsletter", NOON, 2)]
    assert [total(both, NOON + days * DAY) for days in (0, 7, 14)] == [80, Decimal("48.2843"), 30]
    falls_at = falls_below_at(both, M, NOON)
    assert falls_at is not None
    assert abs(falls_at - (NOON + timedelta(days=6, hours=12, minutes=3, seconds=24.618))) < timedelta(milliseconds=1)
    exactly = -14 * log2((sqrt(6) - 1) / 2)
    assert abs((falls_at - NOON) / DAY - exactly) < 1e-9


def test_a_score_is_above_at_the_line_and_below_a_microsecond_later() -> None:
    hundred = model(50, rule("webinar", 100, 14))
    assert falls_below_at([engagement("webinar")], hundred, NOON) == NOON + 14 * DAY + MICROSECOND


def test_a_thousand_falls_below_999_after_124_seconds() -> None:
    falls_at = falls_below_at([engagement("webinar")], M2, NOON)
    assert falls_at is not None
    assert abs((falls_at - NOON).total_seconds() - log2(1000 / 999) * 86_400) < 0.000_002


def test_negative_points_stay_so_that_a_score_only_falls() -> None:
    mixed = model(50, rule("webinar", 80, 14), rule("outbound", -10))
    engagements = [engagement("webinar", NOON, 1), engagement("outbound", NOON, 2)]
    assert [total(engagements, NOON + days * DAY, mixed) for days in (0, 14, 28)] == [70, 30, 10]


def test_caps_apply_to_what_is_left_in_the_order_of_the_engagements() -> None:
    capped = model(999, rule("webinar", 60, 14, "g"), rule("outbound", -30, None, "g"), caps={"g": 100})
    webinars = [engagement("webinar", NOON, number) for number in (1, 2)]
    outbound = engagement("outbound", NOON + timedelta(hours=1), 3)
    assert total([*webinars, outbound], NOON + timedelta(hours=1), capped) == 70
    assert total([outbound._replace(engaged_at=NOON - DAY), *webinars], NOON, capped) == 90
    assert total([*webinars, outbound], NOON + 14 * DAY, capped) == 30


@pytest.mark.parametrize("line", [20, 0, -5])
def test_what_stays_above_by_points_that_do_not_decay_never_falls(line: int) -> None:
    engagements = [engagement("webinar", NOON, 1), engagement("referral", NOON, 2)]
    assert falls_below_at(engagements, M.model_copy(update={"line": model(line).line}), NOON) is None


# -- any history -----------------------------------------------------------------------------------------------------

days_ago = st.integers(0, 60 * 24).map(lambda hours: NOON - timedelta(hours=hours))
drawn_rules = st.builds(
    lambda points, half_life, group: (points, half_life if points > 0 else None, group),
    st.integers(-40, 90),
    st.none() | st.integers(1, 30),
    st.sampled_from(["g", "h"]),
)


@settings(max_examples=60, deadline=None)
@given_any(
    st.tuples(drawn_rules, drawn_rules, drawn_rules),
    st.lists(st.tuples(st.sampled_from(SOURCES), days_ago), min_size=1, max_size=6),
    st.dictionaries(st.sampled_from(["g", "h"]), st.integers(0, 120), max_size=2),
    st.integers(1, 120),
)
def test_a_lead_is_above_until_it_falls_and_below_from_then_on(
    drawn: Any, engaged: list[tuple[str, datetime]], caps: dict[str, int], line: int
) -> None:
    rules = [rule(source, *fields) for source, fields in zip(SOURCES, drawn, strict=True)]
    by = model(line, *rules, caps=caps)
    engagements = [engagement(source, at, number) for number, (source, at) in enumerate(engaged)]

    def exact(at: datetime) -> Decimal:
        return score(engagements, BEGINNING, by, at).towards_next

    if exact(NOON) < line:
        return
    falls_at = falls_below_at(engagements, by, NOON)
    if falls_at is None:
        assert exact(datetime(2199, 1, 1, tzinfo=UTC)) >= line
        return
    assert exact(falls_at - MICROSECOND) >= line > exact(falls_at)
    assert exact(falls_at + 10 * DAY) < line


# -- the fall of a lead ----------------------------------------------------------------------------------------------


def under(active: ScoringModel, *earlier: ScoringModel) -> dict[str, object]:
    versions = dict(enumerate([*earlier, active], 1))
    return {"models": Models(versions, len(versions)), "settings": Settings()}


def after(state: State, command: commands.LeadCommand, at: datetime, by: dict[str, object]) -> tuple[Lead, list[str]]:
    """The lead after the command, and the types of its events."""
    decided = DECIDER.decided(state, command, at, by)
    for event in decided:
        state = DECIDER.evolve(state, event, at)
    assert isinstance(state, Lead)
    return state, [event.type for event in decided]


FALLS_AT = NOON + timedelta(seconds=124.711)
RECEIVED_AT = NOON + timedelta(seconds=120)
MQL, _ = after(DECIDER.initial, engaged_by("webinar"), RECEIVED_AT, under(M2))


def fallen(lead: Lead) -> events.LeadFellBelow:
    assert lead.fields.falls_below_at is not None
    command = commands.FallBelow(due_at=lead.fields.falls_below_at)
    (event,) = DECIDER.decided(lead, command, lead.fields.falls_below_at, under(M2))
    assert isinstance(event, events.LeadFellBelow)
    return event


def test_a_crossing_by_points_says_when_it_will_end() -> None:
    assert MQL.fields.lifecycle is Lifecycle.MQL
    assert MQL.fields.falls_below_at is not None
    assert abs(MQL.fields.falls_below_at - FALLS_AT) < timedelta(milliseconds=1)


def test_a_fall_ends_the_cycle_at_its_very_instant() -> None:
    event = fallen(MQL)
    assert (event.crossed_at, event.after.lifecycle) == (MQL.fields.falls_below_at, Lifecycle.CAPTURED)
    below = DECIDER.evolve(MQL, event, RECEIVED_AT + DAY)
    assert isinstance(below, Lead)
    assert (below.cycles[-1].outcome, below.history[-1].at) == ("fell_below", event.crossed_at)
    assert below.fields.falls_below_at is None


def test_a_timer_that_fires_again_or_for_another_instant_adds_nothing() -> None:
    assert MQL.fields.falls_below_at is not None
    due = commands.FallBelow(due_at=MQL.fields.falls_below_at)
    below, _ = after(MQL, due, MQL.fields.falls_below_at, under(M2))
    assert DECIDER.decided(below, due, NOON + DAY, under(M2)) == []
    other = commands.FallBelow(due_at=MQL.fields.falls_below_at + MICROSECOND)
    assert DECIDER.decided(MQL, other, NOON + DAY, under(M2)) == []
    assert DECIDER.decided(DECIDER.initial, due, NOON + DAY, under(M2)) == []


def test_a_fall_that_is_due_comes_before_whatever_happens_next() -> None:
    late = engaged_by("webinar", NOON + DAY, 2)
    again, types = after(MQL, late, NOON + DAY, under(M2))
    assert types == ["lead.fell_below", "lead.engaged", "lead.mql"]
    assert [cycle.outcome for cycle in again.cycles] == ["fell_below", None]
    assert again.history[-2].at == MQL.fields.falls_below_at
    with pytest.raises(Rejected, match="only an MQL"):
        DECIDER.decided(MQL, commands.ClaimLead(sdr="sam", by="sam"), NOON + DAY, under(M2))


def test_an_engagement_before_the_fall_moves_it() -> None:
    later, types = after(MQL, engaged_by("webinar", RECEIVED_AT, 2), RECEIVED_AT, under(M2))
    assert types == ["lead.engaged"]
    assert later.fields.falls_below_at is not None
    assert later.fields.falls_below_at > NOON + timedelta(hours=23)


def test_a_lead_that_is_handed_over_or_set_aside_does_not_fall() -> None:
    met = commands.BantItem(status=BantStatus.MET)
    bant = commands.Bant(budget=met, authority=met, need=met, timing=met)
    ready, _ = after(MQL, commands.ChangeBant(bant=bant, by="sam", stored_evidence={}), RECEIVED_AT, under(M2))
    assert ready.fields.falls_below_at == MQL.fields.falls_below_at
    srl, _ = after(ready, hand_over(account="acme"), RECEIVED_AT, under(M2))
    assert srl.fields.falls_below_at is None
    taken_back, _ = after(srl, commands.TakeBackHandOver(opportunity_id="deal", rule="no"), RECEIVED_AT, under(M2))
    assert (taken_back.fields.lifecycle, taken_back.fields.falls_below_at) == (Lifecycle.MQL, None)
    for command in (commands.Reject(reason="spam"), commands.Nurture(reason="other"), commands.Erase()):
        aside, _ = after(MQL, command, RECEIVED_AT, under(M2))
        assert aside.fields.falls_below_at is None


@pytest.mark.parametrize(
    "command",
    [engaged_by("demo_request"), commands.MarkMql(reason="strong_fit")],
    ids=["a demo request", "a mark"],
)
def test_an_mql_at_once_does_not_fall_by_decay(command: commands.LeadCommand) -> None:
    at_once = model(50, rule("demo_request", 80, 1), rule("webinar", 80, 1), at_once=["demo_request"])
    lead, _ = after(DECIDER.initial, engaged_by("newsletter", NOON, 9), NOON, under(at_once))
    mql, _ = after(lead, command, NOON, under(at_once))
    assert (mql.fields.lifecycle, mql.fields.falls_below_at) == (Lifecycle.MQL, None)
    engaged, types = after(mql, engaged_by("webinar", NOON, 2), NOON, under(at_once))
    assert (types, engaged.fields.falls_below_at) == (["lead.engaged"], None)
    much_later, types = after(engaged, engaged_by("newsletter", NOON, 3), NOON + 30 * DAY, under(at_once))
    assert (types, much_later.fields.lifecycle) == (["lead.engaged"], Lifecycle.MQL)


def test_an_activated_model_changes_no_fall_until_it_scores() -> None:
    slower = model(50, rule("webinar", 80, 100), rule("newsletter", 0))
    lead, _ = after(DECIDER.initial, engaged_by("webinar"), NOON, under(M))
    claimed, _ = after(lead, commands.ClaimLead(sdr="sam", by="sam"), NOON, under(slower, M))
    assert claimed.fields.falls_below_at == lead.fields.falls_below_at
    engaged, _ = after(claimed, engaged_by("newsletter", NOON, 2), NOON, under(slower, M))
    assert engaged.fields.falls_below_at is not None
    assert lead.fields.falls_below_at is not None
    assert engaged.fields.falls_below_at > lead.fields.falls_below_at + 30 * DAY


def test_a_lower_line_raises_only_the_lead_that_engages() -> None:
    lead, types = after(DECIDER.initial, engaged_by("referral"), NOON, under(M))
    assert types == ["lead.engaged"]
    mql, types = after(lead, engaged_by("referral", NOON, 2), NOON, under(M3, M))
    assert (types, int(mql.fields.score), mql.fields.model_version) == (["lead.engaged", "lead.mql"], 40, 2)
