"""The common parts of the answers of all measures."""

from collections.abc import Iterable, Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from services.pipeline.api.amounts import Amount
from services.pipeline.api.metric_queries import MetricsQuery
from services.pipeline.benchmark.events import Status
from services.pipeline.metrics.benchmarks import Rate, format_rate, status_of
from services.pipeline.metrics.deal_sums import DealSums
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.setting.events import Band
from shared.rules.money import format_amount


class MetricWarning(BaseModel):
    """A warning of what a figure leaves out. `count`: of the deals."""

    code: str
    detail: str
    count: int


class MetricWindowView(BaseModel):
    """The window and the instant of the question; null: without a bound, and now. `by`: the dimensions whose values
    are the `key` of each group."""

    model_config = ConfigDict(populate_by_name=True)

    begins: str | None = Field(alias="from")
    ends: str | None = Field(alias="to")
    as_of: str | None
    by: list[Dimension]


class CurrencyFigures(BaseModel):
    """`count`: of the deals with an amount in this currency."""

    currency: str
    count: int
    sum: Amount
    mean: Amount


class DealFigures(BaseModel):
    """`values`: by currency, which are never added. `deals`: the address of the list of these deals."""

    count: int
    without_amount: int
    values: list[CurrencyFigures]
    deals: str


class RateBand(BaseModel):
    low: str
    high: str


class RateView(BaseModel):
    """The part of a sample that counts, and the rate beside its band. With fewer than the smallest sample in the
    settings, `rate` is null and `status` is `insufficient_history`. `band` and `status` are null when no band applies,
    such as to deals of both motions together."""

    part: int
    sample: int
    rate: str | None
    band: RateBand | None
    status: Status | None


def rate_view(rate: Rate, band: Band | None, minimum_sample: int) -> RateView:
    status = status_of(rate, band, minimum_sample)
    return RateView(
        part=rate.part,
        sample=rate.sample,
        rate=None if status == "insufficient_history" else format_rate(rate.value),
        band=RateBand(low=format(band.low, "f"), high=format(band.high, "f")) if band else None,
        status=status,
    )


def metric_window_view(query: MetricsQuery, by: Sequence[Dimension]) -> MetricWindowView:
    parameters = query.parameters
    return MetricWindowView.model_validate(dict.fromkeys(("from", "to", "as_of")) | parameters | {"by": by})


def deal_figures(sums: DealSums, link: str) -> DealFigures:
    return DealFigures(
        count=sums.deals, without_amount=sums.without_amount, values=list(currency_figures(sums)), deals=link
    )


def currency_figures(sums: DealSums) -> Iterator[CurrencyFigures]:
    for currency, found in sorted(sums.by_currency.items()):
        yield CurrencyFigures(
            currency=currency,
            count=found.deals,
            sum=format_amount(found.amount, currency),
            mean=format_amount(found.mean, currency),
        )


def amount_warnings(counted: Iterable[DealSums]) -> list[MetricWarning]:
    count = sum(sums.without_amount for sums in counted)
    detail = "deals without an amount: counted, not valued"
    return [MetricWarning(code="amount_missing", detail=detail, count=count)] if count else []
