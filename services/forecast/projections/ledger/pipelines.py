"""The pipelines that there are: defined ones, and those of deals."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Column, Named, Table, Text, TypedColumns, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.projections.ledger.metadata import ledger_tables
from services.forecast.upstream.pipeline import Opened, PipelineEvent, ProcessDefined
from shared.rules.message import RecordedEvent
from shared.store.rows import Write, rows, upsert

SHIPPED = "default"
"""The pipeline that is defined without an event."""


class PipelineColumns(TypedColumns):
    pipeline: Named[str] = Column(Text, primary_key=True)


pipelines = Table("pipelines", ledger_tables, PipelineColumns)
INSERT_NEW = upsert(pipelines)
ALL = select(pipelines.c.pipeline)


def added(recorded: Iterable[RecordedEvent[PipelineEvent]]) -> Iterator[Write]:
    named = {each.event.pipeline for each in recorded if isinstance(each.event, Opened | ProcessDefined)}
    if named - {SHIPPED}:
        yield INSERT_NEW, rows({"pipeline": pipeline} for pipeline in sorted(named - {SHIPPED}))


async def all_pipelines(tx: AsyncConnection) -> list[str]:
    return sorted({SHIPPED, *(await tx.execute(ALL)).scalars()})
