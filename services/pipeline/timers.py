"""Work whose time has come: the evaluation of the benchmarks, for each business day."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.benchmark.commands import RecordStatus
from services.pipeline.benchmark.decider import DECIDER
from services.pipeline.metrics.benchmark_evaluation import (
    SampleCount,
    evaluation_id,
    evaluation_window,
    evaluations,
    subject_of,
)
from services.pipeline.metrics.deal_sums import DealSet
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.funnel_steps import Step
from services.pipeline.metrics.window import Window
from services.pipeline.projections import deal_states, funnel
from services.pipeline.setting.decider import ALL
from services.pipeline.setting.decider import DECIDER as SETTING
from services.pipeline.setting.events import Measure
from shared.flow import checkpoint
from shared.flow.timer import Due, Reading, Timer
from shared.rules.reaction import REACTIONS, Reaction
from shared.store import event_store
from shared.store.folded_streams import read_states

BY = (Dimension.SOURCE, Dimension.MOTION)
LOOK_SECONDS = 900.0
"""Repeated evaluations find the deals that were entered late, as far as the status did not change on the same day."""


async def changed_benchmarks(reading: Reading, limit: int) -> Sequence[Due] | None:
    """The benchmarks that had another status at the last midnight than in their stream; None while the read models are
    behind."""
    tx, now = reading.tx, reading.now
    settings = (await read_states(tx, SETTING, [ALL]))[ALL]
    midnight = settings.start_of_day(settings.business_day(now))
    if not await are_complete(reading, midnight):
        return None
    found = evaluations(settings.benchmarks, midnight, await figures(tx, midnight))
    states = await read_states(tx, DECIDER, [subject_of(each.band) for each in found])
    changed = [each for each in found if states[subject_of(each.band)].status != each.status]
    return [Due(subject_of(each.band), midnight, evaluation_id(each.band, midnight), each) for each in changed[:limit]]


async def are_complete(reading: Reading, midnight: datetime) -> bool:
    """Whether the read models contain all own events until midnight, and of other services' events those that the
    reactions have seen. While they are built anew, rates would be wrong."""
    tx = reading.tx
    applied = await checkpoint.positions(tx, reading.read_models)
    reacted = await checkpoint.positions(tx, REACTIONS)
    own = {"pipeline": await event_store.first_since(tx, midnight) - 1}
    return all(applied.get(source, 0) >= position for source, position in (reacted | own).items())


async def figures(tx: AsyncConnection, midnight: datetime) -> Mapping[Measure, Sequence[SampleCount]]:
    return {
        Measure.WIN_RATE: await won(tx, midnight),
        Measure.MQL_TO_SRL: await converted(tx, midnight, Step.MQL, Measure.MQL_TO_SRL),
        Measure.SRL_TO_SQL: await converted(tx, midnight, Step.SRL, Measure.SRL_TO_SQL),
    }


async def won(tx: AsyncConnection, midnight: datetime) -> list[SampleCount]:
    begins, ends, _ = evaluation_window(Measure.WIN_RATE, midnight)
    window = Window(begins, ends, as_of=midnight)
    rows = await deal_states.closed_sums(tx, window, BY)
    return [
        SampleCount(row.key[0], row.key[1], row.deals if row.deal_set is DealSet.WON else 0, row.deals)
        for row in rows
        if row.qualified
    ]


async def converted(tx: AsyncConnection, midnight: datetime, step: Step, measure: Measure) -> list[SampleCount]:
    begins, ends, matured = evaluation_window(measure, midnight)
    cohort = await funnel.steps(tx, Window(begins, ends, as_of=midnight), matured, BY)
    return [
        SampleCount(row.key[0], row.key[1], row.converted, row.entered) for row in cohort.groups if row.step == step
    ]


def record_status(due: Due) -> Reaction:
    if not isinstance(due.command, RecordStatus):
        raise TypeError("a benchmark falls due with what was found")
    return Reaction(DECIDER, due.subject, due.command)


TIMERS = (Timer("benchmarks", changed_benchmarks, record_status, LOOK_SECONDS),)
