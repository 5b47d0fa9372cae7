"""Many nodes at once, in any order: the rules hold for what all lines together make."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from services.forecast.org.commands import ImportedNode, ImportNodes
from services.forecast.org.events import NodePlaced, OrgEvent
from services.forecast.org.node_history import span_at
from services.forecast.org.placement import must_be_the_only_root, place_anywhere, start_of
from services.forecast.org.state import OrgState, evolve
from shared.rules.message import BEGINNING, Rejected


class BadLines(Rejected):
    """By line, what is wrong with it."""

    def __init__(self, lines: Mapping[int, str]) -> None:
        super().__init__("; ".join(f"line {line}: {why}" for line, why in sorted(lines.items())))
        self.lines = lines


@dataclass
class Trial:
    """The organisation as the lines so far make it."""

    org: OrgState
    at: datetime
    events: list[OrgEvent] = field(default_factory=list)
    roots: list[tuple[int, NodePlaced]] = field(default_factory=list)
    bad: dict[int, str] = field(default_factory=dict)

    def take(self, line: ImportedNode) -> None:
        try:
            events = place_anywhere(self.org, line, self.at)
        except Rejected as refusal:
            self.bad[line.line] = str(refusal)
            return
        for event in events:
            self.org = evolve(self.org, event, self.at)
            self.events.append(event)
            if isinstance(event, NodePlaced) and event.parent is None:
                self.roots.append((line.line, event))

    def check_roots(self) -> None:
        for line, event in self.roots:
            try:
                must_be_the_only_root(self.org, event)
            except Rejected as refusal:
                self.bad[line] = str(refusal)


def import_nodes(org: OrgState, command: ImportNodes, at: datetime) -> list[OrgEvent]:
    """By start; of one start, each after what will stand above it: no step then makes a cycle that the end has not."""
    trial = Trial(org, at)
    dated = with_last_name(sorted(started(org, command.lines, at), key=start))
    for starts, lines in groupby(dated, key=start):
        for line in top_down(trial, one_each(trial, lines), starts):
            trial.take(line)
    trial.check_roots()
    if trial.bad:
        raise BadLines(trial.bad)
    return trial.events


def started(org: OrgState, lines: Sequence[ImportedNode], at: datetime) -> Iterator[ImportedNode]:
    """A node with dated lines has its whole history in the table: a line of it without a date is the beginning."""
    dated = {line.node for line in lines if line.starts}
    for line in lines:
        starts = BEGINNING if line.node in dated and not line.starts else start_of(org, line, at)
        yield line.model_copy(update={"starts": starts})


def with_last_name(lines: Sequence[ImportedNode]) -> list[ImportedNode]:
    """A name has no date: that of a node's last line holds. Else a table that is sent again would rename it twice."""
    last = {line.node: {"name": line.name, "same_as": line.same_as} for line in lines}
    return [line.model_copy(update=last[line.node]) for line in lines]


def start(line: ImportedNode) -> datetime:
    if line.starts is None:
        raise ValueError("a line without its start")
    return line.starts


def one_each(trial: Trial, lines: Iterable[ImportedNode]) -> dict[str, ImportedNode]:
    found: dict[str, ImportedNode] = {}
    for line in lines:
        first = found.setdefault(line.node, line)
        if first is not line:
            trial.bad[line.line] = f"{line.node} is in line {first.line} already"
    return found


def top_down(trial: Trial, lines: Mapping[str, ImportedNode], starts: datetime) -> Iterator[ImportedNode]:
    """Lines that stand under each other in a circle are bad, and come not."""
    done: set[str] = set()
    for node in lines:
        way: dict[str, None] = {}
        above: str | None = node
        while above is not None and above not in done and above not in way:
            way[above] = None
            above = nearest(trial.org, lines, lines[above].parent, starts)
        if above in way:
            trial.bad |= {lines[each].line: f"a cycle: {above} would stand under itself" for each in way}
        else:
            yield from (lines[each] for each in reversed(way))
        done.update(way)


def nearest(org: OrgState, lines: Mapping[str, ImportedNode], above: str | None, starts: datetime) -> str | None:
    """The first node upwards that has a line of its own."""
    while above is not None and above not in lines:
        stay = span_at(org.history(above), starts)
        above = stay.place.parent if stay else None
    return above
