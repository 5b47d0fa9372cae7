"""Deals of another system, as its exports say them week by week."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.pipeline.opportunity import commands, events
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.events import Motion, Outcome
from services.pipeline.opportunity.exports import kept_values
from services.pipeline.opportunity.state import NotExisting, State, must_exist
from services.pipeline.process.default import DEFAULT
from services.pipeline.setting.state import Settings
from shared.rules.message import Rejected
from shared.rules.money import Money

T0 = datetime(2024, 1, 7, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
REFERENCES = {"processes": {"default": DEFAULT}, "settings": Settings()}
OPEN = commands.OpenOpportunity.model_validate(
    {
        "name": "Deal",
        "account": "Acme",
        "owner": "ann",
        "motion": Motion.NEW_BUSINESS,
        "amount": {"amount": "100", "currency": "EUR"},
        "close_date": "2024-03-31",
        "stage": "proposal",
    }
)
PRESENT: dict[str, Any] = {
    "stage": "proposal",
    "owner": "ann",
    "amount": {"amount": "100", "currency": "EUR"},
    "close_date": "2024-03-31",
}


def after(state: State, command: commands.OpportunityCommand, at: datetime) -> tuple[State, list[Any]]:
    made = DECIDER.decided(state, command, at, REFERENCES)
    for event in made:
        state = DECIDER.evolve(state, event, at)
    return state, made


def imported_deal() -> State:
    return after(NotExisting(), commands.ImportedCommand(command=OPEN), T0)[0]


def match(
    state: State, at: datetime = T0 + WEEK, moment: datetime | None = None, **given: Any
) -> tuple[State, list[Any]]:
    """`moment`: when the changes happen, if that is later than the export."""
    export = commands.MatchExport.model_validate({"occurred_at": at} | PRESENT | given)
    return after(state, commands.ImportedCommand(command=export), moment or at)


def kinds(made: list[Any]) -> list[str]:
    return [getattr(event, "command", event.type.partition(".")[2]) for event in made]


def changed_here(state: State, at: datetime = T0 + WEEK / 2) -> State:
    return after(state, commands.SetAmount(amount=Money(amount="130", currency="EUR")), at)[0]  # type: ignore[arg-type]


def test_an_unchanged_deal_gets_no_event() -> None:
    assert match(imported_deal())[1] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"amount": {"amount": "150", "currency": "EUR"}}, ["amount_changed"]),
        ({"owner": "bob"}, ["assigned"]),
        ({"close_date": "2024-06-30"}, ["close_date_changed"]),
        ({"close_date": None}, ["close_date_changed"]),
        ({"stage": "negotiation"}, ["advance"]),
        ({"outcome": "won", "close_date": "2024-01-13", "owner": "bob"}, ["assigned", "win"]),
        ({"outcome": "lost", "close_date": "2024-01-13", "reason": "competitor"}, ["close_date_changed", "lose"]),
        ({"outcome": "recycled"}, ["recycle"]),
        ({"stage": "unqualified"}, ["advance"]),
    ],
)
def test_a_difference_becomes_the_change_that_explains_it(given: dict[str, Any], expected: list[str]) -> None:
    state, made = match(imported_deal(), **given)
    assert kinds(made) == expected
    assert all(event.imported for event in made)
    assert match(state, **given)[1] == [], "the same export again adds nothing"


def test_an_unqualified_deal_that_was_won_is_qualified_first() -> None:
    state = after(
        NotExisting(), commands.ImportedCommand(command=OPEN.model_copy(update={"stage": "unqualified"})), T0
    )[0]
    assert kinds(match(state, stage=None, outcome="won", close_date="2024-01-13")[1]) == ["qualify", "win"]


def test_a_closed_deal_is_corrected_reopened_or_ended_otherwise() -> None:
    won = match(imported_deal(), outcome="won", close_date="2024-01-13")[0]
    later = T0 + 2 * WEEK
    corrected = match(won, later, outcome="won", close_date="2024-01-12", amount={"amount": "90", "currency": "EUR"})
    assert kinds(corrected[1]) == ["corrected"]
    assert kinds(match(won, later, stage="negotiation")[1]) == ["reopen", "advance"]
    assert kinds(match(won, later, outcome="lost", close_date="2024-01-19")[1]) == ["reopen", "lose"]


def test_what_was_changed_here_is_left_alone_unless_the_export_is_to_overwrite_it() -> None:
    state = changed_here(imported_deal())
    kept, made = match(state, amount={"amount": "150", "currency": "EUR"}, owner="bob")
    assert kinds(made) == ["assigned"]
    export = commands.MatchExport.model_validate(PRESENT | {"amount": {"amount": "150", "currency": "EUR"}})
    assert kept_values(kept, export)["amount"] == {"here": "130.00 EUR", "export": "150.00 EUR"}
    assert kinds(match(state, overwrite=True)[1]) == ["amount_changed"]


def test_an_export_that_is_older_than_what_was_imported_is_refused() -> None:
    state = match(imported_deal(), T0 + 2 * WEEK, owner="bob")[0]
    with pytest.raises(Rejected, match="the export is older than what was imported before"):
        match(state, T0 + WEEK)
    assert match(state, T0 + 2 * WEEK - timedelta(hours=11), owner="bob")[1] == [], "a day counts as its noon"


def test_an_export_may_know_its_whole_day_and_no_more() -> None:
    """The week's export was made at 23:00; the next one knows of the deal's win on the following morning."""
    evening, morning = T0 + timedelta(hours=11), T0 + timedelta(hours=20)
    won = match(imported_deal(), morning, outcome="won", close_date="2024-01-08")[0]
    with pytest.raises(Rejected, match="the export is older than what was imported before"):
        match(won, evening, day_ends=T0 + timedelta(hours=12))
    same_day = match(imported_deal(), evening, owner="bob")[0]
    assert match(same_day, T0 - timedelta(hours=3), owner="bob", day_ends=T0 + timedelta(hours=12))[1] == []


def exported(state: State, at: datetime, exported_at: datetime, **given: Any) -> tuple[State, list[Any]]:
    export = commands.MatchExport.model_validate({"occurred_at": at} | PRESENT | given)
    return after(state, commands.ImportedCommand(command=export, exported_at=exported_at), at)


def test_an_export_is_older_than_a_later_one_that_knows_of_a_day_before_both() -> None:
    """The export of week 3 knows of a win in week 1; that of week 2 did not."""
    won = exported(imported_deal(), T0 + WEEK / 2, T0 + 3 * WEEK, part="ended", outcome="won", close_date="2024-01-10")
    with pytest.raises(Rejected, match="the export is older than what was imported before, at 2024-01-28T12:00:00Z"):
        exported(won[0], T0 + 2 * WEEK, T0 + 2 * WEEK)
    opened = after(NotExisting(), commands.ImportedCommand(command=OPEN, exported_at=T0 + 3 * WEEK), T0)[0]
    with pytest.raises(Rejected, match="the export is older"):
        exported(opened, T0 + 2 * WEEK, T0 + 2 * WEEK)
    assert exported(opened, T0 + 3 * WEEK, T0 + 3 * WEEK)[1] == []


def test_a_change_that_the_export_dates_counts_only_when_the_deal_has_not_changed_since() -> None:
    state, early, late = imported_deal(), T0 - WEEK, T0 + timedelta(days=2)
    assert match(state, T0, part="changed", owner="bob", occurred_at=early)[1] == []
    assert match(state, T0, part="changed", owner="bob", occurred_at=T0)[1] == []
    assert kinds(match(state, late, part="changed", owner="bob", occurred_at=late)[1]) == ["assigned"]


def test_a_stage_that_was_entered_after_the_end_reopens_if_the_export_says_so() -> None:
    lost = match(imported_deal(), T0, outcome="lost", close_date="2024-01-07")[0]
    late: dict[str, Any] = {"part": "entered", "stage": "negotiation", "occurred_at": T0 + WEEK, "owner": "bob"}
    assert match(lost, **late)[1] == []
    open_again, made = match(lost, reopens=True, **late)
    assert kinds(made) == ["reopen", "advance"]
    fields = must_exist(open_again).fields
    assert (fields.owner, fields.close_date) == ("ann", date(2024, 3, 31))
    assert match(lost, T0, reopens=True, **(late | {"occurred_at": T0}))[1] == []


def test_an_import_after_a_change_here_that_was_made_later_makes_no_export_old() -> None:
    state = match(changed_here(imported_deal(), T0 + 9 * WEEK), T0 + WEEK, owner="bob", moment=T0 + 9 * WEEK)[0]
    assert match(state, T0 + 2 * WEEK, owner="bob")[1] == []


def test_a_deal_that_was_never_imported_is_left_alone() -> None:
    state = after(NotExisting(), OPEN, T0)[0]
    assert match(state, owner="bob")[1] == []


def test_a_change_here_that_the_export_agrees_with_is_no_conflict() -> None:
    state = changed_here(imported_deal())
    agreeing: dict[str, Any] = {"amount": {"amount": "130", "currency": "EUR"}}
    assert match(state, **agreeing)[1] == []
    assert must_exist(state).fields.amount == 130


def test_a_stage_that_was_entered_counts_only_when_it_is_later_than_the_present_one() -> None:
    state = imported_deal()
    early, late = T0 - WEEK, T0 + timedelta(days=2)
    assert match(state, T0, part="entered", stage="qualified", occurred_at=early)[1] == []
    assert kinds(match(state, late, part="entered", stage="negotiation", occurred_at=late)[1]) == ["advance"]


def test_how_a_deal_ended_counts_once() -> None:
    won, made = match(imported_deal(), part="ended", outcome="won", close_date="2024-01-13")
    assert kinds(made) == ["win"]
    assert match(won, part="ended", outcome="won", close_date="2024-01-12", owner="bob")[1] == []
    fields = must_exist(won).fields
    assert (fields.outcome, fields.close_date) == (Outcome.WON, date(2024, 1, 13))


def test_events_of_before_imports_were_marked_are_read_as_not_imported() -> None:
    made = DECIDER.decided(NotExisting(), OPEN, T0, REFERENCES)[0]
    assert isinstance(made, events.OpportunityOpened)
    assert made.imported is False
