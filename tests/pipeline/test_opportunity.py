"""Commands on an opportunity: the right events, a refusal, and no event when nothing changes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.pipeline.opportunity import commands, events
from services.pipeline.opportunity.events import Approach, Motion, Outcome
from services.pipeline.process.events import ForecastCategory
from services.pipeline.setting.events import ReasonKind
from services.pipeline.setting.state import Settings
from shared.rules.message import InvalidField
from shared.rules.money import Money
from shared.rules.sealed import Sealed
from tests.pipeline.deals import (
    ACME,
    HUNDRED,
    LOSING,
    LOST,
    OPENED,
    PROPOSAL,
    PROPOSING,
    QUALIFIED,
    QUALIFYING,
    WINNING,
    WON,
    given,
    moved,
)
from tests.spec import NOON, NOW

OPEN = commands.OpenOpportunity(
    name="Acme",
    account="acme.com",
    owner="ann",
    amount=HUNDRED,
    close_date=date(2026, 3, 31),
    motion=Motion.NEW_BUSINESS,
)
HAND_OVER = commands.TakeHandOver(
    lead_id="lead",
    name=UUID(int=1),
    account="acme.com",
    owner="ann",
    amount=None,
    close_date=None,
    motion=Motion.NEW_BUSINESS,
    pipeline="default",
    product=None,
    source="webinar",
    mql_source="demo_request",
    campaign="spring",
)
HANDED_OVER = ACME._replace(
    approach=Approach.HUNTING,
    amount=None,
    currency=None,
    close_date=None,
    lead_ids=("lead",),
    origin="lead",
    source="webinar",
    mql_source="demo_request",
    campaign="spring",
)
REOPEN = commands.Reopen(reason="other", close_date=date(2026, 9, 30))


def win(*, may_change_ended_periods: bool = False, **body: Any) -> commands.PermittedWin:
    return commands.PermittedWin(body=commands.Win(**body), may_change_ended_periods=may_change_ended_periods)


# -- beginning -------------------------------------------------------------------------------------------------------


def test_a_deal_opens_in_the_first_stage_with_its_category() -> None:
    given().when(OPEN).then(OPENED)


def test_a_deal_may_open_in_a_qualified_stage() -> None:
    opened = events.OpportunityOpened(name=Sealed(value="Acme"), after=PROPOSAL)
    given().when(OPEN.model_copy(update={"stage": "proposal"})).then(opened)


def test_a_deal_cannot_open_in_a_stage_that_is_not_there() -> None:
    given().when(OPEN.model_copy(update={"stage": "nowhere"})).rejected("no open stage 'nowhere'")


def test_a_deal_cannot_open_in_a_pipeline_that_is_not_there() -> None:
    given().when(OPEN.model_copy(update={"pipeline": "loans"})).rejected("no pipeline 'loans'")


def test_a_deal_opens_once() -> None:
    given(OPENED).when(OPEN).rejected("there already")


def test_a_handed_over_lead_becomes_an_unqualified_deal_with_its_sources() -> None:
    given().when(HAND_OVER).then(events.OpportunityOpened(name=Sealed(ref=UUID(int=1)), after=HANDED_OVER))


def test_a_repeated_hand_over_opens_nothing_twice() -> None:
    given(events.OpportunityOpened(name=None, after=HANDED_OVER)).when(HAND_OVER).then()


def test_a_hand_over_into_an_unknown_pipeline_is_refused_by_an_event() -> None:
    refused = events.HandOverRefused(lead_id="lead", rule="there is no pipeline 'loans'")
    given().when(HAND_OVER.model_copy(update={"pipeline": "loans"})).then(refused)


def test_a_lead_is_attached_once() -> None:
    attached = events.LeadAttached(lead_id="lead", after=ACME._replace(lead_ids=("lead",)))
    given(OPENED).when(commands.AttachLead(lead_id="lead")).then(attached)
    given(OPENED, attached).when(commands.AttachLead(lead_id="lead")).then()


@pytest.mark.parametrize("facts", [(), (OPENED, QUALIFYING, LOSING)])
def test_a_lead_cannot_be_attached_to_what_is_not_open(facts: tuple[Any, ...]) -> None:
    refused = events.HandOverRefused(lead_id="lead", rule="the opportunity is not open")
    given(*facts).when(commands.AttachLead(lead_id="lead")).then(refused)


def test_a_deal_is_linked_once() -> None:
    linked = events.Linked(after=ACME._replace(external_id="crm:1"))
    given(OPENED).when(commands.Link(external_id="crm:1")).then(linked)
    given(OPENED, linked).when(commands.Link(external_id="crm:1")).then()


def test_the_texts_of_a_deal_are_erased() -> None:
    given(OPENED).when(commands.EraseTexts()).then(events.TextsErased())
    given().when(commands.EraseTexts()).then()


# -- stages ----------------------------------------------------------------------------------------------------------


def test_qualifying_goes_to_the_first_qualified_stage_and_says_how_long_the_stage_left_took() -> None:
    given(OPENED).when(commands.Qualify()).then(moved("qualify", ACME, QUALIFIED))


def test_qualifying_may_go_straight_to_a_later_stage() -> None:
    given(OPENED).when(commands.Qualify(to_stage="proposal")).then(moved("qualify", ACME, PROPOSAL))


def test_qualifying_names_what_of_bant_is_not_met() -> None:
    bant = commands.Bant(
        budget=commands.BantItem(status="met"),
        need=commands.BantItem(status="unmet"),
        timing=commands.BantItem(status="unknown"),
    )
    given(OPENED).when(commands.Qualify(bant=bant)).rejected("need, timing")


def test_qualifying_into_an_unqualified_stage_is_refused() -> None:
    given(OPENED).when(commands.Qualify(to_stage="unqualified")).rejected("not a qualified stage")


def test_qualifying_what_is_qualified_changes_nothing() -> None:
    given(OPENED, QUALIFYING).when(commands.Qualify()).then()
    given(OPENED, QUALIFYING).when(commands.Qualify(to_stage="qualified")).then()


def test_advancing_takes_the_category_of_the_stage() -> None:
    given(OPENED, QUALIFYING).when(commands.Advance(to_stage="proposal")).then(
        moved("advance", QUALIFIED, PROPOSAL, 3540)
    )


def test_a_deal_may_go_back_among_the_qualified_stages() -> None:
    given(OPENED, QUALIFYING, PROPOSING).when(commands.Advance(to_stage="qualified")).then(
        moved("advance", PROPOSAL, QUALIFIED, 3480)
    )


def test_a_category_chosen_by_hand_survives_a_change_of_stage() -> None:
    by_hand = QUALIFIED._replace(category=ForecastCategory.COMMIT, category_by_hand=True)
    chosen = events.CategoryChanged(
        from_category=ForecastCategory.PIPELINE, to_category=ForecastCategory.COMMIT, after=by_hand
    )
    after = by_hand._replace(stage="proposal")
    given(OPENED, QUALIFYING, chosen).when(commands.Advance(to_stage="proposal")).then(
        moved("advance", by_hand, after, 3540)
    )


def test_advancing_across_the_line_is_refused_both_ways() -> None:
    given(OPENED).when(commands.Advance(to_stage="proposal")).rejected("qualify the opportunity")
    given(OPENED, QUALIFYING).when(commands.Advance(to_stage="unqualified")).rejected("recycle it")


def test_advancing_to_the_stage_it_is_in_changes_nothing() -> None:
    given(OPENED).when(commands.Advance(to_stage="unqualified")).then()


def test_advancing_to_an_unknown_or_closing_stage_is_refused() -> None:
    given(OPENED).when(commands.Advance(to_stage="nowhere")).rejected("no open stage")
    given(OPENED, QUALIFYING).when(commands.Advance(to_stage="won")).rejected("no open stage")


def test_a_line_of_a_history_that_crosses_the_line_is_one_qualify() -> None:
    given(OPENED).when(commands.EnterStage(to_stage="proposal")).then(moved("qualify", ACME, PROPOSAL))
    given(OPENED, QUALIFYING).when(commands.EnterStage(to_stage="proposal")).then(
        moved("advance", QUALIFIED, PROPOSAL, 3540)
    )


# -- place and size --------------------------------------------------------------------------------------------------


def test_an_amount_changes_with_what_it_was() -> None:
    after = ACME._replace(amount=Decimal("120.50"))
    changed = events.AmountChanged(
        after=after, from_amount=Decimal("100.00"), from_currency="EUR", from_amount_estimated=False
    )
    given(OPENED).when(commands.SetAmount(amount=Money(amount=Decimal("120.50"), currency="EUR"))).then(changed)


def test_the_amount_it_has_changes_nothing() -> None:
    given(OPENED).when(commands.SetAmount(amount=HUNDRED)).then()


def test_an_estimate_that_is_confirmed_at_the_same_amount_is_a_change() -> None:
    estimated = events.OpportunityOpened(after=ACME._replace(amount_estimated=True), name=None)
    confirmed = events.AmountChanged(
        after=ACME, from_amount=Decimal("100.00"), from_currency="EUR", from_amount_estimated=True
    )
    given(estimated).when(commands.SetAmount(amount=HUNDRED)).then(confirmed)
    given(estimated, confirmed).when(commands.SetAmount(amount=HUNDRED)).then()


def test_a_correction_gives_an_estimated_amount_for_certain() -> None:
    won = moved("win", QUALIFIED, WON._replace(amount_estimated=True))
    (corrected,) = given(OPENED, QUALIFYING, won).when(commands.Correct(amount=HUNDRED, reason="other")).decided()
    assert isinstance(corrected, events.Corrected)
    assert corrected.after == WON


def test_a_close_date_is_set_taken_away_and_set_again() -> None:
    undated = events.CloseDateChanged(from_close_date=date(2026, 3, 31), after=ACME._replace(close_date=None))
    dated = events.CloseDateChanged(from_close_date=None, after=ACME)
    given(OPENED).when(commands.SetCloseDate(close_date=None)).then(undated)
    given(OPENED, undated).when(commands.SetCloseDate(close_date=date(2026, 3, 31))).then(dated)
    given(OPENED).when(commands.SetCloseDate(close_date=date(2026, 3, 31))).then()


def test_a_category_is_chosen_by_hand() -> None:
    after = QUALIFIED._replace(category=ForecastCategory.COMMIT, category_by_hand=True)
    chosen = events.CategoryChanged(
        from_category=ForecastCategory.PIPELINE, to_category=ForecastCategory.COMMIT, after=after
    )
    given(OPENED, QUALIFYING).when(commands.SetCategory(category=ForecastCategory.COMMIT)).then(chosen)
    given(OPENED, QUALIFYING, chosen).when(commands.SetCategory(category=ForecastCategory.COMMIT)).then()


def test_an_unqualified_opportunity_cannot_be_committed() -> None:
    given(OPENED).when(commands.SetCategory(category=ForecastCategory.COMMIT)).rejected("cannot be in commit")


def test_an_open_opportunity_cannot_be_called_closed() -> None:
    given(OPENED, QUALIFYING).when(commands.SetCategory(category=ForecastCategory.CLOSED)).rejected(
        "cannot be in closed"
    )


def test_a_deal_goes_to_another_owner_once() -> None:
    assigned = events.Assigned(from_owner="ann", to_owner="bob", after=ACME._replace(owner="bob"))
    given(OPENED).when(commands.Assign(owner="bob")).then(assigned)
    given(OPENED, assigned).when(commands.Assign(owner="bob")).then()


# -- ending ----------------------------------------------------------------------------------------------------------


def test_a_win_closes_on_the_day_it_happened_with_the_amount_it_had() -> None:
    after = WON._replace(close_date=date(2026, 3, 2))
    given(OPENED, QUALIFYING).when(win()).then(moved("win", QUALIFIED, after, 3540))


def test_a_win_may_bring_its_amount_and_day() -> None:
    after = WON._replace(close_date=date(2026, 2, 27), amount=Decimal("90.00"))
    won = win(amount=Money(amount=Decimal(90), currency="EUR"), close_date=date(2026, 2, 27))
    given(OPENED, QUALIFYING).when(won).then(moved("win", QUALIFIED, after, 3540))


def test_a_win_closes_on_the_day_it_is_in_the_business_time_zone() -> None:
    auckland = Settings(timezones={NOON: "Pacific/Auckland"})
    won = given(OPENED, QUALIFYING, settings=auckland).when(win())
    won.then(moved("win", QUALIFIED, WON._replace(close_date=date(2026, 3, 3)), 3540))
    before_it_held = Settings(timezones={NOW + timedelta(days=1): "Pacific/Auckland"})
    won = given(OPENED, QUALIFYING, settings=before_it_held).when(win())
    won.then(moved("win", QUALIFIED, WON._replace(close_date=date(2026, 3, 2)), 3540))


def test_nothing_is_won_on_a_day_to_come() -> None:
    tomorrow = win(close_date=date(2026, 3, 3))
    given(OPENED, QUALIFYING).when(tomorrow).rejected("cannot close on 2026-03-03")
    auckland = Settings(timezones={NOON: "Pacific/Auckland"})
    assert given(OPENED, QUALIFYING, settings=auckland).when(tomorrow).decided()
    imported = commands.ImportedCommand(command=tomorrow)
    assert given(OPENED, QUALIFYING).when(imported).decided(), "it is tomorrow in the zone of another system"
    day_after = commands.ImportedCommand(command=win(close_date=date(2026, 3, 4)))
    given(OPENED, QUALIFYING).when(day_after).rejected("cannot close on 2026-03-04")
    wrong_day = commands.Correct(close_date=date(2027, 1, 1), reason="entered_wrongly")
    given(OPENED, QUALIFYING, WINNING).when(wrong_day).rejected("cannot close on 2027-01-01")


def test_a_win_in_an_ended_period_needs_the_right_to_change_it() -> None:
    last_year = date(2025, 12, 31)
    given(OPENED, QUALIFYING).when(win(close_date=last_year)).denied("pipeline:correct or history:write")
    allowed = given(OPENED, QUALIFYING).when(win(close_date=last_year, may_change_ended_periods=True))
    allowed.then(moved("win", QUALIFIED, WON._replace(close_date=last_year), 3540))


def test_an_unqualified_deal_cannot_be_won() -> None:
    given(OPENED).when(win()).rejected("unqualified")


def test_a_repeated_win_is_one_and_a_different_one_is_refused() -> None:
    given(OPENED, QUALIFYING, WINNING).when(win()).then()
    other = win(amount=Money(amount=Decimal(1), currency="EUR"))
    given(OPENED, QUALIFYING, WINNING).when(other).rejected("closed: won")


@pytest.mark.parametrize(
    ("command", "name", "outcome"),
    [
        (commands.Lose(reason="competitor"), "lose", Outcome.LOST),
        (commands.Recycle(reason="competitor"), "recycle", Outcome.RECYCLED),
    ],
)
def test_a_deal_is_lost_or_recycled_once(
    command: commands.Lose | commands.Recycle, name: str, outcome: Outcome
) -> None:
    ended = moved(name, QUALIFIED, LOST._replace(outcome=outcome), 3540, reason="competitor")
    given(OPENED, QUALIFYING).when(command).then(ended)
    given(OPENED, QUALIFYING, ended).when(command).then()
    otherwise = command.model_copy(update={"reason": "no_need"})
    given(OPENED, QUALIFYING, ended).when(otherwise).rejected(f"closed: {outcome}")
    given(OPENED, QUALIFYING, ended).when(commands.ImportedCommand(command=otherwise)).then()


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        ((OPENED, QUALIFYING), commands.Lose(reason="buyer_returned")),
        ((OPENED, QUALIFYING), commands.Recycle(reason="buyer_returned")),
        (
            (OPENED, QUALIFYING, LOSING),
            commands.PermittedReopen(body=commands.Reopen(reason="why", close_date=date(2026, 9, 30))),
        ),
        ((OPENED, QUALIFYING, WINNING), commands.Correct(owner="bob", reason="why")),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_reason_must_be_among_those_of_the_settings(
    facts: tuple[events.OpportunityEvent, ...], command: commands.OpportunityCommand
) -> None:
    given(*facts).when(command).refused(InvalidField, "must be one of bad_timing, ")


def test_a_reason_that_was_removed_stays_in_what_happened() -> None:
    none_is_left = Settings(reasons=dict.fromkeys(ReasonKind, ("other",)))
    lost = given(OPENED, QUALIFYING, LOSING, settings=none_is_left)
    assert lost.state() == given(OPENED, QUALIFYING, LOSING).state()
    lost.when(commands.Lose(reason="competitor")).then()


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        ((OPENED,), commands.Lose(reason="other")),
        ((OPENED,), commands.Recycle(reason="other")),
        ((OPENED, LOSING), commands.PermittedReopen(body=REOPEN)),
        ((OPENED, QUALIFYING, WINNING), commands.Correct(owner="bob", reason="other")),
    ],
    ids=lambda each: type(each).__name__,
)
def test_an_import_may_say_other_also_where_the_settings_do_not_have_it(
    facts: tuple[events.OpportunityEvent, ...], command: Any
) -> None:
    own = Settings(reasons=dict.fromkeys(ReasonKind, ("price",)))
    given(*facts, settings=own).when(command).refused(InvalidField, "must be one of price")
    assert given(*facts, settings=own).when(commands.ImportedCommand(command=command)).decided()


def test_a_won_deal_cannot_be_lost() -> None:
    given(OPENED, QUALIFYING, WINNING).when(commands.Lose(reason="other")).rejected("closed: won")


def test_a_lost_deal_reopens_in_the_stage_it_left() -> None:
    after = QUALIFIED._replace(close_date=date(2026, 9, 30))
    reopened = moved("reopen", LOST, after, 3480, reason="other")
    given(OPENED, QUALIFYING, LOSING).when(commands.PermittedReopen(body=REOPEN, may_change_ended_periods=False)).then(
        reopened
    )


def test_an_open_deal_cannot_reopen() -> None:
    given(OPENED).when(commands.PermittedReopen(body=REOPEN, may_change_ended_periods=True)).rejected("is open")


def test_a_win_of_an_ended_period_reopens_only_with_the_right_to_correct() -> None:
    later = datetime(2026, 4, 1, 12, tzinfo=UTC)
    win = given(OPENED, QUALIFYING, WINNING)
    win.when(commands.PermittedReopen(body=REOPEN, may_change_ended_periods=False), at=later).denied("pipeline:correct")
    assert win.when(commands.PermittedReopen(body=REOPEN, may_change_ended_periods=True), at=later).decided()


def test_a_closed_deal_is_corrected_once() -> None:
    command = commands.Correct(amount=Money(amount=Decimal(80), currency="EUR"), owner="bob", reason="other")
    after = WON._replace(amount=Decimal("80.00"), owner="bob")
    corrected = events.Corrected(
        from_amount=Decimal("100.00"),
        from_currency="EUR",
        from_close_date=date(2026, 3, 31),
        from_owner="ann",
        reason="other",
        after=after,
    )
    given(OPENED, QUALIFYING, WINNING).when(command).then(corrected)
    given(OPENED, QUALIFYING, WINNING, corrected).when(command).then()


def test_a_correction_without_content_or_of_an_open_deal_is_refused() -> None:
    given(OPENED, QUALIFYING, WINNING).when(commands.Correct(reason="other")).rejected("nothing to correct")
    given(OPENED).when(commands.Correct(owner="bob", reason="other")).rejected("is open")


CHANGES: list[commands.OpportunityCommand] = [
    commands.Qualify(),
    commands.Advance(to_stage="proposal"),
    commands.SetAmount(amount=HUNDRED),
    commands.SetCloseDate(close_date=None),
    commands.SetCategory(category=ForecastCategory.UPSIDE),
    commands.Assign(owner="bob"),
]


@pytest.mark.parametrize("command", CHANGES, ids=lambda command: type(command).__name__)
def test_a_closed_deal_changes_no_more(command: commands.OpportunityCommand) -> None:
    given(OPENED, QUALIFYING, LOSING).when(command).rejected("closed: lost")


@pytest.mark.parametrize(
    "command",
    [
        *CHANGES,
        win(),
        commands.Lose(reason="other"),
        commands.Recycle(reason="other"),
        commands.Link(external_id="a:b"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_deal_that_was_never_opened_is_missing(command: commands.OpportunityCommand) -> None:
    given().when(command).missing("no such opportunity")
