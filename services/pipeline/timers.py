"""Work whose time has come: the evaluation of the benchmarks, for each business day."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.benchmark.commands import RecordStatus
from services.pipeline.benchmark.decider import DECIDER
from services.pipeline.metrics.benchmark_evaluation import (
    EvaluationWindow,
    SampleCount,
    evaluation_id,
    evaluation_windows,
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
    today = settings.business_day(now)
    midnight, windows = settings.start_of_day(today), evaluation_windows(today, settings.start_of_day)
    if not await are_complete(reading, midnight):
        return None
    found = evaluations(settings.benchmarks, windows, await figures(tx, windows))
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


async def figures(
    tx: AsyncConnection, windows: Mapping[Measure, EvaluationWindow]
) -> Mapping[Measure, Sequence[SampleCount]]:
    return {
        Measure.WIN_RATE: await won(tx, windows[Measure.WIN_RATE]),
        Measure.MQL_TO_SRL: await converted(tx, windows[Measure.MQL_TO_SRL], Step.MQL),
        Measure.SRL_TO_SQL: await converted(tx, windows[Measure.SRL_TO_SQL], Step.SRL),
    }


async def won(tx: AsyncConnection, window: EvaluationWindow) -> list[SampleCount]:
    rows = await deal_states.closed_sums(tx, Window(window.begins, window.ends, as_of=window.matured), BY)
    return [
        SampleCount(row.key[0], row.key[1], row.deals if row.deal_set is DealSet.WON else 0, row.deals)
        for row in rows
        if row.qualified
    ]


async def converted(tx: AsyncConnection, window: EvaluationWindow, step: Step) -> list[SampleCount]:
    cohort = await funnel.steps(tx, Window(window.begins, window.ends, as_of=window.matured), window.matured, BY)
    return [
        SampleCount(row.key[0], row.key[1], row.converted, row.entered) for row in cohort.groups if row.step == step
    ]


def record_status(due: Due) -> Reaction:
    if not isinstance(due.command, RecordStatus):
        raise TypeError("a benchmark falls due with what was found")
    return Reaction(DECIDER, due.subject, due.command)


TIMERS = (Timer("benchmarks", changed_benchmarks, record_status, LOOK_SECONDS),)
