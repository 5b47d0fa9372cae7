"""A sales organisation and its deals, straight into forecast's read models: people in 8 levels, each with deals."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.forecast.service import SERVICE as FORECAST
from tests.bench.following import made_anew

WIDTH = 4
"""People who report to one: 8 levels of 4 hold more than 10,000."""
SEATS = text("""
    INSERT INTO seats (node, parent, kind, active)
    SELECT 'rep-' || n, CASE WHEN n > 0 THEN 'rep-' || (n - 1) / :width END, 'person', true
    FROM generate_series(0, CAST(:people AS int) - 1) AS n""")
ROWS = text("""
    INSERT INTO org_rows (node, position, starts, parent, kind, ended, recorded_at)
    SELECT node, row_number() OVER (ORDER BY node), '2020-01-01', parent, kind, false, '2020-01-01' FROM seats""")
# Each day has deals of each category.
DEALS = text("""
    INSERT INTO deals (opportunity_id, owner, close_date, category, qualified, currency, motion, pipeline, amount,
        outcome, account, stage, stage_mapped)
    SELECT md5(n::text)::uuid, 'rep-' || n % :people, date '2026-01-01' + CAST(n * 7919 % 730 AS int),
        (ARRAY['pipeline', 'upside', 'commit', 'closed'])[n / 730 % 4 + 1], true, 'EUR', 'new_business', 'default',
        n % 9000 + 1000, CASE WHEN n / 730 % 4 = 3 THEN 'won' END, 'customer.example', 'qualified', true
    FROM generate_series(1, CAST(:deals AS bigint)) AS n""")
OWN = text("""
    CREATE TEMPORARY TABLE own AS
    SELECT owner, close_date, category, qualified, currency, motion, pipeline, sum(amount) AS amount, count(*) AS deals
    FROM deals GROUP BY 1, 2, 3, 4, 5, 6, 7""")
PURE = text("""
    INSERT INTO pure (node, close_date, category, qualified, currency, motion, pipeline, amount, deals, own_amount,
        own_deals)
    WITH RECURSIVE above AS (
        SELECT node AS owner, node, parent FROM seats
        UNION ALL
        SELECT owner, seats.node, seats.parent FROM above JOIN seats ON seats.node = above.parent),
    counted AS (SELECT owner, node FROM above UNION ALL SELECT node, '_root' FROM seats)
    SELECT node, close_date, category, qualified, currency, motion, pipeline, sum(amount), sum(deals),
        coalesce(sum(amount) FILTER (WHERE node = owner), 0), coalesce(sum(deals) FILTER (WHERE node = owner), 0)
    FROM (SELECT counted.node, own.* FROM own JOIN counted USING (owner)) AS each
    GROUP BY 1, 2, 3, 4, 5, 6, 7""")
REST = [
    text("INSERT INTO currencies (currency, deals) SELECT 'EUR', count(*) FROM deals"),
    text("""
        INSERT INTO latest (source, occurred_at, recorded_at)
        VALUES ('pipeline', '2026-07-15', '2026-07-15'), ('forecast', '2020-01-01', '2020-01-01')"""),
    *(text(f"ANALYZE {table}") for table in ("deals", "pure", "seats", "org_rows")),
]
RECURSIVE = """
    WITH RECURSIVE below AS (
        SELECT node FROM seats WHERE parent IS NULL
        UNION ALL
        SELECT seats.node FROM below JOIN seats ON seats.parent = below.node)
    SELECT category, qualified, currency, sum(amount) AS amount, count(*) AS deals
    FROM deals JOIN below ON deals.owner = below.node
    WHERE close_date BETWEEN $1 AND $2 AND (outcome IS NULL OR outcome = 'won')
    GROUP BY 1, 2, 3"""


async def filled_forecast(engine: AsyncEngine, people: int, deals: int) -> None:
    """`engine` looks at forecast's schema and at that of its read models."""
    await made_anew(engine, FORECAST)
    async with engine.begin() as tx:
        await tx.execute(SEATS, {"width": WIDTH, "people": people})
        await tx.execute(ROWS)
        await tx.execute(DEALS, {"people": people, "deals": deals})
        await tx.execute(OWN)
        await tx.execute(PURE)
        for statement in REST:
            await tx.execute(statement)
