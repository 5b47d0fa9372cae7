"""Every row of the transition table, and every pair that is not in it."""

from dataclasses import replace
from itertools import product

import pytest

from services.qualification.lead import commands, events
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import Lifecycle, Motion
from services.qualification.lead.lifecycle import TRANSITIONS, Trigger
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.setting.state import Settings
from shared.rules.message import Rejected
from tests.qualification.leads import DEAL, HISTORIES, MISFIT, engaged_by, folded, follow_deal, given, hand_over
from tests.spec import NOW

CAPTURED, MQL, SRL, SQL, NURTURE, REJECTED, CUSTOMER = Lifecycle
KNOWN = commands.KnownDeal(
    account="acme.com", owner="ann", motion=Motion.NEW_BUSINESS, pipeline="default", is_open=True
)
COMMANDS: dict[str, commands.LeadCommand] = {
    "mark-mql": commands.MarkMql(reason="no_need"),
    "reject": commands.Reject(reason="no_need"),
    "nurture": commands.Nurture(reason="no_need"),
    "requalify": commands.Requalify(),
    "hand-over": hand_over("next"),
    "attach": commands.AttachToDeal(opportunity_id="next", deal=KNOWN),
}
REACTIONS: dict[str, commands.LeadCommand] = {
    "refused": commands.TakeBackHandOver(opportunity_id=DEAL, rule="no"),
    "qualified": follow_deal("qualify"),
    "won": follow_deal("win"),
    "lost": follow_deal("lose"),
    "recycled": follow_deal("recycle"),
    "reopened": follow_deal("reopen", qualified=False),
    "reopened qualified": follow_deal("reopen"),
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
    (NURTURE, "reject"): REJECTED,
    (NURTURE, "nurture"): NURTURE,
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
"""The table of the domain, row by row. What is not here is refused or, for a reaction, no event."""


def moves(decided: list[events.LeadEvent]) -> list[events.LeadEvent]:
    return [event for event in decided if not isinstance(event, events.LeadEngaged)]


@pytest.mark.parametrize(("start", "name"), list(product(Lifecycle, COMMANDS)))
def test_a_command_leads_where_the_table_says_or_is_refused(start: Lifecycle, name: str) -> None:
    attempt = given(*HISTORIES[start]).when(COMMANDS[name])
    if (start, name) not in LEADS_TO:
        attempt.refused(Rejected, f"a lead that is {start} cannot")
        return
    assert leads_to(attempt.decided()) == LEADS_TO[start, name]


@pytest.mark.parametrize(("start", "name"), list(product(Lifecycle, REACTIONS)))
def test_a_reaction_leads_where_the_table_says_or_is_no_event(start: Lifecycle, name: str) -> None:
    moved = moves(given(*HISTORIES[start]).when(REACTIONS[name]).decided())
    if (start, name) not in LEADS_TO:
        assert moved == []
        return
    assert leads_to(moved) == LEADS_TO[start, name]


@pytest.mark.parametrize("start", Lifecycle)
def test_only_an_mql_falls_below(start: Lifecycle) -> None:
    above = replace(folded(*HISTORIES[start]), above=True)
    command = engaged_by("newsletter", NOW, 9, profile=MISFIT)
    moved = moves(DECIDER.decided(above, command, NOW, {"models": MODEL.initial, "settings": Settings()}))
    assert [(event.type, leads_to([event])) for event in moved] == (
        [("lead.fell_below", CAPTURED)] if start is MQL else []
    )


def leads_to(decided: list[events.LeadEvent]) -> Lifecycle:
    return decided[-1].after.lifecycle


def test_the_table_has_no_row_that_is_not_tested() -> None:
    tested = {
        "mark-mql": Trigger.MARK,
        "reject": Trigger.REJECT,
        "nurture": Trigger.NURTURE,
        "requalify": Trigger.REQUALIFY,
        "hand-over": Trigger.HAND_OVER,
        "attach": Trigger.HAND_OVER,
        "refused": Trigger.REFUSED,
        "qualified": Trigger.QUALIFIED,
        "won": Trigger.WON,
        "lost": Trigger.ENDED,
        "recycled": Trigger.ENDED,
        "reopened": Trigger.REOPENED,
        "reopened qualified": Trigger.REOPENED_QUALIFIED,
        "crossed up": Trigger.CROSSED_UP,
    }
    rows = {(start, tested[name]): to for (start, name), to in LEADS_TO.items()}
    assert rows | {(MQL, Trigger.CROSSED_DOWN): CAPTURED} == TRANSITIONS
