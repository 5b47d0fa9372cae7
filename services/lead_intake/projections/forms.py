"""Forms, for their list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Named, Table, Text, TypedColumns, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.lead_intake.events import IntakeEvent
from services.lead_intake.form.events import FormDefined
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent


class Columns(TypedColumns):
    form_key: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, unique=True)
    source: Named[str] = Column(Text)
    source_detail: Named[str | None] = Column(Text)
    created_at: Named[datetime] = Column(DateTime(timezone=True))


forms = Table("forms", MetaData(), Columns)
Row = dict[str, Any]


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[IntakeEvent]]) -> None:
    """A form keeps the position and the instant of its first definition."""
    for recorded in batch:
        match recorded.event:
            case FormDefined(settings=settings):
                shown = {"source": settings.source, "source_detail": settings.source_detail}
                first = {"position": recorded.position, "created_at": recorded.occurred_at}
                defined = insert(forms).values(form_key=recorded.subject, **shown, **first)
                await tx.execute(defined.on_conflict_do_update(index_elements=[forms.c.form_key], set_=shown))
            case _:
                pass


async def find(tx: AsyncConnection, after: int | None, limit: int) -> list[Row]:
    """The forms in the order in which they were defined first, one more than `limit`."""
    query = select(forms).order_by(forms.c.position).limit(limit + 1)
    if after is not None:
        query = query.where(forms.c.position > after)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


PROJECTION = Projection("forms", 1, forms.metadata, {"intake": apply})
