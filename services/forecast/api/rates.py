"""Exchange rates: of a day, and the planned one of a fiscal year."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from services.forecast.api.org import Admin
from services.forecast.api.parameters import Reads
from services.forecast.projections import rates
from services.forecast.rate import commands
from services.forecast.rate.decider import DECIDER, subject
from services.forecast.rate.events import Year
from shared.rules.money import Currency, text
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Accepted

router = APIRouter(tags=["rates"])
OfCurrency = Annotated[Currency, Path()]
Day = Annotated[date, Path(ge=date(1900, 1, 1), le=date(2199, 12, 31))]


class RateView(BaseModel):
    """One unit of `currency` is `rate` units of `per`: from `day` on, or in all of the fiscal year. `recorded_at`: when
    it was set. Of two for the same day or year the later one is in force."""

    currency: str
    per: str
    day: date | None
    year: int | None
    rate: str
    source: str | None
    quote: str | None
    recorded_at: datetime
    position: int


@router.put("/rates/{currency}/{day}")
async def put_rate(currency: OfCurrency, day: Day, body: commands.RateBody, call: Admin) -> Accepted:
    """Set the rate of a currency from a day on. Setting it again edits it; its history stays."""
    command = commands.SetRate(currency=currency, day=day, **dict(body))
    done = await call.write(DECIDER, subject(currency, day.year), command)
    return Accepted(position=done.position)


@router.put("/rates/{currency}/plan/{year}")
async def put_plan_rate(
    currency: OfCurrency, year: Annotated[Year, Path()], body: commands.RateBody, call: Admin
) -> Accepted:
    """Set the rate of a currency that is planned for a fiscal year."""
    command = commands.SetPlanRate(currency=currency, year=year, **dict(body))
    done = await call.write(DECIDER, subject(currency, year), command)
    return Accepted(position=done.position)


@router.get("/rates")
async def list_rates(
    call: Reads, currency: Annotated[Currency | None, Query()] = None, limit: Limit = 100, after: Cursor = None
) -> Page[RateView]:
    """List rates with their history, as they were set."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        found = await rates.history(tx, currency, cursor[0] if cursor else 0, limit)
    return make_page([rate_view(row) for row in found], limit, lambda item: [item.position])


def rate_view(row: Any) -> RateView:
    shown = {"rate": plain(row["rate"]), "quote": row["quote"] and plain(row["quote"])}
    return RateView.model_validate({name: row[name] for name in RateView.model_fields} | shown)


def plain(rate: Decimal) -> str:
    """The rate without zeros at its end."""
    return text(rate.normalize())
