"""The rules of the organisation: one tree, at every instant."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.forecast.org.commands import EndNode, OrgCommand
from services.forecast.org.decider import DECIDER
from services.forecast.org.events import NodeRenamed, OrgEvent
from services.forecast.org.node_history import NodeSpan, span_at
from services.forecast.org.node_table import BadLines
from services.forecast.org.state import OrgState
from shared.rules.message import Refusal
from shared.rules.sealed import Sealed
from tests.forecast.nodes import ended, given, lines, moved, place, placed
from tests.spec import NOON, NOW

Y2016, Y2017, Y2018, Y2019 = (datetime(year, 1, 1, tzinfo=UTC) for year in (2016, 2017, 2018, 2019))
ACME = placed("acme", None, kind="unit")
EAST, WEST = placed("east", "acme"), placed("west", "acme")
ANN = placed("ann", "east")
COMPANY = (ACME, EAST, WEST, ANN)


# -- placing ---------------------------------------------------------------------------------------------------------


def test_a_new_node_holds_from_the_beginning() -> None:
    given(ACME).when(place("east", "acme")).then(EAST)


def test_a_node_that_is_there_moves_now_or_when_the_command_says() -> None:
    given(*COMPANY).when(place("ann", "west")).then(moved("ann", "west", NOW))
    given(*COMPANY).when(place("ann", "west", Y2018)).then(moved("ann", "west", Y2018))


def test_a_name_alone_changes_no_place() -> None:
    renamed = NodeRenamed(node="ann", name=Sealed(value="Ann Archer"))
    given(*COMPANY).when(place("ann", "east", name="Ann Archer")).then(renamed)


def test_a_node_that_stands_so_already_is_quiet() -> None:
    given(*COMPANY).when(place("ann", "east")).then()
    given(*COMPANY).when(place("ann", "east", Y2018)).then()


def test_an_ended_node_comes_back() -> None:
    given(*COMPANY, ended("ann", Y2018)).when(place("ann", "east")).then(moved("ann", "east", NOW))


def test_there_is_one_root() -> None:
    given().when(place("east", "acme")).rejected("no node acme")
    given(ACME).when(place("other", None)).rejected("a root already: acme")
    given(*COMPANY).when(place("ann", None)).rejected("a root already: acme")


def test_there_is_no_cycle_at_any_instant() -> None:
    given(*COMPANY).when(place("east", "ann")).rejected("cycle: ann is below east")
    given(*COMPANY).when(place("ann", "ann")).rejected("cycle")
    given(*COMPANY, moved("ann", "west", Y2018)).when(place("east", "ann", Y2017)).rejected("cycle")
    given(*COMPANY, moved("ann", "west", Y2018)).when(place("east", "ann", Y2018)).then(moved("east", "ann", Y2018))
    given(*COMPANY, moved("east", "west", Y2018)).when(place("west", "ann", Y2017)).rejected("cycle")


def test_a_parent_is_active_for_the_whole_time() -> None:
    given(*COMPANY, placed("new", "acme", Y2018)).when(place("bob", "new")).rejected("new does not exist yet")
    given(placed("acme", None, Y2018)).when(place("bob", "acme")).rejected("from the beginning on: give a later `from`")
    given(*COMPANY, placed("new", "acme", Y2018)).when(place("bob", "new", Y2018)).then(placed("bob", "new", Y2018))
    given(*COMPANY, ended("west", Y2018)).when(place("ann", "west", Y2017)).rejected("west has ended")
    bounded = given(*COMPANY, ended("west", Y2019), moved("ann", "acme", Y2018))
    bounded.when(place("ann", "west", Y2017)).then(moved("ann", "west", Y2017))


def test_nothing_starts_in_the_future_and_reserved_ids_are_not_given() -> None:
    given(*COMPANY).when(place("ann", "west", NOW + timedelta(seconds=1))).rejected("future")
    given(*COMPANY).when(place("_unassigned", "acme")).rejected("reserved")
    given().when(place("_root", None)).rejected("reserved")


# -- ending ----------------------------------------------------------------------------------------------------------


def test_a_node_ends_now_or_when_the_command_says() -> None:
    given(*COMPANY).when(EndNode(node="ann")).then(ended("ann", NOW))
    given(*COMPANY).when(EndNode(node="ann", starts=Y2018)).then(ended("ann", Y2018))


def test_a_node_with_children_a_root_and_an_unknown_one_do_not_end() -> None:
    given(*COMPANY).when(EndNode(node="east")).rejected("east has children, ann")
    given(*COMPANY, moved("ann", "west", Y2019)).when(EndNode(node="east", starts=Y2018)).rejected("has children")
    given(ACME).when(EndNode(node="acme")).rejected("acme is the root")
    given(ACME).when(EndNode(node="bob")).missing("no node bob")
    given(ACME, placed("bob", "acme", Y2018)).when(EndNode(node="bob", starts=Y2017)).rejected("does not exist yet")
    given(*COMPANY).when(EndNode(node="ann", starts=NOW + timedelta(days=1))).rejected("future")


def test_a_node_that_has_ended_is_quiet_and_holds_no_parent_up() -> None:
    given(*COMPANY, ended("ann", Y2018)).when(EndNode(node="ann")).then()
    given(*COMPANY, ended("ann", Y2018)).when(EndNode(node="east")).then(ended("east", NOW))


def test_an_ended_node_stays_where_it_stood_last() -> None:
    known = given(*COMPANY, ended("ann", Y2019), moved("ann", "west", Y2018)).state()
    stays = [span_at(known.history("ann"), at) for at in (Y2017, Y2018, Y2019)]
    assert [(stay.position.parent, stay.active) for stay in stays if stay] == [
        ("east", True),
        ("west", True),
        ("west", False),
    ]


def test_a_node_that_ends_where_a_row_of_it_starts_keeps_that_place() -> None:
    known = given(*COMPANY, moved("ann", "west", Y2018), ended("ann", Y2018)).state()
    stay = span_at(known.history("ann"), Y2018)
    assert stay is not None
    assert (stay.position.parent, stay.active) == ("west", False)


# -- importing -------------------------------------------------------------------------------------------------------


def test_lines_come_in_any_order_and_parents_are_placed_first() -> None:
    table = lines(place("ann", "east"), place("east", "acme"), place("acme", None, kind="unit"))
    given().when(table).then(ACME, EAST, ANN)


def test_an_import_repeated_adds_nothing() -> None:
    given(*COMPANY).when(lines(place("ann", "east"), place("acme", None, kind="unit"))).then()


def test_an_import_may_turn_the_tree_around_and_exchange_the_root() -> None:
    above = lines(place("acme", "holding", Y2018, kind="unit"), place("holding", None, Y2018, kind="unit"))
    exchanged = (placed("holding", None, Y2018, kind="unit"), moved("acme", "holding", Y2018, kind="unit"))
    given(*COMPANY).when(above).then(*exchanged)
    turned = given(*COMPANY).when(lines(place("east", "ann"), place("ann", "acme")))
    turned.then(moved("ann", "acme", NOW), moved("east", "ann", NOW))


def test_a_dated_history_can_be_imported() -> None:
    units = (place("acme", None, kind="unit"), place("east", "acme"), place("west", "acme"))
    full = lines(place("ann", "west", Y2018), *units, place("ann", "east", Y2016))
    events = given().when(full).decided()
    assert events[-2:] == [placed("ann", "east", Y2016), moved("ann", "west", Y2018)]
    given(*events).when(full).then()


def test_every_bad_line_is_named_and_none_is_taken() -> None:
    table = lines(
        place("acme", None),
        place("lost", "nowhere"),
        place("a", "b"),
        place("b", "a"),
        place("acme", None),
        place("second", None),
    )
    with pytest.raises(BadLines) as refused:
        given().when(table).decided()
    assert refused.value.lines == {
        2: "from the beginning on there is a root already: second",
        3: "there is no node nowhere to be the parent",
        4: "a cycle: a would be below itself",
        5: "a cycle: a would be below itself",
        6: "acme is in line 2 already",
        7: "from the beginning on there is a root already: acme",
    }


# -- whatever is asked -----------------------------------------------------------------------------------------------

nodes = st.sampled_from(["acme", "b", "c", "d", "e"])
instants = st.none() | st.sampled_from([Y2016, Y2017, Y2018, Y2019])
placings = st.builds(place, nodes, st.none() | nodes, instants, kind=st.sampled_from(["person", "unit"]))
asked: st.SearchStrategy[OrgCommand] = st.one_of(
    placings,
    st.builds(EndNode, node=nodes, starts=instants),
    st.builds(lambda many: lines(*many), st.lists(placings, min_size=1, max_size=4)),
)


def decided(org: OrgState, command: OrgCommand, at: datetime) -> list[OrgEvent]:
    try:
        return DECIDER.decide(org, command, at)
    except Refusal:
        return []


@settings(max_examples=300, deadline=None)
@for_all(st.lists(asked, max_size=25))
def test_repeats_add_nothing_and_there_is_one_tree_at_every_instant(commands: list[OrgCommand]) -> None:
    org = DECIDER.initial
    at = NOON
    for command in commands:
        at += timedelta(minutes=1)
        for event in decided(org, command, at):
            org = DECIDER.evolve(org, event, at)
        assert decided(org, command, at) == []
        check_tree(org, at)


def check_tree(org: OrgState, now: datetime) -> None:
    for at in (Y2016 - timedelta(days=1), Y2016, Y2017, Y2018, Y2019, now):
        stays = {node: stay for node in org.nodes if (stay := span_at(org.history(node), at))}
        roots = [node for node, stay in stays.items() if stay.position.parent is None]
        assert len(roots) == (1 if stays else 0)
        for node in stays:
            above = list(upwards(stays, node))
            assert len(set(above)) == len(above)
            assert above[-1] == roots[0]
        for node, stay in stays.items():
            if stay.active and stay.position.parent is not None:
                assert stays[stay.position.parent].active, (node, at)


def upwards(stays: dict[str, NodeSpan], node: str | None) -> Iterator[str]:
    for _ in range(len(stays) + 1):
        if node is None:
            return
        yield node
        node = stays[node].position.parent
