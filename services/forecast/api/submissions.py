"""Submissions: what a node calls for a period, week by week. They never enter the roll-up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.forecast.answers.question import named_period, named_week
from services.forecast.api.amount_views import MoneyView
from services.forecast.api.moment import find_moment
from services.forecast.api.parameters import PeriodKey
from services.forecast.api.places import ReadsBelow, WritesOwn, must_be_own_node, must_name_a_node
from services.forecast.ledger.cumulative import COLUMNS
from services.forecast.override.events import Column
from services.forecast.projections import calls
from services.forecast.snapshot.decider import DECIDER as LOCKS
from services.forecast.snapshot.decider import subject
from services.forecast.submission.commands import SubmissionBody, SubmitCall
from services.forecast.submission.decider import DECIDER
from services.forecast.submission.state import Calls
from shared.rules.decider import Reference
from shared.rules.fields import Slug
from shared.store import vault
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Accepted

router = APIRouter(tags=["submissions"])


class SubmissionAccepted(Accepted):
    """`week`: the one that the call is for."""

    week: str


class SubmissionView(BaseModel):
    """A call as it was submitted. `amounts`: of the cumulative columns. `frontier`: what the roll-up contained then."""

    node_id: str
    period: str
    week: str
    amounts: dict[Column, MoneyView]
    note: str | None
    at: datetime
    by: str
    frontier: str
    position: int


@router.post("/submissions", status_code=201)
async def submit_call(body: SubmissionBody, call: WritesOwn) -> SubmissionAccepted:
    """Submit a node's call for a period, in a week that is not locked. A later one of the same week replaces it. A key
    that is tied to a node submits its own calls alone."""
    async with call.read() as tx:
        must_be_own_node(call, body.node)
        moment = await find_moment(call, tx)
    period = named_period(moment, body.period, "/period")
    week = named_week(moment, body.week)
    command = SubmitCall(
        node=body.node,
        period=period.key,
        first_day=period.starts,
        last_day=period.ends,
        week=week.key,
        week_starts=week.starts,
        week_begins=week.first_instant(moment.settings.timezone),
        amounts=body.amounts,
        note=body.note,
        frontier=moment.frontier,
    )
    locks = {"locks": Reference(LOCKS, subject(period.key, week.key))}
    done = await call.write(DECIDER, body.node, command, references=locks, reply=submitted_week)
    return SubmissionAccepted(position=done.position, week=done.body["week"])


@router.get("/submissions")
async def list_submissions(
    call: ReadsBelow,
    node: Annotated[Slug | None, Query()] = None,
    period: PeriodKey | None = None,
    week: Annotated[PeriodKey | None, Query(description="Such as 2017-Q3-W05")] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[SubmissionView]:
    """List calls with their history, as they were submitted."""
    cursor = decode_cursor(after, int)
    chosen = {"node": node, "period": period, "week": week}
    async with call.read() as tx:
        await must_name_a_node(call, tx, node)
        found = await calls.history(tx, chosen, cursor[0] if cursor else 0, limit, call.subtree)
        notes = await vault.read(tx, {row["note_ref"] for row in found if row["note_ref"]})
    return make_page([submission_view(row, notes) for row in found], limit, lambda item: [item.position])


def submitted_week(calls: Calls) -> Mapping[str, Any]:
    return {"week": calls.latest and calls.latest.week}


def submission_view(row: Mapping[str, Any], notes: Mapping[UUID, str]) -> SubmissionView:
    copied = {name: row[name] for name in ("period", "week", "frontier", "position")}
    amounts = {column: MoneyView(**row["amounts"][column]) for column in COLUMNS if column in row["amounts"]}
    return SubmissionView(
        node_id=row["node"],
        amounts=amounts,
        note=notes.get(row["note_ref"]),
        at=row["made_at"],
        by=row["made_by"],
        **copied,
    )
