"""One row for each thing measured: ours, the baseline, their ratio, the target, and whether it is met."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from tests.bench.rounds import Result, Spread, ratios, spread

Of = Literal["ratio", "ours"]
WIDE = 180


@dataclass(frozen=True)
class Target:
    """The target of the ratio, or of ours alone: at least, or at most."""

    of: Of
    sign: Literal["≥", "≤"]
    value: float

    def is_met(self, value: float) -> bool:
        return value >= self.value if self.sign == "≥" else value <= self.value

    def __str__(self) -> str:
        return f"{self.sign} {figure(self.value)}{' ×' if self.of == 'ratio' else ''}"


def at_least(value: float, of: Of = "ratio") -> Target:
    return Target(of, "≥", value)


def at_most(value: float, of: Of = "ours") -> Target:
    return Target(of, "≤", value)


@dataclass(frozen=True)
class Row:
    """`per_cpu`: the ratio of what a second of CPU does, everybody's counted. `void`: why none of it counts. `note`:
    what a reader should know besides. Without a target it is only told."""

    measure: str
    what: str
    unit: str
    ours: Spread
    against: str = ""
    baseline: Spread | None = None
    ratio: Spread | None = None
    per_cpu: Spread | None = None
    target: Target | None = None
    void: str | None = None
    note: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether the target is met. None: there is none."""
        if self.void is not None:
            return False
        if self.target is None:
            return None
        value = self.ratio if self.target.of == "ratio" else self.ours
        return value is not None and self.target.is_met(value.median)

    @property
    def verdict(self) -> str:
        if self.void is not None:
            return "VOID"
        return {None: "", True: "yes", False: "NO"}[self.passed]


def compared(
    measure: str, what: str, unit: str, ours: Result, baseline: Result, target: Target | None = None, note: str = ""
) -> Row:
    void = ours.void or baseline.void
    mine, theirs = spread(ours.rates), spread(baseline.rates)
    ratio, per_cpu = ratios(ours.rates, baseline.rates), ratios(ours.per_cpu, baseline.per_cpu)
    return Row(measure, what, unit, mine, baseline.name, theirs, ratio, per_cpu, target, void, note)


def against_figure(
    measure: str, what: str, unit: str, ours: Result, against: str, figure: float, target: Target, note: str = ""
) -> Row:
    """Against a figure that others published."""
    mine = spread(ours.rates)
    ratio = spread([rate / figure for rate in ours.rates])
    return Row(measure, what, unit, mine, against, one(figure), ratio, None, target, ours.void, note)


def alone(measure: str, what: str, unit: str, ours: Spread, target: Target | None = None, **more: Any) -> Row:
    return Row(measure, what, unit, ours, target=target, **more)


def one(value: float) -> Spread:
    """The row of a figure that is measured once."""
    return Spread(value, value, value, 1)


def figure(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def shown(found: Spread | None) -> str:
    if found is None:
        return ""
    return figure(found.median) + (f" ({figure(found.low)}–{figure(found.high)})" if found.rounds > 1 else "")


def cells(row: Row) -> list[str]:
    ratio = f"{shown(row.ratio)} ×" if row.ratio else ""
    baseline = f"{shown(row.baseline)} {row.against}".strip()
    target = str(row.target) if row.target else ""
    per_cpu = f"{figure(row.per_cpu.median)} ×" if row.per_cpu else ""
    return [row.measure, f"{row.what}, {row.unit}", shown(row.ours), baseline, ratio, per_cpu, target, row.verdict]


HEADS = ("", "measure", "ours", "baseline", "ratio", "per CPU s", "target", "pass")


def print_table(rows: Sequence[Row]) -> None:
    drawn = Table(box=None, pad_edge=False)
    for head in HEADS:
        drawn.add_column(head, overflow="fold")
    for row in rows:
        drawn.add_row(*cells(row))
    console = Console(highlight=False, markup=False, width=WIDE)
    console.print(drawn)
    for note in notes(rows):
        console.print(note, soft_wrap=True)


def notes(rows: Iterable[Row]) -> list[str]:
    return [f"{row.measure} {row.what}: {row.void or row.note}" for row in rows if row.void or row.note]
