"""The organisation from a list of its people: a row is a node, with the one above it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from funnelcast.importing.cells.dates import Dates
from funnelcast.importing.cells.names import node_id_of, same_name
from funnelcast.importing.files.row import InvalidRow, Row, Skipped, shortened
from funnelcast.importing.mapping.cell import Cell, unknown_word
from funnelcast.importing.mapping.org import OrgMapping, Role
from funnelcast.importing.record import Body, MappedRecord, MapRecord, row_by_row

T = TypeVar("T")
ENDS = "ends"
"""The field of a node's body with the day from which it is inactive, or `now`. It is sent as a request of its own."""
NOW = "now"


@dataclass(frozen=True)
class Person:
    """A row of the list. `manager`: as it is written there."""

    row: Row
    node: str
    keys: frozenset[str]
    name: str
    manager: str
    unit: str
    role: Role
    starts: str | None
    ends: str | None


@dataclass
class People:
    """All rows of the list, by id and by name. `invalid`: why a line is refused; `refused`: the line of each id and
    name in such a line. `notes` and refusals come when a row is mapped."""

    mapping: OrgMapping
    by_key: dict[str, list[Person]] = field(default_factory=dict)
    by_name: dict[str, list[Person]] = field(default_factory=dict)
    by_node: dict[str, Person] = field(default_factory=dict)
    tops: list[Person] = field(default_factory=list)
    invalid: dict[int, str] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def add(self, person: Person) -> None:
        first = self.by_node.setdefault(person.node, person)
        if first is not person:
            cell = self.mapping.fields.id
            self.invalid[person.row.line] = (
                f"{cell.label} {shortened(cell.read(person.row))!r} is {person.node!r}, and so is line "
                f"{first.row.line}: people need ids of their own, such as their addresses"
            )
            return
        for key in person.keys:
            self.by_key.setdefault(key, []).append(person)
        self.by_name.setdefault(same_name(person.name), []).append(person)
        if not person.manager and not person.unit:
            self.tops.append(person)

    def refuse(self, row: Row, reason: str) -> None:
        self.invalid[row.line] = reason
        for cell in (self.mapping.fields.id, self.mapping.fields.key, self.mapping.fields.name):
            with suppress(InvalidRow):
                self.refused.setdefault(text(cell, row), row.line)

    def above(self, person: Person) -> Person | None:
        """The manager; None for one who stands below a unit or the root."""
        label = self.mapping.fields.manager.label if self.mapping.fields.manager else ""
        if not person.manager or person.manager in (*person.keys, person.name):
            return None
        named = self.by_key.get(person.manager) or self.by_name.get(same_name(person.manager), [])
        if len(named) > 1:
            lines = " and ".join(str(each.row.line) for each in named)
            raise InvalidRow(f"{label} {shortened(person.manager)!r} may be line {lines}: an id is expected")
        if not named and person.manager in self.refused:
            raise InvalidRow(f"{label} {shortened(person.manager)!r} is line {self.refused[person.manager]}: refused")
        if not named:
            raise InvalidRow(f"{label} {shortened(person.manager)!r} is neither an id nor a name in this file")
        return named[0]

    def chain(self, person: Person) -> list[Person]:
        """The nodes from the top down to the person."""
        found = [person]
        while (above := self.above_next(found)) is not None:
            found.append(above)
        return found[::-1]

    def above_next(self, found: Sequence[Person]) -> Person | None:
        """The manager of the last one. A reason that lies further up names its line."""
        try:
            above = self.above(found[-1])
        except InvalidRow as invalid:
            where = f"line {found[-1].row.line} stands above it: " if len(found) > 1 else ""
            raise InvalidRow(f"{where}{invalid}") from None
        if above is not None and above in found:
            raise InvalidRow(f"the managers go round in a circle: {above.node} would stand above itself")
        return above


def map_people(mapping: OrgMapping, rows: Callable[[], Iterator[Row]]) -> MapRecord:
    """Reads the whole list first: a manager may come after their people."""
    people, dates = People(mapping), mapping.dates.dates() if mapping.dates else None
    for row in rows():
        try:
            person = person_of(mapping, dates, row)
        except InvalidRow as invalid:
            people.refuse(row, str(invalid))
            continue
        if person.role != "skip":
            people.add(person)
    with_active_people = Counter(above.node for above in active_managers(people))
    return row_by_row(lambda row: nodes_of(people, with_active_people, mapping, dates, row))


def active_managers(people: People) -> Iterator[Person]:
    for person in people.by_node.values():
        if person.ends is None and person.manager:
            try:
                above = people.above(person)
            except InvalidRow:
                continue
            if above is not None:
                yield above


def nodes_of(
    people: People, with_people: Mapping[str, int], mapping: OrgMapping, dates: Dates | None, row: Row
) -> MappedRecord | Skipped:
    """The nodes above a person, from the root down, and the person's own."""
    if row.line in people.invalid:
        raise InvalidRow(people.invalid[row.line])
    person = person_of(mapping, dates, row)
    if person.role == "skip":
        return Skipped(1)
    notes = list[str]()
    return MappedRecord(bodies_of(people, with_people, mapping, person, notes), notes)


def bodies_of(
    people: People, with_people: Mapping[str, int], mapping: OrgMapping, person: Person, notes: list[str]
) -> list[Body]:
    chain = people.chain(person)
    bodies = list(nodes_above(mapping, chain[0]))
    for each in chain:
        if not bodies and each.row.line != people.tops[0].row.line:
            other = f"nor above line {people.tops[0].row.line}"
            raise InvalidRow(f"nobody stands above it, {other}: the mapping has to name a root")
        above = bodies[-1] if bodies else None
        bodies.append(node(each.node, each.name, each.role, above["node_id"] if above else None))
        since = max(each.starts or "", above.get("from", "") if above else "")
        if since:
            bodies[-1]["from"] = since
        if each is person and since != (each.starts or ""):
            notes.append("the node above starts later: it stands there from then on")
    if person.ends and with_people.get(person.node):
        notes.append("inactive, but others stand below: left active")
    elif person.ends:
        bodies[-1][ENDS] = person.ends
    return bodies


def nodes_above(mapping: OrgMapping, top: Person) -> Iterator[Body]:
    """The root, and the unit that a person without a manager stands in."""
    root = mapping.root
    if root is not None:
        yield node(root.id, root.name, "unit", None)
        if top.unit and mapping.fields.unit:
            yield node(node_id_of(mapping.fields.unit.label, top.unit), top.unit, "unit", root.id)


def node(node_id: str, name: str, kind: str, parent: str | None) -> Body:
    return {"node_id": node_id, "name": name, "kind": kind, "parent": parent}


# -- one row ---------------------------------------------------------------------------------------------------------


def person_of(mapping: OrgMapping, dates: Dates | None, row: Row) -> Person:
    fields = mapping.fields
    known_by = str(fields.id.needed(row))
    return Person(
        row,
        node_id_of(fields.id.label, known_by),
        frozenset(key for key in (known_by, text(fields.key, row)) if key),
        str(fields.name.needed(row)),
        text(fields.manager, row),
        text(fields.unit, row),
        listed(fields.role, mapping.roles, row) or "person",
        day(fields.starts, dates, row),
        end_of(mapping, dates, row),
    )


def text(cell: Cell | None, row: Row) -> str:
    return str(cell.read(row)) if cell else ""


def listed(cell: Cell | None, words: Mapping[str, T], row: Row) -> T | None:
    word = text(cell, row)
    if cell is None:
        return None
    found = words.get(word)
    if found is None and row.columns.ignore_case:
        found = {each.lower(): meaning for each, meaning in words.items()}.get(word.lower())
    if found is None:
        raise unknown_word(cell.label, word, words)
    return found


def day(cell: Cell | None, dates: Dates | None, row: Row) -> str | None:
    written = cell.read(row) if cell else ""
    return dates.day(cell.label, written).isoformat() if cell and dates and written else None


def end_of(mapping: OrgMapping, dates: Dates | None, row: Row) -> str | None:
    """The day of its end, `now` for one that is inactive without a day, or none."""
    ends = day(mapping.fields.ends, dates, row)
    is_inactive = listed(mapping.fields.active, mapping.active, row) == "no"
    return ends or (NOW if is_inactive else None)
