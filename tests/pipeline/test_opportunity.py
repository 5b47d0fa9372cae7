"""What may happen to an opportunity: the right events, a clear no, and silence when things are so already."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.pipeline.opportunity.commands import (
    Advance,
    Assign,
    AttachLead,
    Bant,
    BantItem,
    Correct,
    EnterStage,
    EraseTexts,
    Link,
    Lose,
    OpenOpportunity,
    OpportunityCommand,
    Qualify,
    Recycle,
    Reopen,
    ReopenWith,
    SetAmount,
    SetCategory,
    SetCloseDate,
    TakeHandOver,
    Win,
)
from services.pipeline.opportunity.events import (
    AmountChanged,
    Approach,
    Assigned,
    CategoryChanged,
    CloseDateChanged,
    Corrected,
    HandOverRefused,
    LeadAttached,
    Linked,
    Motion,
    OpportunityOpened,
    Outcome,
    TextsErased,
)
from services.pipeline.process.events import ForecastCategory
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

OPEN = OpenOpportunity(
    name="Acme",
    account="acme.com",
    owner="ann",
    amount=HUNDRED,
    close_date=date(2026, 3, 31),
    motion=Motion.NEW_BUSINESS,
)
HAND_OVER = TakeHandOver(
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
)
HANDED_OVER = ACME | {
    "approach": Approach.HUNTING,
    "amount": None,
    "currency": None,
    "close_date": None,
    "lead_ids": ("lead",),
    "origin": "lead",
    "source": "webinar",
    "mql_source": "demo_request",
}
REOPEN = Reopen(reason="other", close_date=date(2026, 9, 30))

# -- beginning -------------------------------------------------------------------------------------------------------


def test_a_deal_opens_in_the_first_stage_with_its_category() -> None:
    given().when(OPEN).then(OPENED)


def test_a_deal_may_open_in_a_qualified_stage() -> None:
    opened = OpportunityOpened(name=Sealed(value="Acme"), **PROPOSAL)
    given().when(OPEN.model_copy(update={"stage": "proposal"})).then(opened)


def test_a_deal_cannot_open_in_a_stage_that_is_not_there() -> None:
    given().when(OPEN.model_copy(update={"stage": "nowhere"})).rejected("no open stage 'nowhere'")


def test_a_deal_cannot_open_in_a_pipeline_that_is_not_there() -> None:
    given().when(OPEN.model_copy(update={"pipeline": "loans"})).rejected("no pipeline 'loans'")


def test_a_deal_opens_once() -> None:
    given(OPENED).when(OPEN).rejected("there already")


def test_a_handed_over_lead_becomes_an_unqualified_deal_with_its_sources() -> None:
    given().when(HAND_OVER).then(OpportunityOpened(name=Sealed(ref=UUID(int=1)), **HANDED_OVER))


def test_a_hand_over_told_twice_opens_nothing_twice() -> None:
    given(OpportunityOpened(name=None, **HANDED_OVER)).when(HAND_OVER).then()


def test_a_hand_over_into_an_unknown_pipeline_is_refused_by_an_event() -> None:
    refused = HandOverRefused(lead_id="lead", rule="there is no pipeline 'loans'")
    given().when(HAND_OVER.model_copy(update={"pipeline": "loans"})).then(refused)


def test_a_lead_is_attached_once() -> None:
    attached = LeadAttached(lead_id="lead", **ACME | {"lead_ids": ("lead",)})
    given(OPENED).when(AttachLead(lead_id="lead")).then(attached)
    given(OPENED, attached).when(AttachLead(lead_id="lead")).then()


@pytest.mark.parametrize("facts", [(), (OPENED, QUALIFYING, LOSING)])
def test_a_lead_cannot_be_attached_to_what_is_not_open(facts: tuple[Any, ...]) -> None:
    refused = HandOverRefused(lead_id="lead", rule="the opportunity is not open")
    given(*facts).when(AttachLead(lead_id="lead")).then(refused)


def test_a_deal_is_linked_once() -> None:
    linked = Linked(**ACME | {"external_id": "crm:1"})
    given(OPENED).when(Link(external_id="crm:1")).then(linked)
    given(OPENED, linked).when(Link(external_id="crm:1")).then()


def test_its_texts_are_erased() -> None:
    given(OPENED).when(EraseTexts()).then(TextsErased())
    given().when(EraseTexts()).then()


# -- stages ----------------------------------------------------------------------------------------------------------


def test_qualifying_goes_to_the_first_qualified_stage_and_says_how_long_the_stage_left_took() -> None:
    given(OPENED).when(Qualify()).then(moved("qualify", ACME, QUALIFIED))


def test_qualifying_may_go_straight_to_a_later_stage() -> None:
    given(OPENED).when(Qualify(to_stage="proposal")).then(moved("qualify", ACME, PROPOSAL))


def test_qualifying_names_what_of_bant_is_not_met() -> None:
    bant = Bant(budget=BantItem(status="met"), need=BantItem(status="unmet"), timing=BantItem(status="unknown"))
    given(OPENED).when(Qualify(bant=bant)).rejected("need, timing")


def test_qualifying_into_an_unqualified_stage_is_refused() -> None:
    given(OPENED).when(Qualify(to_stage="unqualified")).rejected("not a qualified stage")


def test_qualifying_what_is_qualified_changes_nothing() -> None:
    given(OPENED, QUALIFYING).when(Qualify()).then()
    given(OPENED, QUALIFYING).when(Qualify(to_stage="qualified")).then()


def test_advancing_takes_the_category_of_the_stage() -> None:
    given(OPENED, QUALIFYING).when(Advance(to_stage="proposal")).then(moved("advance", QUALIFIED, PROPOSAL, 3540))


def test_a_deal_may_go_back_among_the_qualified_stages() -> None:
    given(OPENED, QUALIFYING, PROPOSING).when(Advance(to_stage="qualified")).then(
        moved("advance", PROPOSAL, QUALIFIED, 3480)
    )


def test_a_category_chosen_by_hand_survives_a_change_of_stage() -> None:
    by_hand = QUALIFIED | {"category": ForecastCategory.COMMIT, "category_by_hand": True}
    chosen = CategoryChanged(from_category=ForecastCategory.PIPELINE, to_category=ForecastCategory.COMMIT, **by_hand)
    after = by_hand | {"stage": "proposal"}
    given(OPENED, QUALIFYING, chosen).when(Advance(to_stage="proposal")).then(moved("advance", by_hand, after, 3540))


def test_advancing_across_the_line_is_refused_both_ways() -> None:
    given(OPENED).when(Advance(to_stage="proposal")).rejected("qualify the opportunity")
    given(OPENED, QUALIFYING).when(Advance(to_stage="unqualified")).rejected("recycle it")


def test_advancing_to_the_stage_it_is_in_changes_nothing() -> None:
    given(OPENED).when(Advance(to_stage="unqualified")).then()


def test_advancing_to_an_unknown_or_closing_stage_is_refused() -> None:
    given(OPENED).when(Advance(to_stage="nowhere")).rejected("no open stage")
    given(OPENED, QUALIFYING).when(Advance(to_stage="won")).rejected("no open stage")


def test_a_line_of_a_history_that_crosses_the_line_is_one_qualify() -> None:
    given(OPENED).when(EnterStage(to_stage="proposal")).then(moved("qualify", ACME, PROPOSAL))
    given(OPENED, QUALIFYING).when(EnterStage(to_stage="proposal")).then(moved("advance", QUALIFIED, PROPOSAL, 3540))


# -- place and size --------------------------------------------------------------------------------------------------


def test_an_amount_changes_with_what_it_was() -> None:
    after = ACME | {"amount": Decimal("120.50")}
    changed = AmountChanged(from_amount=Decimal("100.00"), from_currency="EUR", **after)
    given(OPENED).when(SetAmount(amount=Money(amount=Decimal("120.50"), currency="EUR"))).then(changed)


def test_the_amount_it_has_changes_nothing() -> None:
    given(OPENED).when(SetAmount(amount=HUNDRED)).then()


def test_a_close_date_is_set_taken_away_and_set_again() -> None:
    undated = CloseDateChanged(from_close_date=date(2026, 3, 31), **ACME | {"close_date": None})
    dated = CloseDateChanged(from_close_date=None, **ACME)
    given(OPENED).when(SetCloseDate(close_date=None)).then(undated)
    given(OPENED, undated).when(SetCloseDate(close_date=date(2026, 3, 31))).then(dated)
    given(OPENED).when(SetCloseDate(close_date=date(2026, 3, 31))).then()


def test_a_category_is_chosen_by_hand() -> None:
    after = QUALIFIED | {"category": ForecastCategory.COMMIT, "category_by_hand": True}
    chosen = CategoryChanged(from_category=ForecastCategory.PIPELINE, to_category=ForecastCategory.COMMIT, **after)
    given(OPENED, QUALIFYING).when(SetCategory(category=ForecastCategory.COMMIT)).then(chosen)
    given(OPENED, QUALIFYING, chosen).when(SetCategory(category=ForecastCategory.COMMIT)).then()


def test_an_unqualified_opportunity_cannot_be_committed() -> None:
    given(OPENED).when(SetCategory(category=ForecastCategory.COMMIT)).rejected("cannot be in commit")


def test_an_open_opportunity_cannot_be_called_closed() -> None:
    given(OPENED, QUALIFYING).when(SetCategory(category=ForecastCategory.CLOSED)).rejected("cannot be in closed")


def test_a_deal_goes_to_another_owner_once() -> None:
    assigned = Assigned(from_owner="ann", to_owner="bob", **ACME | {"owner": "bob"})
    given(OPENED).when(Assign(owner="bob")).then(assigned)
    given(OPENED, assigned).when(Assign(owner="bob")).then()


# -- ending ----------------------------------------------------------------------------------------------------------


def test_a_win_closes_on_the_day_it_happened_with_the_amount_it_had() -> None:
    after = WON | {"close_date": date(2026, 3, 2)}
    given(OPENED, QUALIFYING).when(Win()).then(moved("win", QUALIFIED, after, 3540))


def test_a_win_may_bring_its_amount_and_day() -> None:
    after = WON | {"close_date": date(2026, 2, 27), "amount": Decimal("90.00")}
    won = Win(amount=Money(amount=Decimal(90), currency="EUR"), close_date=date(2026, 2, 27))
    given(OPENED, QUALIFYING).when(won).then(moved("win", QUALIFIED, after, 3540))


def test_an_unqualified_deal_cannot_be_won() -> None:
    given(OPENED).when(Win()).rejected("unqualified")


def test_a_win_told_twice_is_one_and_a_different_one_is_refused() -> None:
    given(OPENED, QUALIFYING, WINNING).when(Win()).then()
    other = Win(amount=Money(amount=Decimal(1), currency="EUR"))
    given(OPENED, QUALIFYING, WINNING).when(other).rejected("closed: won")


@pytest.mark.parametrize(
    ("command", "name", "outcome"),
    [
        (Lose(reason="competitor"), "lose", Outcome.LOST),
        (Recycle(reason="competitor"), "recycle", Outcome.RECYCLED),
    ],
)
def test_a_deal_is_lost_or_recycled_once(command: Lose | Recycle, name: str, outcome: Outcome) -> None:
    ended = moved(name, QUALIFIED, LOST | {"outcome": outcome}, 3540, reason="competitor")
    given(OPENED, QUALIFYING).when(command).then(ended)
    given(OPENED, QUALIFYING, ended).when(command).then()


def test_what_is_won_cannot_be_lost() -> None:
    given(OPENED, QUALIFYING, WINNING).when(Lose(reason="other")).rejected("closed: won")


def test_a_lost_deal_reopens_in_the_stage_it_left() -> None:
    after = QUALIFIED | {"close_date": date(2026, 9, 30)}
    reopened = moved("reopen", LOST, after, 3480, reason="other")
    given(OPENED, QUALIFYING, LOSING).when(ReopenWith(asked=REOPEN, may_correct=False)).then(reopened)


def test_an_open_deal_cannot_reopen() -> None:
    given(OPENED).when(ReopenWith(asked=REOPEN, may_correct=True)).rejected("is open")


def test_a_win_of_an_ended_period_reopens_only_with_the_right_to_correct() -> None:
    later = datetime(2026, 4, 1, 12, tzinfo=UTC)
    win = given(OPENED, QUALIFYING, WINNING)
    win.when(ReopenWith(asked=REOPEN, may_correct=False), at=later).denied("pipeline:correct")
    assert win.when(ReopenWith(asked=REOPEN, may_correct=True), at=later).decided()


def test_a_closed_deal_is_corrected_once() -> None:
    command = Correct(amount=Money(amount=Decimal(80), currency="EUR"), owner="bob", reason="other")
    after = WON | {"amount": Decimal("80.00"), "owner": "bob"}
    corrected = Corrected(
        from_amount=Decimal("100.00"),
        from_currency="EUR",
        from_close_date=date(2026, 3, 31),
        from_owner="ann",
        reason="other",
        **after,
    )
    given(OPENED, QUALIFYING, WINNING).when(command).then(corrected)
    given(OPENED, QUALIFYING, WINNING, corrected).when(command).then()


def test_a_correction_without_content_or_of_an_open_deal_is_refused() -> None:
    given(OPENED, QUALIFYING, WINNING).when(Correct(reason="other")).rejected("nothing to correct")
    given(OPENED).when(Correct(owner="bob", reason="other")).rejected("is open")


CHANGES: list[OpportunityCommand] = [
    Qualify(),
    Advance(to_stage="proposal"),
    SetAmount(amount=HUNDRED),
    SetCloseDate(close_date=None),
    SetCategory(category=ForecastCategory.UPSIDE),
    Assign(owner="bob"),
]


@pytest.mark.parametrize("command", CHANGES, ids=lambda command: type(command).__name__)
def test_a_closed_deal_changes_no_more(command: OpportunityCommand) -> None:
    given(OPENED, QUALIFYING, LOSING).when(command).rejected("closed: lost")


@pytest.mark.parametrize(
    "command",
    [*CHANGES, Win(), Lose(reason="other"), Recycle(reason="other"), Link(external_id="a:b")],
    ids=lambda command: type(command).__name__,
)
def test_a_deal_that_was_never_opened_is_missing(command: OpportunityCommand) -> None:
    given().when(command).missing("no such opportunity")
