"""P5: 64 concurrent writers, each event on disk before its writer goes on; against the library `eventsourcing`, which
saves the same events to the same Postgres."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from uuid import UUID

import orjson
from sqlalchemy import text

from services.lead_intake.lead.commands import Capture, CaptureLead
from services.lead_intake.lead.decider import DECIDER
from shared.rules.edge import Edge
from shared.store.ask import Ask, Step
from shared.store.committer import Committer
from shared.store.wake import Wake
from tests.bench.ground import Ground, writing
from tests.bench.intake import rows_of
from tests.bench.leads import SPAN, body
from tests.bench.load import said
from tests.bench.peer import PROGRAM, environment_of, made_environment
from tests.bench.rounds import Count, Run, Sample, Side
from tests.bench.stored import LEADS
from tests.bench.table import Row, at_least, compared
from tests.running import connected

EDGE = Edge()
THEIRS = text("SELECT count(*) FROM public.leads_events WHERE position(:mark IN convert_from(state, 'UTF8')) > 0")


async def measure(ground: Ground) -> Sequence[Row]:
    python = await made_environment()
    async with ground.database() as url, ground.database() as other, writing(url, "intake") as engine:
        committer = Committer(engine, EDGE, Wake(), waiting=4096, batch=256)
        working = asyncio.create_task(committer.run())
        ours = Side("ours", appending(ground, committer), rows_of(url))
        theirs = Side("eventsourcing 9.5", peer(ground, str(python), other), peers_rows(other))
        mine, library = await ground.rounds.interleaved(ours, theirs)
        working.cancel()
    what = f"event appends, {ground.sizes.connections} concurrent writers"
    return [compared("P5", what, "events/s", mine, library, at_least(10))]


def appending(ground: Ground, committer: Committer) -> Run:
    async def writer(told: list[CaptureLead], mark: UUID) -> None:
        for each in told:
            await committer.ask(ask(each, mark))

    async def run(mark: UUID) -> Sample:
        first, writers, amount = ground.number() * SPAN, ground.sizes.connections, ground.sizes.appends
        told = [CaptureLead.model_validate_json(body(first + number)) for number in range(amount)]
        began = perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number in range(writers):
                tasks.create_task(writer(told[number::writers], mark))
        return Sample(amount, perf_counter() - began)

    return run


def ask(told: CaptureLead, mark: UUID) -> Ask:
    """As the route asks."""
    command = Capture(
        told=told, capture_id=str(EDGE.new_id()), person_id=str(EDGE.new_id()), engaged_at=EDGE.now(), unnamed=True
    )
    alias = f"email:{told.person.email}"
    return Ask(DECIDER, f"lead-{EDGE.new_id()}", [Step(command)], "bench", mark, find=[alias], also=[alias])


def peer(ground: Ground, python: str, url: str) -> Run:
    async def run(mark: UUID) -> Sample:
        data = orjson.loads(LEADS.data) | {"mark": str(mark)}
        wanted = [str(ground.sizes.connections), str(ground.sizes.appends), orjson.dumps(data).decode()]
        told = await said([python, str(PROGRAM), *wanted], **environment_of(url))
        return Sample(int(told["requests"]), told["seconds"])

    return run


def peers_rows(url: str) -> Count:
    async def count(mark: UUID) -> int:
        async with connected(url) as engine, engine.connect() as tx:
            return int((await tx.execute(THEIRS, {"mark": str(mark)})).scalar_one())

    return count
