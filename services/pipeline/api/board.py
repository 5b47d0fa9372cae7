"""The board: the open deals of a process by stage, and how long each has stood where it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from services.pipeline.api.filter_warnings import unknown_names
from services.pipeline.api.opportunity_views import MoneyView, OpportunityView, money_view, opportunity_view
from services.pipeline.process.decider import ALL, DECIDER
from services.pipeline.process.state import Process
from services.pipeline.projections import board
from services.pipeline.setting.decider import ALL as SETTINGS
from services.pipeline.setting.decider import DECIDER as SETTING
from shared.rules.fields import Slug
from shared.rules.message import Missing
from shared.store import vault
from shared.web.callers.place import PlaceRule
from shared.web.requests.paging import FilterWarning
from shared.web.routing.call import Call
from shared.web.routing.folded import no_texts
from shared.web.routing.needs import Needs

router = APIRouter(tags=["opportunities"])
Reads = Annotated[Call, Depends(Needs("pipeline:read", place=PlaceRule.SUBTREE))]
Rows = board.Rows


class BoardDeal(OpportunityView):
    """`entered_at`: when it came into its stage. `is_stale`: it has been there for more than `stale_after` days.
    `is_past_date`: its close date is before today."""

    entered_at: datetime
    days_in_stage: int
    is_stale: bool
    is_past_date: bool


class BoardColumn(BaseModel):
    """`count` and `sums`, one for each currency, are of all deals in the stage; `deals` has those that close first.
    `in_process`: false for a stage that the process does not have any more."""

    stage: str
    qualified: bool
    in_process: bool
    count: int
    without_amount: int
    sums: list[MoneyView]
    deals: list[BoardDeal]


class BoardView(BaseModel):
    """`today`: in the business time zone. `warnings`: of an owner who is not there."""

    pipeline: str
    today: date
    stale_after: int
    columns: list[BoardColumn]
    warnings: list[FilterWarning]


@dataclass(frozen=True)
class BoardData:
    """The data of the columns."""

    sums: Rows
    deals: Rows
    names: Mapping[UUID, str | None]
    now: datetime
    today: date
    stale_after: int


@router.get("/board")
async def get_board(
    call: Reads,
    pipeline: Annotated[Slug, Query()] = "default",
    owner: Annotated[Slug | None, Query()] = None,
    stale_after: Annotated[int, Query(ge=1, le=3650, description="Days in one stage")] = 30,
    limit: Annotated[int, Query(ge=1, le=200, description="Deals of one stage")] = 100,
) -> BoardView:
    """Get the open deals of a pipeline, a column for each stage in the order of its process, with counts and sums."""
    process = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state.get(pipeline)
    if process is None:
        raise Missing("there is no such pipeline")
    settings = (await call.fold(SETTING, SETTINGS, no_texts, may_be_new=True)).state
    now = call.context.clock_and_ids.now()
    async with call.read() as tx:
        conditions = board.open_deals(pipeline, owner, call.subtree.nodes)
        sums = await board.sums(tx, conditions)
        stages = sorted({row["stage"] for row in sums})
        deals = await board.first_deals(tx, conditions, stages, limit)
        names = await vault.read(tx, {row["name_ref"] for row in deals if row["name_ref"]})
    data = BoardData(sums, deals, names, now, settings.business_day(now), stale_after)
    columns = list(board_columns(process, data))
    warnings = [] if sums else await unknown_names(call, owner=owner)
    return BoardView(pipeline=pipeline, today=data.today, stale_after=stale_after, columns=columns, warnings=warnings)


def board_columns(process: Process, data: BoardData) -> Iterator[BoardColumn]:
    """A column for each stage of the process, and behind them one for each former stage in which deals still are."""
    stages = [each.stage for each in process.stages]
    first = stages.index(process.first_qualified)
    others = dict.fromkeys(row["stage"] for row in data.sums if row["stage"] not in stages)
    for number, stage in enumerate([*stages, *others]):
        sums = [row for row in data.sums if row["stage"] == stage]
        yield BoardColumn(
            stage=stage,
            qualified=first <= number < len(stages),
            in_process=number < len(stages),
            count=sum(row["deals"] for row in sums),
            without_amount=sum(row["deals"] for row in sums if row["currency"] is None),
            sums=[view for view in map(money_view, sums) if view],
            deals=[board_deal(row, data) for row in data.deals if row["stage"] == stage],
        )


def board_deal(row: Mapping[str, Any], data: BoardData) -> BoardDeal:
    deal = opportunity_view(row["opportunity_id"], row, data.names.get(row["name_ref"]), row["version"])
    days = (data.now - row["entered_at"]).days
    return BoardDeal(
        **dict(deal),
        entered_at=row["entered_at"],
        days_in_stage=max(days, 0),
        is_stale=days > data.stale_after,
        is_past_date=row["close_date"] is not None and row["close_date"] < data.today,
    )
