"""The SDRs' list: MQLs, the most urgent first."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from services.qualification.api.leads import Reads, Summary, summary
from services.qualification.projections import leads
from services.qualification.projections.leads import QueueKey
from shared.rules.message import Line
from shared.web.paging import Cursor, Limit, Page, decode_cursor, make_page

router = APIRouter(tags=["queue"])


def zero_or_one(part: int) -> int:
    if part not in (0, 1):
        raise ValueError("neither")
    return part


CURSOR = (zero_or_one, str, datetime.fromisoformat, str)


class Queued(Summary):
    """`age_seconds` since it became MQL; `touch_by`: when somebody should have spoken to the person."""

    age_seconds: int
    overdue: bool


@router.get("/queue")
async def queue(
    call: Reads,
    sdr: Annotated[Line | None, Query()] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[Queued]:
    """Demo requests first, then the better grade, then the older. With `sdr`: what that person claimed, and what
    nobody has. `refused`: why pipeline sent it back."""
    cursor: QueueKey | None = decode_cursor(after, *CURSOR)
    async with call.read() as tx:
        found = await leads.queue(tx, sdr, cursor, limit)
    now = call.context.clock_and_ids.now()
    keys = {row["lead_id"]: [row[name] for name in ("demo_first", "queue_grade", "mql_at", "lead_id")] for row in found}
    return make_page([queued(row, now) for row in found], limit, lambda item: keys[item.lead_id])


def queued(row: leads.Row, now: datetime) -> Queued:
    late = row["touched_at"] is None and row["touch_by"] < now
    age = max(0, int((now - row["mql_at"]).total_seconds()))
    return Queued(**summary(row, row["lead_id"]).model_dump(), age_seconds=age, overdue=late)
