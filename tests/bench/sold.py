"""Deals and cycles of leads over two years, straight into pipeline's read models, and as events that say the same."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.pipeline.projections.deal_states import deal_states
from services.pipeline.projections.lead_cycles import lead_cycles
from services.pipeline.projections.stage_visits import stage_visits
from services.pipeline.service import SERVICE as PIPELINE
from tests.bench.company import analyze
from tests.bench.following import made_anew

TODAY = datetime(2026, 7, 1, tzinfo=UTC)
TABLES = (deal_states, stage_visits, lead_cycles)
# A deal is created, qualified after 4 to 13 days, goes on after 7 more with another amount, and closes after 30 more,
# unless that lies in the future. Every third began with a lead, which became MQL two days before. Ids are in the order
# of time, as all ids are.
SOLD = """
    CREATE TEMPORARY TABLE sold AS
    SELECT n, lpad(to_hex(CAST(extract(epoch FROM created_at) * 1000 AS bigint)), 12, '0') || md5(n::text) AS id,
        'rep-' || n % :owners AS owner, n % 3 = 0 AS has_lead,
        CASE WHEN n % 3 = 0 THEN 'source-' || n / 3 % 8 ELSE 'sales' END AS source,
        CASE WHEN n % 3 = 0 THEN 'source-' || n / 7 % 8 END AS mql_source,
        CASE WHEN n % 2 = 0 THEN 'campaign-' || n / 11 % 20 END AS campaign,
        (ARRAY['new_business', 'existing_business'])[n / 5 % 2 + 1] AS motion,
        (ARRAY['hunting', 'farming'])[n % 2 + 1] AS approach, 'product-' || n / 13 % 5 AS product,
        (ARRAY['EUR', 'USD', 'GBP'])[n / 17 % 3 + 1] AS currency, n % 9000 + 1000 AS amount,
        created_at, created_at + make_interval(days => CAST(4 + n % 10 AS int)) AS qualified_at,
        created_at + make_interval(days => CAST(11 + n % 10 AS int)) AS moved_at,
        created_at + make_interval(days => CAST(41 + n % 10 AS int)) AS closed_at,
        (ARRAY['won', 'lost', 'recycled'])[n / 19 % 3 + 1] AS outcome
    FROM generate_series(CAST(1 AS bigint), CAST(:deals AS bigint)) AS n,
        LATERAL (SELECT CAST(:today AS timestamptz)
            - make_interval(days => CAST(n * 7919 % 730 AS int), secs => n * 104729 % 86400)) AS at (created_at)"""
CHANGES = """
    CREATE TEMPORARY TABLE changes AS
    SELECT sold.*, number, at, stage, number >= 2 AS is_qualified, CASE WHEN number = 4 THEN outcome END AS ended,
        amount + CASE WHEN number >= 3 THEN 500 ELSE 0 END AS worth,
        row_number() OVER (ORDER BY at, n, number) AS position
    FROM sold, LATERAL (VALUES (1, created_at, 'unqualified'), (2, qualified_at, 'qualified'),
        (3, moved_at, 'proposal'), (4, closed_at, outcome)) AS happened (number, at, stage)
    WHERE at <= :today"""
STATES = """
    INSERT INTO deal_states (opportunity_id, position, starts, ends, account, owner, motion, approach, pipeline,
        product, source, mql_source, campaign, currency, amount, qualified, outcome, origin, opened_qualified,
        created_at, qualified_at, closed_at)
    SELECT id, position, at, lead(at) OVER (PARTITION BY n ORDER BY number), 'customer.example', owner, motion,
        approach, 'default', product, source, mql_source, campaign, currency, worth, is_qualified, ended,
        CASE WHEN has_lead THEN 'lead' ELSE 'direct' END, false, created_at,
        CASE WHEN number >= 2 THEN qualified_at END, CASE WHEN number = 4 THEN closed_at END
    FROM changes ORDER BY position"""
VISITS = """
    INSERT INTO stage_visits (opportunity_id, number, stage, previous_stage, entered_at, left_at, amount, currency,
        category, actor, qualified, closed, earlier_microseconds)
    SELECT id, number, stage, lag(stage) OVER each, at, lead(at) OVER each, worth, currency, 'pipeline', 'bench',
        is_qualified, ended IS NOT NULL, 0
    FROM changes WINDOW each AS (PARTITION BY n ORDER BY number) ORDER BY position"""
CYCLES = """
    INSERT INTO lead_cycles (lead_id, cycle, source, mql_source, campaign, motion, mql_at, srl_at, sql_at,
        opportunity_id, won)
    SELECT 'lead-' || id, 1, source_of_lead, coalesce(mql_source, source_of_lead), campaign, motion,
        created_at - interval '2 days', CASE WHEN has_lead THEN created_at END,
        CASE WHEN has_lead AND qualified_at <= :today THEN qualified_at END, CASE WHEN has_lead THEN id END,
        has_lead AND outcome = 'won'
    FROM sold, LATERAL (SELECT CASE WHEN has_lead THEN source ELSE 'source-' || n % 8 END) AS lead (source_of_lead)
    ORDER BY created_at"""
EVENTS = """
    INSERT INTO events (position, event_id, stream, version, type, data, occurred_at, recorded_at, actor,
        correlation_id)
    SELECT position, md5(position::text)::uuid, 'opportunity-' || id, number,
        CASE WHEN number = 1 THEN 'opportunity.opened' ELSE 'opportunity.stage_changed' END,
        jsonb_build_object('stage', stage, 'owner', owner, 'motion', motion, 'approach', approach, 'source', source,
            'mql_source', mql_source, 'campaign', campaign, 'product', product, 'amount', worth::text, 'currency',
            currency, 'qualified', is_qualified, 'outcome', ended), at, at, 'bench', md5(n::text)::uuid
    FROM changes"""
WIN_RATE_OF_EVENTS = """
    WITH last AS (
        SELECT DISTINCT ON (stream) data, occurred_at FROM events WHERE type LIKE 'opportunity.%'
        ORDER BY stream, version DESC)
    SELECT data->>'source', data->>'motion', data->>'currency', count(*) AS deals,
        count(*) FILTER (WHERE data->>'outcome' = 'won'), sum((data->>'amount')::numeric) AS amount
    FROM last
    WHERE (data->>'qualified')::bool AND data->>'outcome' IS NOT NULL AND occurred_at >= $1 AND occurred_at < $2
    GROUP BY 1, 2, 3"""


async def filled_pipeline(engine: AsyncEngine, deals: int, owners: int) -> None:
    """`engine` looks at pipeline's schema and at that of its read models."""
    await made_anew(engine, PIPELINE)
    indexes = [index for table in TABLES for index in table.indexes]
    async with engine.begin() as tx:
        await for_each(tx, indexes, Index.drop)
        for statement in (SOLD, CHANGES, STATES, VISITS, CYCLES, EVENTS):
            await fill(tx, statement, {"deals": deals, "owners": owners, "today": TODAY})
        await for_each(tx, indexes, Index.create)
        await analyze(tx, *(table.name for table in TABLES), "events")


async def for_each(tx: AsyncConnection, indexes: list[Index], do: Any) -> None:
    for index in indexes:
        await tx.run_sync(partial(do, index))


async def fill(tx: AsyncConnection, statement: str, values: dict[str, Any]) -> None:
    query = text(statement)
    await tx.execute(query, {name: value for name, value in values.items() if name in query.compile().params})
