"""The SDRs' queue: MQLs, and leads whose revisit is due."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from services.qualification.api.lead_views import LeadSummary, lead_summary
from services.qualification.api.leads import ReadsWithin
from services.qualification.lead.fields import Lifecycle
from services.qualification.projections import leads
from services.qualification.projections.leads import QueueKey
from shared.rules.fields import Line
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Call

router = APIRouter(tags=["queue"])


def zero_or_one(part: int) -> int:
    if part not in (0, 1):
        raise ValueError("must be 0 or 1")
    return part


CURSOR = (zero_or_one, str, datetime.fromisoformat, str)


class QueuedLead(LeadSummary):
    """`age_seconds`: since it became MQL, or its revisit fell due. `overdue`: it was not touched by
    `touch_by`."""

    age_seconds: int
    overdue: bool


@router.get("/queue")
async def get_queue(
    call: ReadsWithin,
    sdr: Annotated[Line | None, Query()] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[QueuedLead]:
    """Get the MQLs and the leads whose revisit is due: demo requests first, then the better grade, then the older. With
    `sdr`: the leads that this SDR has claimed, and the unclaimed ones; so, too, for the owner of a key."""
    cursor: QueueKey | None = decode_cursor(after, *CURSOR)
    async with call.read() as tx:
        rows = await leads.queue(tx, sdrs(call, sdr), cursor, limit, call.subtree.nodes)
    now = call.context.clock_and_ids.now()
    keys = {row["lead_id"]: [row[name] for name in leads.QUEUE_KEY] for row in rows}
    return make_page([queued_lead(row, now) for row in rows], limit, lambda view: keys[view.lead_id])


def sdrs(call: Call, sdr: str | None) -> list[str] | None:
    """The SDRs whose claimed leads the queue shows; None: all. A key that belongs to somebody shows what that person
    has claimed; a key that is tied to a node shows what is inside."""
    if sdr is not None:
        return [sdr]
    caller = call.caller
    return None if caller.owner is None or caller.is_confined else [caller.owner, caller.name]


def queued_lead(row: leads.Row, now: datetime) -> QueuedLead:
    is_untouched = row["lifecycle"] == Lifecycle.MQL and row["touched_at"] is None
    age = max(0, int((now - row["queued_at"]).total_seconds()))
    summary = lead_summary(row, row["lead_id"]).model_dump()
    return QueuedLead(**summary, age_seconds=age, overdue=is_untouched and row["touch_by"] < now)
