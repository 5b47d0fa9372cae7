"""The Markdown table of one run, or of several: then each line is that of the run in which it came off worst."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from tests.bench.rounds import Spread
from tests.bench.table import HEADS, Row, Target, cells, notes

BEGIN, END = "<!-- figures: made by `funnelcast bench --markdown` -->", "<!-- end of figures -->"
SPREADS = ("ours", "baseline", "ratio", "per_cpu")


def row_of(found: Mapping[str, Any]) -> Row:
    spreads = {name: Spread(**found[name]) if found[name] else None for name in SPREADS}
    target = Target(**found["target"]) if found["target"] else None
    rest = {name: found[name] for name in ("measure", "what", "unit", "against", "void", "note")}
    return Row(**rest, **spreads, target=target)  # type: ignore[arg-type]


def worst(rows: Iterable[Row]) -> Row:
    return min(rows, key=badness)


def badness(row: Row) -> tuple[bool, float]:
    """Void is worst of all; without a target, any is as good as the other."""
    if row.target is None:
        return row.void is None, 0.0
    found = row.ratio if row.target.of == "ratio" and row.ratio else row.ours
    return row.void is None, found.median if row.target.sign == "≥" else -found.median


def markdown(files: Sequence[Path]) -> str:
    runs = [orjson.loads(file.read_bytes()) for file in files]
    known: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in (row_of(found) for run in runs for found in run["rows"]):
        known.setdefault((row.measure, row.what, row.unit, row.against), []).append(row)
    chosen = [worst(rows) for rows in known.values()]
    table = [HEADS, ["---"] * len(HEADS), *map(cells, chosen)]
    facts = [f"- {name}: {value}" for name, value in shared_facts([run["facts"] for run in runs]).items()]
    lines = (f"| {' | '.join(line)} |" for line in table)
    return "\n".join([*facts, "", *lines, "", *(f"- {note}" for note in notes(chosen))]).rstrip()


def shared_facts(facts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The facts that all runs share; those that differ are given for each."""
    return {name: "; ".join(dict.fromkeys(each[name] for each in facts if name in each)) for name in facts[0]}


def put_into(page: Path, figures: str) -> None:
    """Between its two marks."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}")
