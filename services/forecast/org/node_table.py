"""A table of nodes, in any order: the rules hold for what all its lines together make."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from services.forecast.org.commands import Placement, PreparedImport, TableLine
from services.forecast.org.events import NodePlaced, OrgEvent
from services.forecast.org.node_history import span_at
from services.forecast.org.placement import must_be_the_only_root, place_anywhere, start_of
from services.forecast.org.state import DraftNodes, OrgState, evolve
from shared.rules.message import BEGINNING, Rejected


class BadLines(Rejected):
    """The lines of a table that are refused, each with the reason, by its number."""

    def __init__(self, lines: Mapping[int, str]) -> None:
        super().__init__("; ".join(f"line {line}: {why}" for line, why in sorted(lines.items())))
        self.lines = lines


@dataclass
class Draft:
    """The organisation after the lines so far, the events they led to, and what is wrong with which line."""

    org: OrgState
    at: datetime
    events: list[OrgEvent] = field(default_factory=list)
    roots: list[tuple[int, NodePlaced]] = field(default_factory=list)
    bad_lines: dict[int, str] = field(default_factory=dict)

    def take(self, line: TableLine) -> None:
        try:
            events = place_anywhere(self.org, line.placement, self.at)
        except Rejected as refusal:
            self.bad_lines[line.number] = str(refusal)
            return
        for event in events:
            self.org = evolve(self.org, event, self.at)
            self.events.append(event)
            if isinstance(event, NodePlaced) and event.parent is None:
                self.roots.append((line.number, event))

    def check_roots(self) -> None:
        for number, event in self.roots:
            try:
                must_be_the_only_root(self.org, event)
            except Rejected as refusal:
                self.bad_lines[number] = str(refusal)


def prepared_import(org: OrgState, lines: Sequence[TableLine], at: datetime) -> PreparedImport:
    """Raises `BadLines`."""
    draft = Draft(OrgState(DraftNodes(org.nodes), org.roots, org.version), at)
    for line in in_order(draft, lines):
        draft.take(line)
    draft.check_roots()
    if draft.bad_lines:
        raise BadLines(draft.bad_lines)
    return PreparedImport(org.version, tuple(draft.events))


def in_order(draft: Draft, lines: Sequence[TableLine]) -> Iterator[TableLine]:
    """The lines by start, and those with the same start each after the line of its parent: so no step makes a cycle
    that the whole table does not make. Each line must be taken before the next is asked for."""
    dated = with_last_name(sorted(with_starts(draft.org, lines, draft.at), key=start))
    for starts, same_start in groupby(dated, key=start):
        yield from parents_first(draft, one_line_each(draft, same_start), starts)


def with_starts(org: OrgState, lines: Sequence[TableLine], at: datetime) -> Iterator[TableLine]:
    """A node with a dated line has its whole history in the table: its line without a date is the beginning."""
    dated = {line.placement.node for line in lines if line.placement.starts}
    for number, placement in lines:
        is_beginning = placement.node in dated and not placement.starts
        starts = BEGINNING if is_beginning else start_of(org, placement, at)
        yield TableLine(number, placement._replace(starts=starts))


def with_last_name(lines: Sequence[TableLine]) -> list[TableLine]:
    """A name has no date: that of a node's last line holds, or a table that is sent again would rename it twice."""
    last = {line.placement.node: line.placement for line in lines}
    return [TableLine(number, named_as(placement, last[placement.node])) for number, placement in lines]


def named_as(placement: Placement, last: Placement) -> Placement:
    if placement is last:
        return placement
    return placement._replace(name=last.name, same_name_refs=last.same_name_refs)


def start(line: TableLine) -> datetime:
    if line.placement.starts is None:
        raise ValueError("a line without its start")
    return line.placement.starts


def one_line_each(draft: Draft, lines: Iterable[TableLine]) -> dict[str, TableLine]:
    """The lines by node. A second line with the same node and start is bad."""
    found: dict[str, TableLine] = {}
    for line in lines:
        node = line.placement.node
        first = found.setdefault(node, line)
        if first is not line:
            draft.bad_lines[line.number] = f"{node} is in line {first.number} already"
    return found


def parents_first(draft: Draft, lines: Mapping[str, TableLine], starts: datetime) -> Iterator[TableLine]:
    """Lines that form a cycle are bad, and left out."""
    done: set[str] = set()
    for node in lines:
        path: dict[str, None] = {}
        above: str | None = node
        while above is not None and above not in done and above not in path:
            path[above] = None
            above = nearest_in_table(draft.org, lines, lines[above].placement.parent, starts)
        if above in path:
            draft.bad_lines |= {lines[each].number: f"a cycle: {above} would be below itself" for each in path}
        else:
            yield from (lines[each] for each in reversed(path))
        done.update(path)


def nearest_in_table(org: OrgState, lines: Mapping[str, TableLine], above: str | None, starts: datetime) -> str | None:
    """The first node upwards that has a line of its own."""
    while above is not None and above not in lines:
        span = span_at(org.history(above), starts)
        above = span.position.parent if span else None
    return above
