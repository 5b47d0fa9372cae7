"""`kill -9` of what runs once: a migration, a first start, an import; of a service in the middle of a batch. Done
again, it goes on where it was, and adds nothing twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.crash.catalog import BATCHES, COMMAND, FIRST_START, IMPORT, MIGRATION
from tests.crash.history import Answer, Request
from tests.crash.load import NAMES
from tests.crash.parking import killed_and_again, restarted
from tests.crash.postgres import OurPostgres
from tests.crash.processes import Program
from tests.crash.sweep import Stage, died_at, staged, with_clients
from tests.crash.system import in_one_process
from tests.funnelcast.command import ADMIN

ROWS = 1200
"""More than two requests of an import."""
LINES = 1100
"""More than two transactions of a batch."""
NDJSON = {"Content-Type": "application/x-ndjson"}
MAPPING = """\
mapping: acme
kind: opportunities
dates: {formats: [YYYY-MM-DD], timezone: UTC}
fields: {id: ID, name: ID, account: Account, owner: Owner, stage: Stage, opened: Opened}
stages: {Open: qualified}
"""
IMPORTED = """
    SELECT count(*), count(DISTINCT stream), count(DISTINCT data ->> 'external_id')
    FROM pipeline.events WHERE type = 'opportunity.opened'"""


async def test_a_migration_that_was_killed_is_done_again(tmp_path: Path) -> None:
    postgres = OurPostgres(tmp_path / "postgres")
    await postgres.start()
    try:
        env = {"FUNNELCAST_POSTGRES": postgres.url, "FUNNELCAST_ADMIN_KEY": ADMIN}
        migrate = Program("migrate", ["migrate"], tmp_path, env)
        for point in MIGRATION:
            await killed_at(migrate, f"--kill-at={point.name}")
            await died_at(migrate, point)
        migrate.start()
        assert await migrate.ended() == 0, migrate.failure_report()
        keys = Program("keys", ["keys", "list", "--json"], tmp_path, env)
        keys.start()
        assert await keys.ended() == 0, keys.failure_report()
        assert [key["name"] for key in json.loads(keys.output())] == ["admin"]
    finally:
        await postgres.end()
    print(f"{len(MIGRATION)} kills of a migration; then it was done")


async def killed_at(program: Program, *how: str) -> None:
    program.start(*how)
    await program.ended()


@asynccontextmanager
async def started_at_last(folder: Path) -> AsyncIterator[Stage]:
    """One process for all of it, whose first start was killed at every point of its way."""
    async with in_one_process(folder) as system:
        member = system.members["up"]
        for point in FIRST_START:
            await killed_at(member, f"--kill-at={point.name}")
            await died_at(member, point)
        await system.serves()
        async with with_clients(system) as stage:
            yield stage


async def test_a_first_start_and_an_import_that_were_killed_are_done_again(tmp_path: Path) -> None:
    file, mapping = tmp_path / "deals.csv", tmp_path / "acme.yaml"
    rows = (f"{number},Acme {number},ann,Open,2026-01-02" for number in range(ROWS))
    file.write_text("\n".join(["ID,Account,Owner,Stage,Opened", *rows]))
    mapping.write_text(MAPPING)
    async with started_at_last(tmp_path) as stage:
        url = stage.system.addresses["pipeline"]
        words = ("import", "opportunities", str(file), "--mapping", str(mapping), "--url", url, "--key", ADMIN)
        importing = stage.system.program("import", *words)
        for point in IMPORT:
            await killed_and_again(importing, point)
        (row,) = await stage.looks.rows(IMPORTED)
        assert tuple(row) == (ROWS, ROWS, ROWS), importing.failure_report()
        assert await stage.findings() == []
    print(f"{len(FIRST_START)} kills of a first start, {len(IMPORT)} of an import: {ROWS} rows, each there once")


# -- batches ---------------------------------------------------------------------------------------------------------


def line(service: str, number: int) -> Mapping[str, Any]:
    name = f"crm:{number}"
    if service == "intake":
        return {"source": "import", "person": {"email": f"{number}@batch.example"}, "external_id": name}
    deal = {"command": "open", "name": "Seats", "account": "a", "owner": "ann", "motion": "new_business"}
    return {"external_id": name, "facts": [deal]}


PLACES = {"intake": ("/leads/batch", "lead.captured"), "pipeline": ("/opportunities/batch", "opportunity.opened")}


async def sent_whole(stage: Stage, service: str) -> Sequence[Mapping[str, Any]]:
    """Again until its end is told; the lines of the answer."""
    path, event = PLACES[service]
    correlation = NAMES
    request = Request(service, correlation, f"batch to {service}", 1, (event,) * LINES, keyed=False)
    stage.some.requests.append(request)
    body = b"\n".join(orjson.dumps(line(service, number)) for number in range(LINES))
    headers = NDJSON | {"X-Correlation-Id": str(correlation)}
    answer = await stage.some.until_answered(service, "POST", path, content=body, headers=headers)
    document = [orjson.loads(one) for one in answer.content.splitlines()]
    assert document[-1] == {"done": True, "lines": LINES, "failed": 0}
    request.answers.append(Answer(document[-2]["position"], ""))
    return document[:-1]


@pytest.mark.kafka
@pytest.mark.timeout(180)
async def test_a_batch_that_was_cut_off_is_sent_again_and_adds_nothing_twice(brokers: None, tmp_path: Path) -> None:
    (point,) = (one for one in COMMAND if one.scene == "batch")
    async with staged(tmp_path) as stage:
        for service in BATCHES:
            member = stage.system.members[service]
            await restarted(member, f"--kill-at={point.name}")
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(sent_whole(stage, service))
                await died_at(member, point)
                await restarted(member)
            created = sum(one["created"] for one in sending.result())
            assert 0 < created < LINES
            assert await stage.findings() == []
            print(f"{service}: killed within a batch of {LINES}, {created} of them were left to do, each there once")
