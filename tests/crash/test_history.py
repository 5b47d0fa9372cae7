"""The checker finds each kind of harm in a history that is right but for it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from tests.crash.history import Answer, Followed, Request, Stored, check

CAPTURE, BANT, DEAL = UUID(int=1), UUID(int=2), UUID(int=3)
Found = Sequence[str]


def stored(position: int, event: int, stream: str, version: int, what: str, asked: UUID, cause: int = 0) -> Stored:
    return Stored(position, UUID(int=event), stream, version, what, "", asked, UUID(int=cause) if cause else None)


class History:
    """A lead is captured, known, told of twice; beside it a deal is opened and changed."""

    def __init__(self) -> None:
        self.requests = [
            Request("intake", CAPTURE, "a", 1, ("lead.captured",), answers=[Answer(1, "lead-1")]),
            Request("qualification", BANT, "a", 2, ("lead.bant_changed",), answers=[Answer(3, "lead-1")]),
            Request("pipeline", DEAL, "b", 1, ("opportunity.opened",), answers=[Answer(1, "opportunity-1")]),
            Request("pipeline", UUID(int=4), "b", 2, ("opportunity.assigned",), answers=[Answer(2, "opportunity-1")]),
        ]
        self.stores = {
            "intake": [stored(1, 11, "lead-1", 1, "lead.captured", CAPTURE)],
            "qualification": [
                stored(1, 21, "lead-1", 1, "lead.engaged", CAPTURE, 11),
                stored(2, 22, "lead-1", 2, "lead.mql", CAPTURE, 11),
                stored(3, 23, "lead-1", 3, "lead.bant_changed", BANT),
            ],
            "pipeline": [
                stored(1, 31, "opportunity-1", 1, "opportunity.opened", DEAL),
                stored(2, 32, "opportunity-1", 2, "opportunity.assigned", UUID(int=4)),
            ],
        }
        types = {"opportunity.opened", "opportunity.assigned"}
        self.feed = Followed("pipeline", "feed", types, [(1, str(UUID(int=31))), (2, str(UUID(int=32)))])

    def findings(self) -> Found:
        return check(self.requests, self.stores, [self.feed])

    # -- what may go wrong -------------------------------------------------------------------------------------------

    def lose_an_event(self) -> None:
        self.stores["pipeline"].pop()

    def lose_all_of_a_command(self) -> None:
        self.stores["pipeline"].clear()

    def carry_out_twice(self) -> None:
        self.stores["pipeline"].append(stored(3, 33, "opportunity-2", 1, "opportunity.opened", DEAL))

    def carry_out_twice_what_nobody_was_told_of(self) -> None:
        self.requests[2].answers.clear()
        self.carry_out_twice()

    def swap_two_commands(self) -> None:
        opened, assigned = self.stores["pipeline"]
        self.stores["pipeline"] = [replace(assigned, position=1, version=1), replace(opened, position=2, version=2)]
        self.requests[2].answers, self.requests[3].answers = self.requests[3].answers, self.requests[2].answers

    def tell_another_position(self) -> None:
        self.requests[2].answers = [Answer(2, "opportunity-1")]

    def answer_differently(self) -> None:
        self.requests[2].answers.append(Answer(1, "opportunity-9"))

    def leave_a_hole_in_positions(self) -> None:
        self.stores["qualification"][2] = replace(self.stores["qualification"][2], position=4)
        self.requests[1].answers = [Answer(4, "lead-1")]

    def leave_a_hole_in_versions(self) -> None:
        self.stores["qualification"][2] = replace(self.stores["qualification"][2], version=4)

    def react_never(self) -> None:
        self.stores["qualification"] = [
            replace(self.stores["qualification"][2], position=1, version=1),
        ]
        self.requests[1].answers = [Answer(1, "lead-1")]

    def react_twice(self) -> None:
        self.stores["qualification"].append(stored(4, 24, "lead-1", 4, "lead.engaged", CAPTURE, 11))

    def react_out_of_order(self) -> None:
        later = UUID(int=5)
        self.stores["intake"].append(stored(2, 12, "lead-1", 2, "lead.engagement_added", later))
        early = stored(1, 25, "lead-1", 1, "lead.engaged", later, 12)
        after = [
            replace(one, position=one.position + 1, version=one.version + 1) for one in self.stores["qualification"]
        ]
        self.stores["qualification"] = [early, *after]
        self.requests[1].answers = [Answer(4, "lead-1")]

    def react_to_nothing(self) -> None:
        self.stores["qualification"].append(stored(4, 24, "lead-1", 4, "lead.mql", CAPTURE, 99))

    def skip_in_the_feed(self) -> None:
        self.feed.seen.pop(0)

    def stop_the_feed_early(self) -> None:
        self.feed.seen.pop()

    def repeat_in_the_feed(self) -> None:
        self.feed.seen.insert(1, self.feed.seen[0])

    def show_too_much_at_the_end(self) -> None:
        self.feed.seen.append(self.feed.seen[0])


def test_a_history_that_is_right_has_no_findings() -> None:
    assert History().findings() == []


def test_a_command_without_an_answer_may_be_absent() -> None:
    history = History()
    history.requests.append(Request("pipeline", UUID(int=6), "c", 1, ("opportunity.opened",)))
    assert history.findings() == []


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (History.lose_an_event, "lost: request 2 of b"),
        (History.lose_all_of_a_command, "lost: request 1 of b"),
        (History.carry_out_twice, "twice: request 1 of b"),
        (History.carry_out_twice_what_nobody_was_told_of, "twice: request 1 of b"),
        (History.swap_two_commands, "out of order: request 2 of b"),
        (History.tell_another_position, "was told position 2"),
        (History.answer_differently, "was answered differently"),
        (History.leave_a_hole_in_positions, "position 4 stands where 3 is due"),
        (History.leave_a_hole_in_versions, "has version 4 where 3 is due"),
        (History.react_never, "lost: intake 1 (lead.captured)"),
        (History.react_twice, "twice: intake 1 (lead.captured)"),
        (History.react_out_of_order, "out of order: qualification 2 answers intake 1 after 2"),
        (History.react_to_nothing, "answers an event that is nowhere"),
        (History.skip_in_the_feed, "gap: feed of pipeline showed 2 after 0"),
        (History.stop_the_feed_early, "gap: feed of pipeline showed 1 events"),
        (History.repeat_in_the_feed, "repeat: feed of pipeline showed 1 after 1"),
        (History.show_too_much_at_the_end, "showed 3 events, and there are 2"),
    ],
)
def test_each_kind_of_harm_is_found(harm: Callable[[History], None], words: str) -> None:
    history = History()
    harm(history)
    assert any(words in finding for finding in history.findings()), history.findings()
