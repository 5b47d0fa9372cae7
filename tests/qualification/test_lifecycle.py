"""Every row of the transition table, and every pair that is not in it."""

from dataclasses import replace
from itertools import product

import pytest

from services.qualification.lead.commands import (
    AttachTo,
    FollowDeal,
    HandOver,
    HandOverAs,
    KnownDeal,
    LeadCommand,
    MarkMql,
    Nurture,
    Reject,
    Requalify,
    TakeBack,
)
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.events import After, LeadEngaged, LeadEvent, Lifecycle, Motion
from services.qualification.lead.lifecycle import TABLE, On
from services.qualification.model.decider import DECIDER as MODEL
from shared.rules.message import Rejected
from tests.qualification.leads import DEAL, FACTS, MISFIT, engaged_by, folded, given
from tests.spec import NOW

CAPTURED, MQL, SRL, SQL, NURTURE, REJECTED, CUSTOMER = Lifecycle
KNOWN = KnownDeal(account="acme.com", owner="ann", motion=Motion.NEW_BUSINESS, pipeline="default", is_open=True)


def follow(happened: str, *, qualified: bool = True) -> FollowDeal:
    told = {"opportunity_id": DEAL, "happened": happened, "qualified": qualified, "reason": "no_need"}
    return FollowDeal.model_validate(told)


COMMANDS: dict[str, LeadCommand] = {
    "mark-mql": MarkMql(reason="no_need"),
    "reject": Reject(reason="no_need"),
    "nurture": Nurture(reason="no_need"),
    "requalify": Requalify(),
    "hand-over": HandOverAs(asked=HandOver(owner="ann"), opportunity_id="next", account_won=False),
    "attach": AttachTo(opportunity_id="next", deal=KNOWN),
}
REACTIONS: dict[str, LeadCommand] = {
    "refused": TakeBack(opportunity_id=DEAL, rule="no"),
    "qualified": follow("qualify"),
    "won": follow("win"),
    "lost": follow("lose"),
    "recycled": follow("recycle"),
    "reopened": follow("reopen", qualified=False),
    "reopened qualified": follow("reopen"),
    "crossed up": engaged_by("demo_request", NOW, 9),
}
LEADS_TO: dict[tuple[Lifecycle, str], Lifecycle] = {
    (CAPTURED, "crossed up"): MQL,
    (NURTURE, "crossed up"): MQL,
    (REJECTED, "crossed up"): MQL,
    (CUSTOMER, "crossed up"): MQL,
    (CAPTURED, "mark-mql"): MQL,
    (NURTURE, "mark-mql"): MQL,
    (REJECTED, "mark-mql"): MQL,
    (CUSTOMER, "mark-mql"): MQL,
    (MQL, "reject"): REJECTED,
    (MQL, "nurture"): NURTURE,
    (CAPTURED, "reject"): REJECTED,
    (CAPTURED, "nurture"): NURTURE,
    (CAPTURED, "hand-over"): SRL,
    (MQL, "hand-over"): SRL,
    (CAPTURED, "attach"): SRL,
    (MQL, "attach"): SRL,
    (SRL, "qualified"): SQL,
    (SRL, "refused"): MQL,
    (SRL, "lost"): NURTURE,
    (SQL, "lost"): NURTURE,
    (SRL, "recycled"): NURTURE,
    (SQL, "recycled"): NURTURE,
    (SQL, "won"): CUSTOMER,
    (NURTURE, "reopened"): SRL,
    (CUSTOMER, "reopened"): SRL,
    (NURTURE, "reopened qualified"): SQL,
    (CUSTOMER, "reopened qualified"): SQL,
    (NURTURE, "requalify"): MQL,
    (REJECTED, "requalify"): MQL,
}
"""DOMAIN §2, row by row. What is not here is refused, or, for a reaction, no event."""


def arrows(events: list[LeadEvent]) -> list[LeadEvent]:
    return [event for event in events if not isinstance(event, LeadEngaged)]


@pytest.mark.parametrize(("start", "name"), list(product(Lifecycle, COMMANDS)))
def test_a_command_leads_where_the_table_says_or_is_refused(start: Lifecycle, name: str) -> None:
    asked = given(*FACTS[start]).when(COMMANDS[name])
    if (start, name) not in LEADS_TO:
        asked.refused(Rejected, f"a lead that is {start} cannot")
        return
    assert leads_to(asked.decided()) == LEADS_TO[start, name]


@pytest.mark.parametrize(("start", "name"), list(product(Lifecycle, REACTIONS)))
def test_a_reaction_leads_where_the_table_says_or_is_no_event(start: Lifecycle, name: str) -> None:
    moved = arrows(given(*FACTS[start]).when(REACTIONS[name]).decided())
    if (start, name) not in LEADS_TO:
        assert moved == []
        return
    assert leads_to(moved) == LEADS_TO[start, name]


@pytest.mark.parametrize("start", Lifecycle)
def test_only_an_mql_falls_below(start: Lifecycle) -> None:
    above = replace(folded(*FACTS[start]), above=True)
    told = engaged_by("newsletter", NOW, 9, profile=MISFIT)
    moved = arrows(DECIDER.decided(above, told, NOW, {"models": MODEL.initial}))
    assert [(event.type, leads_to([event])) for event in moved] == (
        [("lead.fell_below", CAPTURED)] if start is MQL else []
    )


def leads_to(events: list[LeadEvent]) -> Lifecycle:
    last = events[-1]
    assert isinstance(last, After)
    return last.lifecycle


def test_the_table_has_no_row_that_is_not_tested() -> None:
    tested = {
        "mark-mql": On.MARK,
        "reject": On.REJECT,
        "nurture": On.NURTURE,
        "requalify": On.REQUALIFY,
        "hand-over": On.HAND_OVER,
        "attach": On.HAND_OVER,
        "refused": On.REFUSED,
        "qualified": On.QUALIFIED,
        "won": On.WON,
        "lost": On.ENDED,
        "recycled": On.ENDED,
        "reopened": On.REOPENED,
        "reopened qualified": On.REOPENED_QUALIFIED,
        "crossed up": On.CROSSED_UP,
    }
    rows = {(start, tested[name]): to for (start, name), to in LEADS_TO.items()}
    assert rows | {(MQL, On.CROSSED_DOWN): CAPTURED} == TABLE
