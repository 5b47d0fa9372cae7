"""The command's memory does not grow with the export."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.funnelcast.command import environment

MAPPING = """\
mapping: flat
kind: opportunities
dates: {formats: [YYYY-MM-DD], timezone: UTC}
money: {currency: EUR}
stages: {New: unqualified, Offer: proposal}
"""
OF_DEALS = "fields: {id: Id, name: Name, account: Company, owner: Owner, stage: Stage, amount: Amount, opened: At}\n"
OF_STEPS = """\
fields: {id: Id, name: Name, account: Company, owner: Owner, stage: Stage, amount: Amount, at: At}
history: {follow: [amount]}
"""
MEASURED = """\
import atexit, sys
from funnelcast.main import main
status = lambda: dict(line.split(":", 1) for line in open("/proc/self/status"))
atexit.register(lambda: print(status()["VmHWM"].split()[0], file=sys.stderr))
main()
"""
"""Not by `getrusage`, where a process begins with what the one had that started it."""
FEW, MANY = 2_000, 42_000
MIB = 1024
"""KiB, in which the system counts."""


def deals(number: int) -> Iterator[str]:
    return (f"{each},Deal {each},Company {each},ann,Offer,{each}.00,2024-01-05\n" for each in range(number))


def steps(number: int) -> Iterator[str]:
    """The second row of each deal follows after the first ones of all."""
    yield from (f"{each},Deal,Acme,ann,New,{each}.00,2024-01-05\n" for each in range(number // 2))
    yield from (f"{each},Deal,Acme,ann,Offer,{each}.00,2024-02-05\n" for each in range(number // 2))


def highest(folder: Path, mapping: str, rows: Iterator[str]) -> int:
    file, yaml = folder / "deals.csv", folder / "mapping.yaml"
    yaml.write_text(MAPPING + mapping)
    with file.open("w") as out:
        out.write("Id,Name,Company,Owner,Stage,Amount,At\n")
        out.writelines(rows)
    words = ["import", "opportunities", str(file), "--mapping", str(yaml), "--dry-run"]
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, env=environment(), check=True
    )
    assert " 0 refused" in ran.stdout
    return int(ran.stderr.splitlines()[-1])


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("mapping", "rows"), [(OF_DEALS, deals), (OF_STEPS, steps)], ids=["deals", "steps"])
def test_twenty_times_the_rows_need_hardly_more_memory(
    tmp_path: Path, mapping: str, rows: Callable[[int], Iterator[str]]
) -> None:
    """Kept in memory, 40,000 rows would be 80 MiB."""
    few, many = (highest(tmp_path, mapping, rows(number)) for number in (FEW, MANY))
    print(f"{few / MIB:.0f} MiB for {FEW:,} rows, {many / MIB:.0f} MiB for {MANY:,}")
    assert many - few < 24 * MIB
    assert many < 200 * MIB
