"""One deal's fields after each of its events, for the tests of its rules."""

from datetime import date
from decimal import Decimal
from typing import Any

from services.pipeline.opportunity import commands, events
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.events import Approach, Motion, OpportunityFields, Outcome
from services.pipeline.opportunity.state import State
from services.pipeline.process.events import ForecastCategory
from services.pipeline.setting.decider import SETTINGS
from services.pipeline.setting.state import Settings
from shared.rules.money import Money
from shared.rules.sealed import Sealed
from tests.spec import Given

HUNDRED = Money(amount=Decimal(100), currency="EUR")
ACME = OpportunityFields(
    account="acme.com",
    owner="ann",
    motion=Motion.NEW_BUSINESS,
    approach=Approach.FARMING,
    pipeline="default",
    process_version=0,
    stage="unqualified",
    stage_mapped=True,
    category=ForecastCategory.PIPELINE,
    category_by_hand=False,
    qualified=False,
    outcome=None,
    amount=Decimal("100.00"),
    currency="EUR",
    amount_estimated=False,
    close_date=date(2026, 3, 31),
    product=None,
    lead_ids=(),
    origin="direct",
    source="sales",
    mql_source=None,
    external_id=None,
)
QUALIFIED = ACME._replace(stage="qualified", qualified=True)
PROPOSAL = QUALIFIED._replace(stage="proposal", category=ForecastCategory.UPSIDE)
WON = QUALIFIED._replace(stage="won", category=ForecastCategory.CLOSED, outcome=Outcome.WON)
LOST = QUALIFIED._replace(stage="lost", category=ForecastCategory.OMITTED, outcome=Outcome.LOST)
OPENED = events.OpportunityOpened(after=ACME, name=Sealed(value="Acme"))


def moved(
    command: Any, before: OpportunityFields, after: OpportunityFields, seconds: int = 3600, reason: str | None = None
) -> events.StageChanged:
    return events.StageChanged(
        after=after,
        command=command,
        from_stage=before.stage,
        to_stage=after.stage,
        from_category=before.category,
        to_category=after.category,
        from_amount=before.amount,
        from_close_date=before.close_date,
        seconds_in_from_stage=seconds,
        reason=reason,
    )


QUALIFYING = moved("qualify", ACME, QUALIFIED, 60)
PROPOSING = moved("advance", QUALIFIED, PROPOSAL, 60)
WINNING = moved("win", QUALIFIED, WON, 60)
LOSING = moved("lose", QUALIFIED, LOST, 60, reason="competitor")


def given(
    *history: events.OpportunityEvent, settings: Settings | None = None
) -> Given[commands.OpportunityCommand, State, events.OpportunityEvent]:
    return Given(DECIDER, history, {SETTINGS.stream: settings} if settings else {})
