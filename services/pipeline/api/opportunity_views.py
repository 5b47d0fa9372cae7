"""Opportunities and their visits to stages as answers show them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from services.pipeline.opportunity.state import Closed, Open
from shared.rules.money import format_amount


class MoneyView(BaseModel):
    amount: str
    currency: str


class OpportunityView(BaseModel):
    """`created_at` and `closed_at`: when it was opened and closed, whatever its close date. `exported_at`: of the
    latest of another system's exports that opened or changed it. `version` counts the opportunity's events; the ETag is
    the same."""

    opportunity_id: str
    external_id: str | None
    name: str | None
    account: str
    owner: str
    motion: str
    approach: str
    pipeline: str
    stage: str
    category: str
    amount: MoneyView | None
    amount_estimated: bool
    close_date: date | None
    qualified: bool
    outcome: Literal["won", "lost", "recycled"] | None
    lead_ids: list[str]
    product: str | None
    source: str | None
    created_at: datetime
    closed_at: datetime | None
    exported_at: datetime | None
    version: int


class VisitView(BaseModel):
    """One visit to a stage. `visit` counts those to the same stage; `seconds`: its length, null while it lasts."""

    stage: str
    visit: int
    entered_at: datetime
    left_at: datetime | None
    seconds: int | None
    previous_stage: str | None
    amount: MoneyView | None
    category: str
    by: str


class NamedOpportunity(BaseModel):
    """`name` is null where the deal has none, or it was erased."""

    opportunity_id: str
    external_id: str | None
    name: str | None
    account: str


class NamedOpportunities(BaseModel):
    items: list[NamedOpportunity]


class HistoryView(BaseModel):
    """`cumulative_seconds`: the length of all finished visits, by stage."""

    visits: list[VisitView]
    cumulative_seconds: dict[str, int]


def opportunity_view(opportunity_id: str, fields: Mapping[str, Any], name: str | None, version: int) -> OpportunityView:
    """`fields`: a row of the read model, or what corresponds to one."""
    copied = {key: fields[key] for key in OpportunityView.model_fields if key in fields}
    own = {"opportunity_id": opportunity_id, "name": name, "version": version, "amount": money_view(fields)}
    return OpportunityView.model_validate(copied | own)


def state_view(opportunity_id: str, state: Open | Closed, name: str | None, version: int) -> OpportunityView:
    dates = {name: getattr(state, name) for name in ("created_at", "closed_at", "exported_at")}
    return opportunity_view(opportunity_id, state.fields._asdict() | dates, name, version)


def money_view(fields: Mapping[str, Any]) -> MoneyView | None:
    amount, currency = fields["amount"], fields["currency"]
    return None if amount is None else MoneyView(amount=format_amount(amount, currency), currency=currency)


def history_view(rows: Iterable[Mapping[str, Any]]) -> HistoryView:
    visits: list[VisitView] = []
    counted: dict[str, int] = defaultdict(int)
    cumulative: dict[str, int] = defaultdict(int)
    for row in rows:
        counted[row["stage"]] += 1
        visits.append(visit_view(row, counted[row["stage"]]))
        cumulative[row["stage"]] += visits[-1].seconds or 0
    return HistoryView(visits=visits, cumulative_seconds=cumulative)


def visit_view(row: Mapping[str, Any], visit: int) -> VisitView:
    left_at = row["left_at"]
    return VisitView(
        stage=row["stage"],
        visit=visit,
        entered_at=row["entered_at"],
        left_at=left_at,
        seconds=None if left_at is None else int((left_at - row["entered_at"]).total_seconds()),
        previous_stage=row["previous_stage"],
        amount=money_view(row),
        category=row["category"],
        by=row["actor"],
    )
