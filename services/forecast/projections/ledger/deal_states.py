"""Each deal's customer, stage and outcome at any time: a row when one of them changes. All the rest is in postings."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Named, Table, Text, TypedColumns

from services.forecast.projections.ledger.metadata import ledger_tables
from services.forecast.upstream.pipeline import OpportunityEvent
from shared.rules.message import RecordedEvent
from shared.store.rows import Write, insert, rows


class DealStateColumns(TypedColumns):
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    opportunity_id: Named[str] = Column(Text)
    account: Named[str] = Column(Text)
    stage: Named[str] = Column(Text)
    stage_mapped: Named[bool] = Column(Boolean)
    outcome: Named[str | None] = Column(Text)
    occurred_at: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


deal_states = Table("deal_states", ledger_tables, DealStateColumns)
Index("deal_states_by_deal", deal_states.c.opportunity_id, deal_states.c.position)
Index("deal_states_unmapped", deal_states.c.opportunity_id, postgresql_where=deal_states.c.stage_mapped.is_(False))
INSERT = insert(deal_states)


def added(changed: Iterable[RecordedEvent[OpportunityEvent]]) -> Iterator[Write]:
    yield INSERT, rows(state_row(recorded) for recorded in changed)


def state_row(recorded: RecordedEvent[OpportunityEvent]) -> dict[str, Any]:
    event = recorded.event
    return {
        "position": recorded.position,
        "opportunity_id": recorded.subject,
        "account": event.account,
        "stage": event.stage,
        "stage_mapped": event.stage_mapped,
        "outcome": event.outcome,
        "occurred_at": recorded.occurred_at,
        "recorded_at": recorded.recorded_at,
    }
