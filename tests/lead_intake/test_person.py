"""Looks at a person's data, and its erasure."""

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.lead_intake.person.commands import ErasePerson, PersonCommand, RecordAccess
from services.lead_intake.person.decider import DECIDER
from services.lead_intake.person.events import PersonAccessed, PersonErased, PersonEvent
from services.lead_intake.person.state import Person
from shared.rules.message import Missing
from tests.spec import NOW, Given

ERASED = PersonErased(lead_ids=("l1",))


def given(*facts: PersonEvent) -> Given[PersonCommand, Person, PersonEvent]:
    return Given(DECIDER, facts)


def test_every_look_is_recorded() -> None:
    given().when(RecordAccess()).then(PersonAccessed())
    given(PersonAccessed()).when(RecordAccess()).then(PersonAccessed())


def test_of_an_erased_person_there_is_nothing_to_look_at() -> None:
    given(ERASED).when(RecordAccess()).missing("was erased")


def test_a_person_is_erased_with_the_leads_they_are() -> None:
    given(PersonAccessed()).when(ErasePerson(lead_ids=("l1",))).then(ERASED)


def test_nobody_is_not_erased() -> None:
    given().when(ErasePerson(lead_ids=())).missing("no such person")


def test_who_was_erased_is_not_erased_again() -> None:
    given(ERASED).when(ErasePerson(lead_ids=())).then()


@for_all(st.lists(st.sampled_from([RecordAccess(), ErasePerson(lead_ids=("l1",)), ErasePerson(lead_ids=())])))
def test_whatever_happened_a_repeated_erasure_adds_nothing(commands: list[PersonCommand]) -> None:
    person = DECIDER.initial
    for command in commands:
        try:
            events = DECIDER.decide(person, command, NOW)
        except Missing:
            continue
        for event in events:
            person = DECIDER.evolve(person, event, NOW)
        if isinstance(command, ErasePerson):
            assert DECIDER.decide(person, command, NOW) == []
