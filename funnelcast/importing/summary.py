"""The counts of what an import did with its rows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from funnelcast.importing.files.row import RejectedRecord, Skipped
from funnelcast.importing.record import Body, MappedRecord, Record
from funnelcast.importing.snapshot import SnapshotReport
from funnelcast.importing.totals import DealTotals

MOST_NOTES = 200
"""Different notes that are kept: some name a cell."""
MORE_NOTES = "more notes of other kinds"


@dataclass
class Summary:
    """`records` = `new` + `there` + `rejected`: a record has one row, or several. `unread`: those of the rejected that
    were not sent. `skipped`: rows that the mapping leaves out. `notes`: what was filled in or looks odd, counted."""

    file: str
    rows: int
    records: int = 0
    new: int = 0
    there: int = 0
    rejected: int = 0
    unread: int = 0
    skipped: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    totals: DealTotals = field(default_factory=DealTotals)
    snapshot: SnapshotReport | None = None

    def add_notes(self, notes: Sequence[str]) -> None:
        for note in notes:
            is_kept = note in self.notes or len(self.notes) < MOST_NOTES
            self.notes[note if is_kept else MORE_NOTES] += 1

    def skip(self, skipped: Skipped) -> None:
        self.skipped += skipped.rows
        if skipped.note is not None:
            self.add_notes([skipped.note])

    def take(self, mapped: MappedRecord, *, is_new: bool) -> None:
        self.records += 1
        self.new += is_new
        self.there += not is_new
        self.add_notes(mapped.notes)
        for body in mapped.bodies:
            if facts := facts_of(body):
                self.totals.add(facts)

    def reject(self, *, is_unread: bool) -> None:
        self.records += 1
        self.rejected += 1
        self.unread += is_unread

    def is_nothing_taken(self) -> bool:
        return 0 < self.rejected == self.records

    def as_json(self) -> dict[str, Any]:
        counts = {
            name: getattr(self, name) for name in ("file", "rows", "records", "new", "there", "rejected", "skipped")
        }
        totals = self.totals.as_json() if self.totals.outcomes else {}
        snapshot = self.snapshot.as_json() if self.snapshot else {}
        return counts | snapshot | {"notes": dict(sorted(self.notes.items()))} | totals

    def detail_lines(self) -> Iterator[str]:
        for note, count in sorted(self.notes.items()):
            yield f"  {count:>7}  {note}"
        yield from self.snapshot.lines() if self.snapshot else ()
        yield from self.totals.lines()


def facts_of(body: Body) -> Sequence[Body]:
    found: Sequence[Body] = body.get("facts", ())
    return found


def rows_of(one: "tuple[Record, MappedRecord] | RejectedRecord | Skipped") -> int:
    if isinstance(one, Skipped):
        return one.rows
    return len(one.rows) if isinstance(one, RejectedRecord) else len(one[0])


def merged_json(summaries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The first, with those of the files that belong to it."""
    first, *others = summaries
    return {**first, **({"beside": others} if others else {})}
