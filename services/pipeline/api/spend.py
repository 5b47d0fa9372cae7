"""Spend, and what an SQL cost."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.pipeline.api.amounts import Amount, view_for
from services.pipeline.api.metric_queries import MeasuresWhole, WindowQuery, list_link
from services.pipeline.api.opportunity_views import MoneyView, money_view
from services.pipeline.metrics.funnel_steps import Step
from services.pipeline.metrics.spend import SpendByCurrency, spend_by_source, whole_spend
from services.pipeline.projections import funnel
from services.pipeline.projections import spend as entries
from services.pipeline.setting.decider import ALL
from services.pipeline.setting.decider import DECIDER as SETTING
from services.pipeline.spend import commands
from services.pipeline.spend.decider import DECIDER
from services.pipeline.spend.events import SpendKind
from services.pipeline.spend.state import Entries, entry_with
from shared.rules.fields import Day, Instant, Line
from shared.rules.message import InvalidField
from shared.rules.money import format_amount
from shared.store.claims import AliasClaim
from shared.web.requests.paging import (
    Cursor,
    FilteredPage,
    FilterWarning,
    Limit,
    decode_cursor,
    make_page,
    with_warnings,
)
from shared.web.requests.window import refuse_future
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["spend"])
Reads = Annotated[Call, Depends(Needs("pipeline:read"))]
Writes = Annotated[Call, Depends(Needs("pipeline:write"))]


class RecordedSpend(BaseModel):
    spend_id: str
    position: int
    created: bool


class SpendView(BaseModel):
    """Spent evenly over the days, both included. An entry with `corrected_by` does not count any more."""

    model_config = ConfigDict(populate_by_name=True)

    spend_id: str
    first_day: date = Field(alias="from")
    last_day: date = Field(alias="to")
    source: str | None
    kind: SpendKind
    amount: MoneyView
    external_id: str | None
    corrects: str | None
    corrected_by: str | None
    recorded_at: datetime
    position: int


class CostQuery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    first_day: Annotated[Day | None, Field(alias="from", description="A business day; by default the first")] = None
    last_day: Annotated[Day | None, Field(alias="to", description="The last business day; by default today")] = None
    as_of: Annotated[Instant | None, Field(description="As it was then; by default now")] = None


class CurrencyCost(BaseModel):
    """`cost_per_sql`: null without an SQL."""

    currency: str
    marketing: Amount
    sales: Amount
    total: Amount
    cost_per_sql: Amount


class SourceCost(BaseModel):
    """`cycles`: the address of the list of the SQLs."""

    source: str
    sqls: int
    cycles: str
    spend: list[CurrencyCost]


class UnallocatedSpend(BaseModel):
    """The spend for no source alone."""

    currency: str
    marketing: Amount
    sales: Amount
    total: Amount


class TotalCost(BaseModel):
    """Unallocated spend included."""

    sqls: int
    cycles: str
    spend: list[CurrencyCost]


class CostPerSql(BaseModel):
    """Currencies stand apart."""

    model_config = ConfigDict(populate_by_name=True)

    first_day: date | None = Field(alias="from")
    last_day: date = Field(alias="to")
    as_of: datetime
    sources: list[SourceCost]
    unallocated: list[UnallocatedSpend]
    total: TotalCost


@router.post(
    "/spend",
    status_code=201,
    responses={200: {"model": RecordedSpend, "description": "The entry exists already"}},
)
async def record_spend(body: commands.Spend, call: Writes) -> RecordedSpend:
    """Record what was spent over some days. An entry is never edited: a later one `corrects` it. The same `external_id`
    and body again: 200, nothing new."""
    new_id = str(call.context.clock_and_ids.new_id())
    root = body.corrects.partition(".")[0] if body.corrects else new_id
    command = commands.RecordSpend(spend_id=f"{root}.{new_id}" if body.corrects else new_id, body=body)

    def reply(state: Entries) -> Mapping[str, Any]:
        spend_id = entry_with(state, body.external_id).spend_id
        return {"spend_id": spend_id, "created": spend_id == command.spend_id}

    claim = None
    if body.external_id is not None:
        claim = AliasClaim(call.context.blind_index.index("spend", body.external_id), await call.fingerprint())
    find = [claim.alias] if claim and not body.corrects else []
    done = await call.write(
        DECIDER, root, command, claim=claim, resolve_by=find, is_new_stream=not body.corrects, reply=reply
    )
    if not done.body["created"]:
        call.response.status_code = 200
    return RecordedSpend.model_validate({**done.body, "position": done.position})


@router.get("/spend")
async def list_spend(
    call: Reads, source: Annotated[Line | None, Query()] = None, limit: Limit = 100, after: Cursor = None
) -> FilteredPage[SpendView]:
    """List the entries with their corrections, in the order in which they were recorded. An empty list warns of a
    source that no entry has."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        rows = await entries.find(tx, source, cursor[0] if cursor else 0, limit)
    warnings = []
    if source is not None and not rows and not after:
        warnings.append(FilterWarning(code="source_unknown", detail=f"no spend has the source {source}"))
    page = make_page([spend_view(row) for row in rows], limit, lambda entry: [entry.position])
    return with_warnings(page, warnings)


def spend_view(row: Mapping[str, Any]) -> SpendView:
    return SpendView.model_validate({**row, "amount": money_view(row), "recorded_at": row["occurred_at"]})


@router.get("/metrics/cost-per-sql")
async def get_cost_per_sql(query: Annotated[CostQuery, Query()], call: MeasuresWhole) -> CostPerSql:
    """Get what was spent in a window for each SQL that entered in it, by source.

    Spend counts evenly for each of its days. What was spent for no source alone is unallocated; the total includes it.
    """
    now = call.context.clock_and_ids.now()
    refuse_future(query.as_of, now)
    as_of = query.as_of or now
    async with call.read() as tx:
        settings = (await call.states(tx, SETTING, [ALL]))[ALL]
        last_day = query.last_day or settings.business_day(as_of)
        query = query.model_copy(update={"last_day": last_day})
        if query.first_day is not None and query.first_day > last_day:
            raise InvalidField("query/to", "must not lie before from")
        begins = None if query.first_day is None else settings.start_of_day(query.first_day)
        sqls = await funnel.sqls_by_source(tx, begins, settings.end_of_day(last_day), query.as_of)
        rows = await entries.in_force(tx, as_of, query.first_day, last_day)
    spend = spend_by_source(rows, query.first_day, last_day)
    return await view_for(call, cost_per_sql, query, as_of, spend, sqls)


def cost_per_sql(
    query: CostQuery, as_of: datetime, spend: Mapping[str | None, SpendByCurrency], sqls: Mapping[str, int]
) -> CostPerSql:
    count = sum(sqls.values())
    figures = {
        "from": query.first_day,
        "to": query.last_day,
        "as_of": as_of,
        "sources": list(source_costs(query, spend, sqls)),
        "unallocated": [UnallocatedSpend.model_validate(each) for each in currency_costs(spend.get(None, {}))],
        "total": TotalCost(sqls=count, cycles=sqls_link(query, {}), spend=costs(whole_spend(spend.values()), count)),
    }
    return CostPerSql.model_validate(figures)


def source_costs(
    query: CostQuery, spend: Mapping[str | None, SpendByCurrency], sqls: Mapping[str, int]
) -> Iterator[SourceCost]:
    for source in sorted({*sqls, *(name for name in spend if name is not None)}):
        count, link = sqls.get(source, 0), sqls_link(query, {"source": source})
        yield SourceCost(source=source, sqls=count, cycles=link, spend=costs(spend.get(source, {}), count))


def sqls_link(query: CostQuery, group: Mapping[str, str | None]) -> str:
    """The address of the list of the SQLs."""
    window = query.model_dump(mode="json", by_alias=True, exclude_none=True)
    return list_link("cycles", WindowQuery.model_validate(window), group, {"step": Step.SQL.value})


def costs(spend: SpendByCurrency, sqls: int) -> list[CurrencyCost]:
    return [CurrencyCost.model_validate(each) for each in currency_costs(spend, sqls)]


def currency_costs(spend: SpendByCurrency, sqls: int | None = None) -> Iterator[dict[str, str | None]]:
    for currency, found in sorted(spend.items()):
        view: dict[str, str | None] = {"currency": currency, "total": format_amount(found.total, currency)}
        view |= {kind: format_amount(found.by_kind[kind], currency) for kind in ("marketing", "sales")}
        if sqls is not None:
            cost = found.cost_of_each(sqls)
            view["cost_per_sql"] = None if cost is None else format_amount(cost, currency)
        yield view
