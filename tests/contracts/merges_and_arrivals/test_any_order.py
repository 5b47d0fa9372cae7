"""Captures, activities and merges in any order, read at any time: the same facts give the same leads, and an unmerge
gives back what was each one's."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.qualification.lead import events
from services.qualification.lead.state import Lead
from tests.contracts.merges_and_arrivals.both import Activity, Both, Capture

LEADS = ("a", "b")
SOURCES = st.sampled_from(["webinar", "newsletter", "contact_form"])
KINDS = st.sampled_from(["email_clicked", "unsubscribed", "bounced"])
CONSENTS = st.sampled_from([None, ("granted", None), ("granted", "v2"), ("denied", None), ("pending", None)])
MINUTES = st.integers(0, 50)
Fact = Capture | Activity


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    """Facts at different times about two leads that have at least one capture each."""
    minutes = draw(st.lists(MINUTES, min_size=2, max_size=9, unique=True))
    found: list[Fact] = []
    for number, minute in enumerate(minutes):
        lead_id = LEADS[number] if number < 2 else draw(st.sampled_from(LEADS))
        if number < 2 or draw(st.booleans()):
            found.append(Capture(lead_id, f"c{number}", draw(SOURCES), minute, draw(CONSENTS)))
        else:
            found.append(Activity(lead_id, f"t{number}", draw(KINDS), minute))
    return found


def arrived(order: Sequence[Fact | str]) -> Both:
    """Applies the facts in the order of arrival. A fact or a merge that comes before its lead waits for it, as at a
    connection."""
    both, waiting = Both(), list(order)
    while waiting:
        fact = next(each for each in waiting if may_come(both, each))
        waiting.remove(fact)
        if isinstance(fact, str):
            assert both.merge("b", "a")
        else:
            assert both.command_lead(fact.lead_id, fact.command)
    both.settle()
    return both


def may_come(both: Both, fact: Fact | str) -> bool:
    if isinstance(fact, str):
        return both.captured.keys() >= set(LEADS)
    return isinstance(fact, Capture) or fact.lead_id in both.captured


@settings(max_examples=60, deadline=None)
@given(st.data(), facts())
def test_the_order_of_arrival_changes_no_capture_consent_or_score(data: st.DataObject, found: list[Fact]) -> None:
    everything: list[Fact | str] = [*found, "merge"]
    first = arrived(everything)
    second = arrived(data.draw(st.permutations(everything)))
    assert second.shown("a") == first.shown("a")
    for both in (first, second):
        assert both.unmerge("b")
        both.settle()
    for lead_id in LEADS:
        assert second.shown(lead_id) == first.shown(lead_id)
        own = [each for each in found if each.lead_id == lead_id]
        captures = sorted(each.capture_id for each in own if isinstance(each, Capture))
        assert first.shown(lead_id)["captures"] == captures


class AnyOrder(RuleBasedStateMachine):
    """Four leads, merged in chains. What each did by its own addresses, and the lead that each was merged into, are
    written down beside the services."""

    def __init__(self) -> None:
        super().__init__()
        self.both = Both()
        self.did: dict[str, list[str]] = {}
        self.parents: dict[str, str] = {}
        self.erased: set[str] = set()
        self.number = 0

    @rule(lead_id=st.sampled_from("abcd"), source=SOURCES, minute=MINUTES, consent=CONSENTS)
    def capture(self, lead_id: str, source: str, minute: int, consent: tuple[str, str | None] | None) -> None:
        if lead_id in self.erased:
            return  # its addresses lead to a new lead
        self.number += 1
        fact = Capture(lead_id, f"c{self.number}", source, minute, consent)
        assert self.both.command_lead(lead_id, fact.command)
        self.did.setdefault(lead_id, []).append(fact.capture_id)

    @precondition(lambda self: self.did)
    @rule(data=st.data(), kind=KINDS, minute=MINUTES)
    def act(self, data: st.DataObject, kind: str, minute: int) -> None:
        lead_id = data.draw(st.sampled_from(sorted(self.did)))
        if lead_id in self.erased:
            return
        self.number += 1
        fact = Activity(lead_id, f"t{self.number}", kind, minute)
        assert self.both.command_lead(lead_id, fact.command)
        self.did[lead_id].append(fact.activity_id)

    @rule(lead_id=st.sampled_from("abcd"), into=st.sampled_from("abcd"))
    def merge(self, lead_id: str, into: str) -> None:
        """Any lead that is merged into no other can be merged into any other that is not. The same again is done."""
        if {lead_id, into} & self.erased:
            return
        can_be = lead_id != into and {lead_id, into} <= self.did.keys() and not {lead_id, into} & self.parents.keys()
        is_done = lead_id in self.parents and self.survivor_of(lead_id) == into
        assert self.both.merge(lead_id, into) == (can_be or is_done)
        if can_be:
            self.parents[lead_id] = into

    @rule(lead_id=st.sampled_from("abcd"))
    def unmerge(self, lead_id: str) -> None:
        assert self.both.unmerge(lead_id) == (lead_id in self.parents)
        self.parents.pop(lead_id, None)

    def survivor_of(self, lead_id: str) -> str:
        return self.survivor_of(self.parents[lead_id]) if lead_id in self.parents else lead_id

    @precondition(lambda self: self.did)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        lead_id = data.draw(st.sampled_from(sorted(self.did)))
        self.erased |= set(self.both.group_of(lead_id))
        self.both.erase(lead_id)

    @precondition(lambda self: self.both.unread)
    @rule()
    def deliver(self) -> None:
        self.both.deliver()

    @invariant()
    def every_id_leads_to_its_survivor(self) -> None:
        for lead_id in self.did:
            survivor, *others = self.both.group_of(lead_id)
            assert survivor == self.survivor_of(lead_id)
            assert set(others) == {one for one in self.parents if self.survivor_of(one) == survivor}

    @invariant()
    def every_lead_shows_what_its_group_did(self) -> None:
        for lead_id in self.did:
            histories, group = self.both.histories, self.both.group_of(lead_id)
            ids = [each.capture_id for one in group for each in histories[one].captures]
            ids += [each.activity_id for one in group for each in histories[one].activities]
            assert sorted(ids) == sorted(done for one in group for done in self.did[one])

    def teardown(self) -> None:
        self.both.settle()
        for lead_id in self.did:
            self.check(lead_id)

    def check(self, lead_id: str) -> None:
        """Checks that qualification, having read all events, counts for the survivor what the group did."""
        lead, group = self.both.leads[lead_id], self.both.group_of(lead_id)
        assert isinstance(lead, Lead)
        assert lead.fields.erased == (lead_id in self.erased)
        if lead_id in self.erased:
            return
        counted = group if lead_id == group[0] else [lead_id]
        ids = sorted(each.capture_id for each in lead.engagements)
        assert ids == sorted(done for one in counted for done in self.did[one])
        assert lead.fields.merged_into == (None if lead_id == group[0] else group[0])
        mine = [event for subject, event in self.both.decided if subject == lead_id]
        assert sum(isinstance(event, events.LeadMql) for event in mine) == len(lead.cycles)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
