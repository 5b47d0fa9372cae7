"""`kill -9` amid an import of whole histories, of the command and of the service. Imported again, each deal has
its history, step by step, and nothing twice."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.crash.catalog import BETWEEN, BY_NAME, IMPORT
from tests.crash.parking import killed_and_again, restarted
from tests.crash.processes import Program
from tests.crash.sweep import Stage, died_at, staged_in_one_process
from tests.funnelcast.command import ADMIN

ROWS = 1200
"""More than one request of an import, and several transactions of each."""
MAPPING = """\
mapping: acme
kind: opportunities
dates: {formats: [YYYY-MM-DD], timezone: UTC}
money: {currency: EUR}
fields: {id: ID, name: ID, account: Account, owner: Owner, stage: Stage, amount: Value, opened: Opened, closed: Closed}
stages: {Offer: proposal, Won: won, Lost: {lost: competitor}}
"""
HISTORIES = """
    SELECT min(data ->> 'external_id'), string_agg(
        concat_ws(' ', version, type, data ->> 'command', to_char(occurred_at AT TIME ZONE 'UTC', 'MM-DD')), ', '
        ORDER BY position)
    FROM pipeline.events WHERE stream LIKE 'opportunity-%' GROUP BY stream"""
OPENED, MOVED = "1 opportunity.opened 01-02", "opportunity.stage_changed"
KINDS = (
    ("Won,2026-02-03", f"{OPENED}, 2 {MOVED} qualify 02-03, 3 {MOVED} win 02-03"),
    ("Lost,2026-02-04", f"{OPENED}, 2 opportunity.close_date_changed 02-04, 3 {MOVED} lose 02-04"),
    ("Offer,", f"{OPENED}, 2 {MOVED} qualify 01-02"),
)
"""Rows in turn: stage and day of the end, and the history that each becomes."""
IN_THE_SERVICE = ("appended:3", "handled, before COMMIT:2", "committed, before the answer:2", "half a batch committed")


def expected() -> Sequence[tuple[str, str]]:
    return sorted((f"acme:{number}", KINDS[number % len(KINDS)][1]) for number in range(ROWS))


async def histories(stage: Stage) -> Sequence[tuple[str, str]]:
    return sorted((row[0], row[1]) for row in await stage.looks.rows(HISTORIES))


def importing(stage: Stage, folder: Path) -> Program:
    file, mapping = folder / "deals.csv", folder / "acme.yaml"
    rows = (
        f"{number},Acme {number},ann,{number}.50,2026-01-02,{KINDS[number % len(KINDS)][0]}" for number in range(ROWS)
    )
    file.write_text("\n".join(["ID,Account,Owner,Value,Opened,Stage,Closed", *rows]))
    mapping.write_text(MAPPING)
    url = stage.system.addresses["pipeline"]
    words = ("import", "opportunities", str(file), "--mapping", str(mapping), "--url", url, "--key", ADMIN)
    return stage.system.program("import", *words)


async def service_killed_at(stage: Stage, program: Program, name: str, *how: str) -> None:
    """While the import runs. It may outlast that, or fail."""
    member = stage.system.members["up"]
    await restarted(member, f"--kill-at={name}", *how)
    program.start()
    await died_at(member, BY_NAME[name.partition(":")[0]])
    await restarted(member)
    await program.ended(seconds=60)


async def imported_again(program: Program) -> None:
    program.start()
    assert await program.ended(seconds=60) == 0, program.failure_report()


@pytest.mark.timeout(180)
async def test_whole_histories_whose_import_was_killed_are_there_once(tmp_path: Path) -> None:
    async with staged_in_one_process(tmp_path) as stage:
        program = importing(stage, tmp_path)
        for name in IN_THE_SERVICE:
            await service_killed_at(stage, program, name)
        for point in IMPORT:
            await killed_and_again(program, point)
        assert await histories(stage) == expected(), program.failure_report()
        assert await stage.findings() == []
    print(
        f"{len(IN_THE_SERVICE)} kills of the service, {len(IMPORT)} of the command: {ROWS} histories, each there once"
    )


@pytest.mark.harness
@pytest.mark.timeout(120)
async def test_names_that_are_claimed_outside_the_transaction_are_found(tmp_path: Path) -> None:
    async with staged_in_one_process(tmp_path) as stage:
        program = importing(stage, tmp_path)
        await service_killed_at(stage, program, BETWEEN.name, "--plant=names_outside_the_transaction")
        await imported_again(program)
        found = await histories(stage)
    twice = len(found) - ROWS
    assert twice > 0
    print(f"names_outside_the_transaction: {twice} deals there twice")
