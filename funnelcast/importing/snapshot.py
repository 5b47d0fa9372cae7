"""A later export of the same deals: what differs from the deals here becomes their changes.

A deal that is not here yet is imported with all that the export knows of it. For a deal that is here, the export says
where it stands; the pipeline finds the difference, and leaves alone what was changed here since the last import.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Literal
from zoneinfo import ZoneInfo

import httpx
import orjson

from funnelcast.failure import Failed
from funnelcast.importing.cells.dates import NOON, instant_text
from funnelcast.importing.known_deals import DEALS, PAGE, KnownDeals
from funnelcast.importing.record import Body, ExportKind, MappedRecord, Record
from funnelcast.importing.sending import Accepted, Pair, SendResult, batch, complete_answer, result_of
from funnelcast.importing.snapshot_steps import OUTCOMES, steps_of, steps_of_history

Vanished = Literal["report", "lose", "recycle"]
VANISHED: Sequence[Vanished] = ("report", "lose", "recycle")
MOST_LISTED = 1000
LABELS = {"stage": "stage", "owner": "owner", "amount": "amount", "close_date": "close date"}


@dataclass(frozen=True)
class SnapshotOptions:
    """`day`: of the export, or the instant. `overwrite`: also what was changed here since the last import. `vanished`:
    what happens to open deals that the export no longer has."""

    day: date | datetime
    overwrite: bool = False
    vanished: Vanished = "report"

    def first_instant(self) -> datetime:
        """The instant at which the day begins anywhere."""
        if isinstance(self.day, datetime):
            return self.day
        return datetime.combine(self.day, time(), timezone(timedelta(hours=14)))

    def instant(self, zone: str, now: datetime) -> datetime:
        """A day is its noon, if that is over."""
        if isinstance(self.day, datetime):
            return self.day.astimezone(UTC)
        return min(datetime.combine(self.day, NOON, ZoneInfo(zone)).astimezone(UTC), now)

    def end_of_day(self, zone: str, now: datetime) -> datetime:
        """The end of the export's day there."""
        day = self.instant(zone, now).astimezone(ZoneInfo(zone)).date()
        return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)

    def is_before(self, other: datetime, zone: str, now: datetime) -> bool:
        """Whether the export is older than one of that instant. Of a day alone it may be any instant."""
        return other > self.day if isinstance(self.day, datetime) else other >= self.end_of_day(zone, now)

    def last_instant(self, zone: str, now: datetime) -> datetime:
        """The last instant of the export: nothing in it is later."""
        if isinstance(self.day, datetime):
            return self.day
        return min(datetime.combine(self.day, time.max, ZoneInfo(zone)), now)


def parse_day(text: str) -> date | datetime:
    """Raises `ValueError` for what is neither a day nor an instant."""
    try:
        parsed = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day such as 2024-03-31, and no instant with its offset") from None
    if isinstance(parsed, datetime) and parsed.tzinfo is None:
        raise ValueError(f"{text!r} has no offset, such as +01:00 or Z")
    return parsed


def snapshot_options(
    day: str | None, kind: str, vanished: str, now: datetime, *, overwrite: bool
) -> SnapshotOptions | None:
    """The options of the command line. Raises `ValueError`."""
    if day is None:
        if overwrite or vanished != "report":
            raise ValueError("--overwrite and --vanished belong to a --snapshot-of")
        return None
    if kind == "leads":
        raise ValueError("leads are captures: they do not change, import them as they are")
    if kind == "quotas":
        raise ValueError("quotas are set as they are in the file: import it again")
    chosen = next((each for each in VANISHED if each == vanished), None)
    if chosen is None:
        raise ValueError(f"--vanished must be one of {', '.join(VANISHED)}")
    options = SnapshotOptions(parse_day(day), overwrite, chosen)
    if options.first_instant() > now:
        raise ValueError(f"{day} lies in the future")
    return options


@dataclass
class SnapshotReport:
    """`changed`: deals that got changes. `conflicts`: what was left alone, by line. `vanished`: external ids of open
    deals that the export no longer has. `closed`: how many of these were closed. `deals`: of the export. `unread`:
    records that were refused before they were sent: their deals may be among the vanished."""

    changed: int = 0
    conflict_count: int = 0
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    vanished_count: int = 0
    vanished: list[str] = field(default_factory=list)
    closed: int = 0
    deals: int = 0
    unread: int = 0

    def why_none_is_closed(self) -> str | None:
        """None when the vanished deals may be closed. An export without a single deal is a mistake, such as a
        filter's."""
        if self.unread:
            return f"they may be among the {self.unread} records that could not be read"
        return None if self.deals else "the export has no deals"

    def as_json(self) -> dict[str, Any]:
        return {
            "changed": self.changed,
            "conflicts": self.conflicts,
            "vanished": self.vanished,
            "closed_of_vanished": self.closed,
        }

    def lines(self) -> list[str]:
        conflicts = [
            f"line {one['line']}: {LABELS[name]} {difference(values)} in the export: left alone"
            for one in self.conflicts[:20]
            for name, values in one["kept"].items()
        ]
        vanished = [f"{external_id} is no longer in the export" for external_id in self.vanished[:20]]
        counts = [f"{self.changed} changed, {self.conflict_count} in conflict, {self.vanished_count} vanished"]
        closed = [f"{self.closed} of them closed"] if self.closed else []
        if self.vanished and (reason := self.why_none_is_closed()):
            closed = [f"none of them closed: {reason}"]
        return counts + conflicts + vanished + closed


def difference(values: Mapping[str, str | None]) -> str:
    """A value that the export has no more may be that of a closed deal, whose amount nothing takes away."""
    why = "changed here since the last import, " if values["export"] else ""
    return f"is {shown(values['here'])}, {why}and {shown(values['export'])}"


def shown(value: str | None) -> str:
    return value or "none"


@dataclass
class SnapshotSender:
    http: httpx.AsyncClient
    kind: ExportKind
    options: SnapshotOptions
    now: datetime
    known: KnownDeals
    report: SnapshotReport = field(default_factory=SnapshotReport)

    @property
    def as_of(self) -> datetime:
        return self.options.instant(self.kind.timezone, self.now)

    @property
    def day_ends(self) -> str:
        return instant_text(self.options.end_of_day(self.kind.timezone, self.now))

    async def send(self, pairs: Sequence[Pair]) -> list[SendResult]:
        self.report.deals += len(pairs)
        await self.read_known_deals()
        known = [self.known.has(mapped.bodies[0]["external_id"]) for _, mapped in pairs]
        new = [self.dated(pair) for pair, is_known in zip(pairs, known, strict=True) if not is_known]
        old = [pair for pair, is_known in zip(pairs, known, strict=True) if is_known]
        created = iter(await batch(self.http, f"{DEALS}/batch", new))
        matched = iter(await self.match(old))
        return [next(matched) if is_known else next(created) for is_known in known]

    async def read_known_deals(self) -> None:
        """Refuses an export that is older than one that was imported before: it would undo what that one changed."""
        if self.known.is_filled:
            return
        await self.known.fill(self.http)
        latest, zone = self.known.exported_at, self.kind.timezone
        if latest is not None and self.options.is_before(latest, zone, self.now):
            raise Failed(
                f"the export of {latest.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} was imported already, and this one "
                "is older: exports are imported in their order, so nothing was imported"
            )

    def dated(self, pair: Pair) -> Pair:
        """A deal of which the export does not say since when it is there was opened by the export's instant."""
        record, mapped = pair
        (deal,) = mapped.bodies
        opened, *later = deal["facts"]
        facts = [{"occurred_at": instant_text(self.as_of)} | opened, *later]
        return record, replace(mapped, bodies=[{**deal, "facts": facts, "exported_at": instant_text(self.as_of)}])

    async def match(self, old: Sequence[Pair]) -> list[SendResult]:
        if not old:
            return []
        bodies = [self.body(mapped) for _, mapped in old]
        lines = await complete_answer(self.http, f"{DEALS}/exports/batch", b"\n".join(map(orjson.dumps, bodies)))
        return [self.answer(record, line) for (record, _), line in zip(old, lines, strict=True)]

    def answer(self, record: Record, line: Mapping[str, Any]) -> SendResult:
        answer = result_of(record, line)
        if isinstance(answer, Accepted):
            self.report.changed += line["changed"]
            if kept := self.conflicts(line["kept"]):
                self.report.conflict_count += 1
                if len(self.report.conflicts) < MOST_LISTED:
                    self.report.conflicts.append({"line": record[0].line, "kept": kept})
        return answer

    def conflicts(self, kept: Mapping[str, Mapping[str, str | None]]) -> dict[str, Any]:
        """A deal that went back into an unqualified stage is in the first qualified one here: that is none."""
        process = self.kind.process
        stages = [each.stage for each in process.stages]

        def is_back(values: Mapping[str, str | None]) -> bool:
            export = values["export"] or ""
            return values["here"] == process.first_qualified and export in stages and not process.is_qualified(export)

        return {name: values for name, values in kept.items() if name != "stage" or not is_back(values)}

    def body(self, mapped: MappedRecord) -> Body:
        (deal,) = mapped.bodies
        facts, compares = deal["facts"], self.kind.compares
        if self.kind.group_by is None:
            steps = steps_of(facts, self.as_of, compares, mapped.changed_at)
        else:
            steps = steps_of_history(facts, self.as_of, compares)
        steps[-1]["day_ends"] = self.day_ends
        if self.options.overwrite:
            steps = [step | {"overwrite": True} for step in steps]
        return self.of_export(deal["external_id"], steps)

    def of_export(self, external_id: str, steps: Sequence[Body]) -> Body:
        return {"external_id": external_id, "exported_at": instant_text(self.as_of), "steps": steps}

    async def finish(self) -> Sequence[str]:
        await self.read_known_deals()
        vanished = self.known.vanished()
        self.report.vanished_count, self.report.vanished = len(vanished), vanished[:MOST_LISTED]
        if self.options.vanished != "report" and self.report.why_none_is_closed() is None:
            for start in range(0, len(vanished), PAGE):
                await self.close(vanished[start : start + PAGE])
        return ()

    async def close(self, external_ids: Sequence[str]) -> None:
        outcome = OUTCOMES[self.options.vanished]
        step = {"outcome": outcome, "reason": "other", "overwrite": True}
        step |= {"occurred_at": instant_text(self.as_of), "day_ends": self.day_ends}
        bodies = [self.of_export(external_id, [step]) for external_id in external_ids]
        lines = await complete_answer(self.http, f"{DEALS}/exports/batch", b"\n".join(map(orjson.dumps, bodies)))
        self.report.closed += sum(line.get("changed", False) for line in lines)
