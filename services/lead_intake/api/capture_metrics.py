"""Counts of captures over time."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.lead_intake.projections import capture_counts
from services.lead_intake.projections.capture_counts import NONE, Dimension
from shared.rules.fields import Day
from shared.rules.message import InvalidField
from shared.web.callers.access import METRICS_READ
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["metrics"])


class DayCount(BaseModel):
    day: date
    captures: int
    new_leads: int


class CaptureGroup(BaseModel):
    """`key`: the source or the campaign, null without one. `days`: those with captures."""

    key: str | None
    captures: int
    new_leads: int
    days: list[DayCount]


class QuarantineCount(BaseModel):
    """`deliveries`: how many came into quarantine for this reason, whatever became of them."""

    reason: str
    deliveries: int


class CaptureMetrics(BaseModel):
    """Days in UTC. A capture counts on the day of its engagement, and content that was added to one does not count."""

    model_config = ConfigDict(validate_by_name=True)
    begins: date | None = Field(validation_alias="from", serialization_alias="from")
    ends: date | None = Field(validation_alias="to", serialization_alias="to")
    by: Dimension
    captures: int
    new_leads: int
    groups: list[CaptureGroup]
    quarantine: list[QuarantineCount]


@router.get("/metrics/captures", response_model_by_alias=True)
async def count_captures(
    call: Annotated[Call, Depends(Needs("leads:read", or_one_of=(METRICS_READ,)))],
    by: Dimension = "source",
    begins: Annotated[Day | None, Query(alias="from", description="The first day; by default the beginning")] = None,
    ends: Annotated[Day | None, Query(alias="to", description="The last day; by default today")] = None,
) -> CaptureMetrics:
    """Count captures and new leads by source or campaign, for each day, and what came into quarantine meanwhile."""
    if begins is not None and ends is not None and ends < begins:
        raise InvalidField("query/to", "must not lie before from")
    async with call.read() as tx:
        rows = await capture_counts.by_day(tx, by, begins, ends)
        quarantined = await capture_counts.quarantined_by_reason(tx, begins, ends)
    groups = groups_of(rows)
    return CaptureMetrics(
        begins=begins,
        ends=ends,
        by=by,
        captures=sum(group.captures for group in groups),
        new_leads=sum(group.new_leads for group in groups),
        groups=groups,
        quarantine=[QuarantineCount.model_validate(row) for row in quarantined],
    )


def groups_of(rows: Iterable[dict[str, Any]]) -> list[CaptureGroup]:
    """`rows`: by key, then by day."""
    groups = []
    for key, of_key in groupby(rows, lambda row: row["key"]):
        days = [DayCount.model_validate({name: row[name] for name in DayCount.model_fields}) for row in of_key]
        totals = {"captures": sum(day.captures for day in days), "new_leads": sum(day.new_leads for day in days)}
        groups.append(CaptureGroup(key=None if key == NONE else key, days=days, **totals))
    return groups
