"""P5: 64 concurrent writers, each event on disk before its writer goes on; against the library `eventsourcing`, which
saves the same events to the same Postgres."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from time import perf_counter
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from services.lead_intake.lead.events import PARSE, LeadCaptured
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.decider import Decider
from shared.rules.message import Command
from shared.store.committer import Committer
from shared.store.signal import Signal
from shared.store.write_request import Step, WriteRequest
from tests.bench.ground import Ground, writing
from tests.bench.intake import rows_of
from tests.bench.load import said
from tests.bench.peer import PROGRAM, environment_of, made_environment
from tests.bench.rounds import Count, Run, Sample, Side
from tests.bench.stored import LEADS
from tests.bench.table import Row, at_least, compared
from tests.running import connected

EDGE = ClockAndIds()
THEIRS = text("SELECT count(*) FROM public.leads_events WHERE position(:mark IN convert_from(state, 'UTF8')) > 0")


async def measure(ground: Ground) -> Sequence[Row]:
    python = await made_environment()
    async with ground.database() as url, ground.database() as other, writing(url, "intake") as engine:
        committer = Committer(engine, EDGE, Signal(), waiting=4096, batch=256)
        working = asyncio.create_task(committer.run())
        ours = Side("ours", appending(ground, committer), rows_of(url))
        theirs = Side("eventsourcing 9.5", peer(ground, str(python), other), peers_rows(other))
        mine, library = await ground.rounds.interleaved(ours, theirs)
        working.cancel()
    what = f"event appends, {ground.sizes.connections} concurrent writers"
    return [compared("P5", what, "events/s", mine, library, at_least(10))]


class Save(Command):
    """The command for the library: it saves this event, without a rule."""

    event: LeadCaptured


def decide(state: None, command: Save, at: datetime) -> list[LeadCaptured]:
    return [command.event]


def evolve(state: None, event: LeadCaptured, at: datetime) -> None:
    return None


SAVING: Decider[Save, None, Any] = Decider("lead", PARSE, None, decide, evolve)
SAME = Step(Save(event=LeadCaptured.from_stored(LEADS.data)))


def appending(ground: Ground, committer: Committer) -> Run:
    async def writer(amount: int, mark: UUID) -> None:
        for _ in range(amount):
            await committer.write(
                WriteRequest(SAVING, f"lead-{EDGE.new_id()}", [SAME], "bench", mark, is_new_stream=True)
            )

    async def run(mark: UUID) -> Sample:
        writers, amount = ground.sizes.connections, ground.sizes.appends
        began = perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number in range(writers):
                tasks.create_task(writer(len(range(number, amount, writers)), mark))
        return Sample(amount, perf_counter() - began)

    return run


def peer(ground: Ground, python: str, url: str) -> Run:
    async def run(mark: UUID) -> Sample:
        data = orjson.loads(LEADS.data) | {"mark": str(mark)}
        wanted = [str(ground.sizes.connections), str(ground.sizes.appends), orjson.dumps(data).decode()]
        output = await said([python, str(PROGRAM), *wanted], **environment_of(url))
        return Sample(int(output["requests"]), output["seconds"])

    return run


def peers_rows(url: str) -> Count:
    async def count(mark: UUID) -> int:
        async with connected(url) as engine, engine.connect() as tx:
            return int((await tx.execute(THEIRS, {"mark": str(mark)})).scalar_one())

    return count
