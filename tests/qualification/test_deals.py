"""A lead goes where its deals go: that of its cycle, and those that a rep reopens later. And what an erasure leaves."""

from itertools import pairwise

import pytest

from services.qualification.lead import commands, events
from services.qualification.lead.fields import Lifecycle
from services.qualification.lead.state import Cycle, Lead, State
from tests.qualification.leads import (
    CUSTOMER,
    DEAL,
    ERASED,
    HANDED_OVER,
    HISTORIES,
    LOST,
    QUALIFIED,
    REFUSED,
    SQL,
    SRL,
    engaged_by,
    folded,
    follow_deal,
    given,
    hand_over,
    minute,
)
from tests.spec import NOW

MQL_AGAIN = (
    *HISTORIES[Lifecycle.NURTURE],
    *given(*HISTORIES[Lifecycle.NURTURE]).when(commands.Requalify()).decided(),
)
"""A lead whose deal was lost, and that an SDR works again."""
SECOND = "second"
WITH_SECOND_DEAL = (*MQL_AGAIN, *given(*MQL_AGAIN).when(hand_over(SECOND)).decided())


def types(decided: list[events.LeadEvent]) -> list[str]:
    return [event.type for event in decided]


def after(*history: events.LeadEvent, then: commands.LeadCommand) -> tuple[events.LeadEvent, ...]:
    return (*history, *given(*history).when(then).decided())


def where(history: tuple[events.LeadEvent, ...]) -> tuple[Lifecycle, str | None]:
    state: State = given(*history).state()
    assert isinstance(state, Lead)
    return state.fields.lifecycle, state.fields.opportunity_id


def test_a_qualified_deal_makes_an_sql_once() -> None:
    given(*HISTORIES[Lifecycle.SRL]).when(follow_deal("qualify")).then(QUALIFIED)
    given(*HISTORIES[Lifecycle.SQL]).when(follow_deal("qualify")).then()


@pytest.mark.parametrize("late_by", [0, 1, 2, 5])
def test_a_lead_is_sql_since_its_deal_was_qualified_however_late_that_is_entered(late_by: int) -> None:
    """It was handed over at minute 3, and engaged at minute 4."""
    history = after(*HISTORIES[Lifecycle.SRL], then=engaged_by("late"))
    qualify = follow_deal("qualify", happened_at=minute(5 - late_by))
    decided = given(*history).when(qualify, at=minute(5)).decided()
    state = given(*history, *decided).state()
    assert isinstance(state, Lead)
    assert state.cycles[-1].sql_at == minute(max(3, 5 - late_by))


@pytest.mark.parametrize("happened", ["qualify", "win", "lose", "recycle", "reopen"])
def test_a_deal_that_is_not_the_leads_moves_nothing(happened: str) -> None:
    for history in HISTORIES.values():
        given(*history).when(follow_deal(happened, "other")).then()
    given().when(follow_deal(happened)).then()


def test_a_lost_deal_says_why_the_lead_is_in_nurture() -> None:
    given(*HISTORIES[Lifecycle.SQL]).when(follow_deal("lose", reason="no_budget")).then(LOST)


def test_a_reopened_deal_goes_on_in_the_same_cycle() -> None:
    reopened = events.LeadReopened(after=SQL)
    given(*HISTORIES[Lifecycle.NURTURE]).when(follow_deal("reopen")).then(reopened)
    cycles = folded(*HISTORIES[Lifecycle.NURTURE], reopened).cycles
    assert cycles == (Cycle(1, "mark", minute(2), srl_at=minute(3), sql_at=minute(4), opportunity_id=DEAL),)


# -- a deal of an earlier cycle --------------------------------------------------------------------------------------


def test_a_lead_that_is_worked_anew_joins_its_reopened_deal() -> None:
    decided = given(*MQL_AGAIN).when(follow_deal("reopen", qualified=False)).decided()
    assert types(decided) == ["lead.srl"]
    (srl,) = decided
    assert isinstance(srl, events.LeadHandedOver)
    assert (srl.attached, srl.after.opportunity_id, srl.after.cycle) == (True, DEAL, 2)
    qualified = given(*MQL_AGAIN).when(follow_deal("reopen")).decided()
    assert types(qualified) == ["lead.srl", "lead.sql"]


@pytest.mark.parametrize(
    "aside", [commands.Nurture(reason="bad_timing"), commands.Reject(reason="no_fit")], ids=["nurtured", "rejected"]
)
def test_so_does_a_lead_that_was_set_aside_since(aside: commands.LeadCommand) -> None:
    history = after(*MQL_AGAIN, then=aside)
    decided = given(*history).when(follow_deal("reopen", qualified=False)).decided()
    assert types(decided) == ["lead.mql", "lead.srl"]
    assert where((*history, *decided)) == (Lifecycle.SRL, DEAL)


def test_the_reopened_deal_of_a_lead_that_was_worked_anew_makes_it_a_customer_when_it_is_won() -> None:
    history = after(*after(*MQL_AGAIN, then=follow_deal("reopen")), then=follow_deal("win"))
    assert where(history) == (Lifecycle.CUSTOMER, DEAL)
    assert [cycle.outcome for cycle in folded(*history).cycles] == ["lost", "won"]


def test_a_lead_with_another_deal_stays_with_it_and_remembers_the_reopened_one() -> None:
    (changed,) = given(*WITH_SECOND_DEAL).when(follow_deal("reopen")).decided()
    assert isinstance(changed, events.OtherDealChanged)
    assert (changed.other_opportunity_id, changed.is_open, changed.qualified) == (DEAL, True, True)
    history = (*WITH_SECOND_DEAL, changed)
    assert where(history) == (Lifecycle.SRL, SECOND)
    given(*history).when(follow_deal("reopen")).then()


def test_when_the_second_deal_is_lost_as_a_duplicate_the_lead_joins_the_reopened_one() -> None:
    history = after(*WITH_SECOND_DEAL, then=follow_deal("reopen"))
    decided = given(*history).when(follow_deal("lose", SECOND, qualified=False, reason="duplicate")).decided()
    assert types(decided) == ["lead.nurtured", "lead.mql", "lead.srl", "lead.sql"]
    assert where((*history, *decided)) == (Lifecycle.SQL, DEAL)


def test_whichever_deal_is_won_makes_a_customer_that_losing_the_other_one_leaves() -> None:
    history = after(*WITH_SECOND_DEAL, then=follow_deal("reopen"))
    won = after(*history, then=follow_deal("win"))
    assert types(list(won[len(history) :])) == ["lead.sql", "lead.customer"]
    assert where(won) == (Lifecycle.CUSTOMER, DEAL)
    lost = after(*won, then=follow_deal("lose", SECOND, reason="duplicate"))
    assert where(lost) == (Lifecycle.CUSTOMER, DEAL)


# -- erasure ---------------------------------------------------------------------------------------------------------


def test_erasing_names_every_opportunity_also_a_refused_one() -> None:
    second = HANDED_OVER.model_copy(update={"after": SRL._replace(opportunity_id=SECOND)})
    history = (*HISTORIES[Lifecycle.SRL], REFUSED, second)
    erased = events.LeadErased(after=second.after._replace(erased=True), opportunity_ids=(DEAL, SECOND))
    given(*history).when(commands.Erase()).then(erased)
    given(*history, erased).when(commands.Erase()).then()
    given().when(commands.Erase()).then()


def test_nobody_works_the_lead_of_an_erased_person() -> None:
    history = (*HISTORIES[Lifecycle.SQL], ERASED)
    refused: list[commands.LeadCommand] = [
        commands.Touch(),
        commands.Requalify(),
        commands.Reject(reason="other"),
        commands.ClaimLead(sdr="sam", by="sam"),
        commands.ReleaseClaim(),
        commands.ChangeBant(bant=commands.Bant(), by="sam", stored_evidence={}),
        hand_over(),
    ]
    for command in refused:
        given(*history).when(command).rejected("the person was erased")
    given(*history).when(engaged_by("demo_request", NOW, 9)).then()


def test_the_deal_of_an_erased_person_still_counts() -> None:
    won = events.LeadWon(after=CUSTOMER._replace(erased=True))
    given(*HISTORIES[Lifecycle.SQL], ERASED).when(follow_deal("win")).then(won)


def test_history_has_every_transition() -> None:
    moves = [(transition.start, transition.to) for transition in folded(*HISTORIES[Lifecycle.CUSTOMER]).history]
    path = [None, Lifecycle.CAPTURED, Lifecycle.MQL, Lifecycle.SRL, Lifecycle.SQL, Lifecycle.CUSTOMER]
    assert moves == list(pairwise(path))
