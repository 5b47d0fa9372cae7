"""The periods, deals and rates that a question is about, and where its numbers are read from."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import Moment
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.org_tree import org_tree
from services.forecast.ledger.quotas import NodeQuota, converted_quotas, node_quotas, quotas_set
from services.forecast.periods.calendar import Period, all_parts
from services.forecast.projections import quotas, rates
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.ledger import pipelines
from services.forecast.projections.ledger.deals import EVERYBODY, Owners
from services.forecast.projections.numbers import Numbers, numbers_at, past_numbers
from services.forecast.projections.past.past_deals import Cut
from services.forecast.quota.events import Motion
from services.forecast.snapshot.events import RatePolicy
from shared.rules.message import InvalidField

ANY_CURRENCY = "EUR"
"""The currency of an answer without any amount."""


async def deal_filter(
    tx: AsyncConnection,
    moment: Moment,
    period: str | None,
    *,
    motion: Motion | None = None,
    pipeline: str | None = None,
    qualified: bool | None = None,
) -> DealFilter:
    """A filter for the deals of a period, by default the quarter that the moment lies in. Raises `InvalidField` for a
    week or a pipeline that does not exist."""
    if pipeline is not None:
        await must_be_a_pipeline(tx, pipeline)
    chosen = named_period(moment, period) if period else moment.settings.calendar.quarter_of(moment.today)
    return DealFilter(chosen, moment.today, motion, pipeline, qualified)


def named_period(moment: Moment, key: str, pointer: str = "query/period") -> Period:
    try:
        return moment.settings.calendar.period(key)
    except ValueError as error:
        raise InvalidField(pointer, str(error)) from None


def named_week(moment: Moment, key: str | None) -> Period:
    """The week with this key, by default the present one."""
    if key is None:
        return moment.settings.calendar.week_of(moment.today)
    week = named_period(moment, key, "/week")
    if not week.is_week:
        raise InvalidField("/week", "must be a week such as 2017-Q3-W05")
    return week


async def must_be_a_pipeline(tx: AsyncConnection, pipeline: str) -> None:
    known = await pipelines.all_pipelines(tx)
    if pipeline not in known:
        raise InvalidField("query/pipeline", f"there is no pipeline {pipeline}; known are {', '.join(known)}")


async def numbers_for(tx: AsyncConnection, moment: Moment, period: Period) -> Numbers:
    if moment.instants.is_now:
        return await numbers_at(tx, org_as_of(moment, period))
    return await past_numbers(tx, Cut(moment.as_of, moment.known.pipeline), org_as_of(moment, period), moment.known)


def org_as_of(moment: Moment, period: Period) -> datetime:
    """The instant of the organisation. By default, a period that has ended keeps the organisation of its end."""
    return moment.instants.org_as_of or min(moment.as_of, period.last_instant(moment.settings.timezone))


async def conversion_into(
    tx: AsyncConnection, currency: str, policy: RatePolicy, moment: Moment, period: Period
) -> Conversion:
    """Converts by rates in the currency of the settings, if they have one. Other rates are never combined."""
    day = min(moment.today, period.ends)
    first, last = min(period.starts, day), max(period.ends, moment.today)
    table = await rates.rate_table(tx, moment.settings.currency or currency, first, last, period.year, moment.known)
    return Conversion(currency, policy, table, day, moment.today, period.year)


async def quotas_for(
    tx: AsyncConnection, numbers: Numbers, conversion: Conversion, moment: Moment, chosen: DealFilter
) -> Mapping[str, NodeQuota]:
    """The quotas by node. A question about some pipelines or stages alone has none: quotas are for all of them."""
    if chosen.pipeline is not None or chosen.qualified is not None:
        return {}
    parts = all_parts(chosen.period.key)
    amounts = converted_quotas(await quotas.in_force(tx, parts, moment.as_of, moment.known), conversion)
    found = quotas_set(amounts, chosen.period.key, parts, chosen.motion)
    return node_quotas(org_tree(await numbers.ancestors(found.keys())), found) if found else {}


async def answer_currency(
    tx: AsyncConnection, moment: Moment, currency: str | None, period: Period, owners: Owners = EVERYBODY
) -> str:
    """The currency of the question, of the settings, or of all deals of these owners. Raises `InvalidField` when these
    are in several."""
    if found := currency or moment.settings.currency:
        return found
    in_deals = await (await numbers_for(tx, moment, period)).currencies(owners)
    if len(in_deals) > 1:
        raise InvalidField("query/currency", f"is needed: deals are in {', '.join(in_deals)}")
    return in_deals[0] if in_deals else ANY_CURRENCY
