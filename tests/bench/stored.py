"""Stores with so many events in them as if they had come one by one: written by one statement, all alike but for ids
and numbers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.lead_intake.lead.capture_body import CaptureLead
from services.lead_intake.lead.commands import RecordCapture
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.lead.events import LeadCaptured
from services.pipeline.opportunity.events import Approach, Motion, OpportunityFields, OpportunityOpened
from services.pipeline.process.events import ForecastCategory
from shared.rules.message import Event
from tests.bench.leads import LEAD

NIL = str(UUID(int=0))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT_ONCE = 100_000
"""Events that one statement writes."""


def id_of(what: str) -> str:
    """SQL: of the nth event, in the order of its time as all ids are."""
    chance = f"md5('{what}' || n)"
    began = int(NOON.timestamp() * 1000)
    return f"CAST(lpad(to_hex({began} + n), 12, '0') || '7' || left({chance}, 3) || '8' || right({chance}, 15) AS uuid)"


SUBJECT = id_of("subject")
# In a template, the nil UUID stands for an id that each event has for its own, NUMBER for its number.
EVENTS = text(f"""
    INSERT INTO events (position, event_id, stream, version, type, data, occurred_at, recorded_at, actor,
        correlation_id)
    SELECT n, {id_of("event")}, :kind || '-' || {SUBJECT}, 1, :type,
        CAST(replace(replace(replace(replace(replace(:data, :nil, CAST({SUBJECT} AS text)), 'NUMBER', n::text),
            '"7777"', '"' || (n % 9000 + 1000)::text || '"'), 'rep-0', 'rep-' || n % :people),
            '2026-06-01', (date '2026-01-01' + CAST(n % 730 AS int))::text) AS jsonb),
        CAST(:noon AS timestamptz) + n * interval '1 ms', CAST(:noon AS timestamptz) + n * interval '1 ms', 'bench',
        :mark
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n""").bindparams(  # noqa: S608 - our own expressions
    *(bindparam(name, type_=Text) for name in ("kind", "type", "data", "nil")),
    *(bindparam(name, type_=BigInteger) for name in ("first", "last", "people")),
    bindparam("mark", type_=Uuid),
)
ALIASES = text(f"""
    INSERT INTO aliases (alias, stream, subject)
    SELECT 'email:' || md5('a' || n) || md5('b' || n), 'lead-' || {SUBJECT}, 'person-' || {SUBJECT}
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n""")  # noqa: S608 - our own expression
VAULT = text(f"""
    INSERT INTO vault (ref, subject, value)
    SELECT {SUBJECT}, 'person-' || {SUBJECT}, CAST(:value AS jsonb)
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n""")  # noqa: S608 - our own expression
PERSON = '{"email": "person@customer.example", "first_name": "Ada", "last_name": "Lovelace", "job_title": "Head"}'


@dataclass(frozen=True)
class Template:
    """One event's kind of stream, type and data."""

    kind: str
    type: str
    data: str


def template(kind: str, event: Event) -> Template:
    return Template(kind, event.type, event.to_stored(lambda value: UUID(int=0)))


def captured() -> LeadCaptured:
    """The event of the lead that is posted."""
    body = CaptureLead.model_validate(LEAD)
    command = RecordCapture(
        body=body, capture_id=NIL, person_id=NIL, engaged_at=NOON, is_anonymous=True, content="c0ffee"
    )
    (event,) = DECIDER.decide(DECIDER.initial, command, NOON)
    assert isinstance(event, LeadCaptured)
    return event


def opened() -> OpportunityOpened:
    """Owner, amount and close date differ from deal to deal."""
    fields = OpportunityFields(
        account="customer.example",
        owner="rep-0",
        motion=Motion.NEW_BUSINESS,
        approach=Approach.HUNTING,
        pipeline="default",
        process_version=1,
        stage="qualified",
        stage_mapped=True,
        category=ForecastCategory.PIPELINE,
        category_by_hand=False,
        qualified=True,
        outcome=None,
        amount=Decimal(7777),
        currency="EUR",
        amount_estimated=False,
        close_date=date(2026, 6, 1),
        product=None,
        lead_ids=(NIL,),
        origin="lead",
        source="demo_request",
        mql_source="demo_request",
        external_id=None,
    )
    return OpportunityOpened(after=fields, name=None)


LEADS = template("lead", captured())
DEALS = template("opportunity", opened())


async def fill(engine: AsyncEngine, what: Template, first: int, last: int, *, people: int = 100) -> None:
    """Events with these positions, in the schema that the engine writes to."""
    found = {"kind": what.kind, "type": what.type, "data": what.data, "nil": NIL, "noon": NOON, "mark": UUID(int=1)}
    for start in range(first, last + 1, AT_ONCE):
        span = {"first": start, "last": min(start + AT_ONCE - 1, last)}
        async with engine.begin() as tx:
            await tx.execute(EVENTS, found | span | {"people": people})
            if what is LEADS:
                await tx.execute(ALIASES, span)
                await tx.execute(VAULT, span | {"value": PERSON})
    async with engine.begin() as tx:
        for table in ("events", "aliases", "vault"):
            await tx.execute(text(f"ANALYZE {table}"))
