"""The command `funnelcast bench`: the chosen measures, one after the other, as a table and as JSON."""

import sys
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import uvloop

from shared.rules.clock_and_ids import ClockAndIds
from shared.run import memory
from tests.bench import facts, load
from tests.bench.ground import Ground, Missing, standing
from tests.bench.load import Failing
from tests.bench.measures import (
    appends,
    batch,
    consume,
    cores,
    echo,
    growth,
    latency,
    lead_work,
    ledger,
    metrics,
    pages,
    places,
    rebuild,
    relay,
    remembering,
    rollup,
    scaling,
    size,
    start,
    transaction,
    webhooks,
)
from tests.bench.sizes import FULL, LONG, QUICK, Sizes
from tests.bench.table import Row, print_table
from tests.running import connected

PLACE = Path(__file__).parents[2] / ".bench"
MEASURES: Mapping[str, Callable[[Ground], Awaitable[Sequence[Row]]]] = {
    "P1": echo.measure,
    "P2": transaction.measure,
    "P3": cores.measure,
    "P4": batch.measure,
    "P5": appends.measure,
    "P6": relay.measure,
    "P7": consume.measure,
    "P8": rebuild.measure,
    "P9": rollup.measure,
    "P10": ledger.measure,
    "P12": latency.measure,
    "P14": growth.measure,
    "P15": start.measure,
    "P17": lead_work.measure,
    "P19": metrics.measure,
    "P20": webhooks.measure,
    "P22": places.measure,
    "P23": pages.measure,
    "memory": remembering.measure,
    "size": size.measure,
    "scale": scaling.measure,
}


@dataclass
class Found:
    """`missing`: what could not be measured, and why. `failed`: because a service refused what was asked of it."""

    facts: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    failed: bool = False


def run(only: Collection[str], *, quick: bool, long: bool, rounds: int | None, file: Path | None) -> bool:
    """Whether nothing failed or is void. Targets that are missed are told, not failures. An error ends it, but what was
    measured until then is shown and written."""
    sizes = QUICK if quick else LONG if long else FULL
    sizes, found = replace(sizes, rounds=rounds) if rounds else sizes, Found()
    try:
        uvloop.run(measure_all(only or list(MEASURES), sizes, found))
    finally:
        show(found)
        if file is not None:
            file.write_bytes(json_of(found))
    return bool(found.rows) and not found.failed and not any(row.void for row in found.rows)


async def measure_all(only: Collection[str], sizes: Sizes, found: Found) -> None:
    PLACE.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=PLACE) as folder:
        async with standing(Path(folder), sizes, print_progress) as ground:
            found.facts |= await measured_facts(ground)
            memory.freeze_loaded_objects()  # consumers that run here shall run as those of a service do
            for name, measure in MEASURES.items():
                if name in only:
                    print_progress(name)
                    try:
                        found.rows += await measure(ground)
                    except (Missing, Failing) as error:
                        found.missing[name] = str(error)
                        found.failed |= isinstance(error, Failing)
                        print_progress(f"  not measured: {error}")
            found.facts["log"] = "embedded, in Postgres" + (", and Kafka 4 with one broker" if ground.broker else "")


async def measured_facts(ground: Ground) -> dict[str, str]:
    async with connected(ground.server.url) as engine, engine.connect() as tx:
        known = await facts.facts(tx, ground.folder, ClockAndIds().now())
    return known | {"load generator": await load.ceiling(ground), "sizes": sizes_text(ground.sizes)}


def json_of(found: Found) -> bytes:
    rows = [asdict(row) | {"passed": row.passed} for row in found.rows]
    body = {"facts": found.facts, "rows": rows, "missing": found.missing}
    return orjson.dumps(body, option=orjson.OPT_INDENT_2)


def sizes_text(sizes: Sizes) -> str:
    named = {name: value for name, value in asdict(sizes).items() if name != "name"}
    return f"{sizes.name}: " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in named.items())


def print_progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def show(found: Found) -> None:
    for name, value in found.facts.items():
        print(f"{name:16}{value}")
    print()
    print_table(found.rows)
    for name, why in found.missing.items():
        print(f"{name} was not measured: {why}")
