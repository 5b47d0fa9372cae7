"""What a question about the forecast may ask, and the moment that it is answered for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import AfterValidator
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.conversion import Conversion, RatePolicy
from services.forecast.ledger.org_tree import org_tree
from services.forecast.ledger.quotas import NodeQuota, converted_quotas, node_quotas, quotas_set
from services.forecast.periods.calendar import EXAMPLES, Period, all_parts, parsed_key
from services.forecast.projections import latest_events, pipelines, quotas, rates
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.numbers import Numbers, numbers_at
from services.forecast.projections.settings import BusinessSettings, settings_at
from services.forecast.quota.events import Motion
from shared.flow import parked
from shared.rules.message import LATEST, InvalidField, Slug
from shared.web.call import Call, Needs


def check_key(key: str) -> str:
    parsed_key(key)
    return key


Reads = Annotated[Call, Depends(Needs("forecast:read"))]
PeriodKey = Annotated[str, AfterValidator(check_key), Query(description=f"Such as {EXAMPLES}; by default this quarter")]
NodeId = Annotated[Slug, Path()]
PeriodPath = Annotated[str, AfterValidator(check_key), Path(description=f"Such as {EXAMPLES}")]


@dataclass(frozen=True)
class Moment:
    """`as_of`: now, or when the last event that is applied happened, if that is later. `parked`: keys set aside."""

    as_of: datetime
    settings: BusinessSettings
    frontier: str
    parked: int

    @property
    def today(self) -> date:
        return self.settings.today(self.as_of)


async def moment(call: Call, tx: AsyncConnection) -> Moment:
    now = call.context.clock_and_ids.now()
    parked_keys = await parked.parked_keys(tx, [call.context.read_models])
    as_of = max(now, await latest_events.last_occurred(tx) or now)
    return Moment(as_of, await present_settings(call, tx), call.format_frontier(), len(parked_keys))


async def present_settings(call: Call, tx: AsyncConnection) -> BusinessSettings:
    """Kept while the read models stay as they are: no change starts in the future."""
    cache = call.context.answer_cache
    settings: BusinessSettings | None = cache.get(call.frontier, "settings")
    if settings is None:
        settings = await settings_at(tx, LATEST)
        cache.put(call.frontier, "settings", settings, 1)
    return settings


async def deal_filter(
    tx: AsyncConnection,
    at: Moment,
    period: str | None,
    *,
    motion: Motion | None = None,
    pipeline: str | None = None,
    qualified: bool | None = None,
) -> DealFilter:
    """Of a period, by default the quarter that the moment lies in. Raises `InvalidField` for a week or a pipeline that
    does not exist."""
    if pipeline is not None:
        await must_be_a_pipeline(tx, pipeline)
    chosen = named_period(at, period) if period else at.settings.calendar.quarter_of(at.today)
    return DealFilter(chosen, at.today, motion, pipeline, qualified)


def named_period(at: Moment, key: str, pointer: str = "query/period") -> Period:
    try:
        return at.settings.calendar.period(key)
    except ValueError as error:
        raise InvalidField(pointer, str(error)) from None


async def must_be_a_pipeline(tx: AsyncConnection, pipeline: str) -> None:
    known = await pipelines.all_pipelines(tx)
    if pipeline not in known:
        raise InvalidField("query/pipeline", f"there is no pipeline {pipeline}; there are {', '.join(known)}")


async def numbers_for(tx: AsyncConnection, at: Moment, period: Period) -> Numbers:
    """A period that has ended keeps the organisation of its end."""
    return await numbers_at(tx, org_as_of(at, period))


def org_as_of(at: Moment, period: Period) -> datetime:
    return min(at.as_of, period.last_instant(at.settings.timezone))


async def conversion_into(
    tx: AsyncConnection, currency: str, policy: RatePolicy, at: Moment, period: Period
) -> Conversion:
    """By rates in the currency of the settings, if they have one. Other rates are never combined."""
    day = min(at.today, period.ends)
    first, last = min(period.starts, day), max(period.ends, at.today)
    table = await rates.rate_table(tx, at.settings.currency or currency, first, last, period.year)
    return Conversion(currency, policy, table, day, at.today, period.year)


async def quotas_for(
    tx: AsyncConnection, numbers: Numbers, conversion: Conversion, at: Moment, asked: DealFilter
) -> Mapping[str, NodeQuota]:
    """By node. A question about some pipelines or stages alone has none: quotas are for all of them."""
    if asked.pipeline is not None or asked.qualified is not None:
        return {}
    parts = all_parts(asked.period.key)
    amounts = converted_quotas(await quotas.in_force(tx, parts, at.as_of), conversion)
    found = quotas_set(amounts, asked.period.key, parts, asked.motion)
    return node_quotas(org_tree(await numbers.ancestors(found.keys())), found) if found else {}
