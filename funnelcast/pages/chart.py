"""A waterfall's bars: positions in a picture that the template draws as SVG. Exact decimals, rounded to pixels last."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

ROW, BAR, GAP = 30, 20, 5
"""Pixels of a row, of its bar, and above it."""
LABELS, WIDTH, VALUES = 250, 560, 140
"""Pixels for the names, for the bars, and for the amounts behind them."""
ZERO = Decimal(0)
Sort = Literal["total", "up", "down"]


@dataclass(frozen=True)
class Bar:
    """`start`, `length`, `top`: in pixels. `href`: to the deals of a step."""

    label: str
    amount: str
    sort: Sort
    start: int
    length: int
    top: int
    href: str | None

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True)
class Chart:
    bars: Sequence[Bar]
    zero: int

    @property
    def height(self) -> int:
        return len(self.bars) * ROW

    @property
    def width(self) -> int:
        return LABELS + WIDTH + VALUES


@dataclass(frozen=True)
class Scale:
    """The scale from amounts to pixels."""

    least: Decimal
    most: Decimal

    def pixel(self, amount: Decimal) -> int:
        share = (amount - self.least) / ((self.most - self.least) or Decimal(1))
        return LABELS + int((share * WIDTH).quantize(Decimal(1), ROUND_HALF_EVEN))


def waterfall_chart(
    answer: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    words: Mapping[str, str],
    href: Callable[[str], str],
) -> Chart:
    opening, level = Decimal(answer["opening"]), Decimal(answer["opening"])
    spans: list[tuple[str, str, Sort, Decimal, Decimal, str | None]] = [
        ("Opening", answer["opening"], "total", ZERO, opening, None)
    ]
    for step in steps:
        amount = Decimal(step["amount"])
        link = href(step["kind"]) if step["count"] else None
        sort: Sort = "down" if amount < 0 else "up"
        spans.append((words.get(step["kind"], step["kind"]), step["amount"], sort, level, level + amount, link))
        level += amount
    spans.append(("Closing", answer["closing"], "total", ZERO, Decimal(answer["closing"]), None))
    scale = scale_of([end for span in spans for end in span[3:5]])
    return Chart([bar(row, span, scale) for row, span in enumerate(spans)], scale.pixel(ZERO))


def scale_of(ends: Sequence[Decimal]) -> Scale:
    return Scale(min(ZERO, *ends), max(ZERO, *ends))


def bar(row: int, span: tuple[str, str, Sort, Decimal, Decimal, str | None], scale: Scale) -> Bar:
    label, amount, sort, first, last, href = span
    start, end = sorted((scale.pixel(first), scale.pixel(last)))
    return Bar(label, amount, sort, start, max(end - start, 1), row * ROW + GAP, href)
