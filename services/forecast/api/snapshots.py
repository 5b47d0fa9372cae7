"""Locked weeks: bookmarks of the roll-up, which are computed again when they are read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.bookmarks import RollupReader, figures, lock_command, question_of
from services.forecast.api.moment import applied
from services.forecast.api.overrides import Writes, wait_for_own_writes
from services.forecast.api.parameters import PeriodKey
from services.forecast.api.places import ReadsBelow, must_name_a_node
from services.forecast.api.rollup_views import RollupView, rollup_view
from services.forecast.ledger.bookmark import hash_of
from services.forecast.projections import snapshots
from services.forecast.snapshot.commands import LockBody
from services.forecast.snapshot.decider import DECIDER, subject
from services.forecast.snapshot.state import Locks
from shared.rules.fields import Slug
from shared.rules.message import Missing
from shared.web.callers.place import Subtree
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Accepted, Call

router = APIRouter(tags=["snapshots"])


class BookmarkView(BaseModel):
    """`hash`: of the figures of the node and its children, at `as_of`, from the events up to `frontier`. Null for
    callers who are confined to a node: among the figures is what the node's manager made of them."""

    snapshot_id: str
    as_of: datetime
    frontier: str
    hash: str | None
    hash_version: int


class WeekLockedView(BookmarkView, Accepted):
    """The bookmark that locks the week."""


class SnapshotView(BookmarkView):
    node_id: str
    period: str
    week: str
    currency: str | None
    rate_policy: str
    locked_at: datetime
    locked_by: str
    position: int


class SnapshotWithAnswer(SnapshotView):
    """`rollup`: computed again. `recomputed_hash`: of its figures; `reproduced`: whether they are still the same."""

    recomputed_hash: str | None
    reproduced: bool
    rollup: RollupView


@router.post("/snapshots", status_code=201)
async def lock_week(body: LockBody, call: Writes) -> WeekLockedView:
    """Lock a node's week in a period: calls for it are refused from now on, and its numbers stay readable.

    The bookmark is of now or, for a week that has ended, of its end. An answer that is not final cannot be locked.
    """
    await wait_for_own_writes(call)
    async with call.read() as tx:
        reader = reader_of(call, tx)
        command = await lock_command(reader, await reader.moment(), body, str(call.context.clock_and_ids.new_id()))

    def reply(locks: Locks) -> Mapping[str, Any]:
        kept = locks.locked[body.node]
        return kept.model_dump(mode="json", include={*BookmarkView.model_fields})

    done = await call.write(DECIDER, subject(command.period, command.week), command, reply=reply)
    return WeekLockedView(position=done.position, **done.body)


@router.get("/snapshots")
async def list_snapshots(
    call: ReadsBelow,
    node: Annotated[Slug | None, Query()] = None,
    period: PeriodKey | None = None,
    week: Annotated[PeriodKey | None, Query(description="Such as 2017-Q3-W05")] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[SnapshotView]:
    """List locked weeks, as they were locked."""
    cursor = decode_cursor(after, int)
    chosen = {"node": node, "period": period, "week": week}
    async with call.read() as tx:
        await must_name_a_node(call, tx, node)
        found = await snapshots.history(tx, chosen, cursor[0] if cursor else 0, limit, call.subtree)
    return make_page([SnapshotView(**columns(row, call.subtree)) for row in found], limit, lambda item: [item.position])


@router.get("/snapshots/{snapshot_id}")
async def get_snapshot(snapshot_id: Annotated[Slug, Path()], call: ReadsBelow) -> SnapshotWithAnswer:
    """Show a locked week: its roll-up, computed again, and whether that has still the same figures."""
    async with call.read() as tx:
        row = await snapshots.find(tx, snapshot_id)
        if row is None or not call.subtree.includes(row["node"]):
            raise Missing(f"there is no snapshot {snapshot_id}")
        reader, question = reader_of(call, tx), question_of(row)
        whole = visible = await reader.rollup(question)
        if not call.subtree.is_everything:
            visible = await reader.rollup(question, call.subtree)
        view = await rollup_view(tx, visible, "single")
    found = hash_of(figures(whole))
    return SnapshotWithAnswer(
        **columns(row, call.subtree),
        recomputed_hash=found if call.subtree.is_everything else None,
        reproduced=found == row["hash"],
        rollup=view,
    )


def reader_of(call: Call, tx: AsyncConnection) -> RollupReader:
    return RollupReader(tx, call.context.clock_and_ids.now(), applied(call))


def columns(row: Mapping[str, Any], subtree: Subtree) -> dict[str, Any]:
    copied = {name: value for name, value in row.items() if name != "node"}
    return copied | {"node_id": row["node"], "hash": row["hash"] if subtree.is_everything else None}
