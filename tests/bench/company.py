"""A sales organisation and its deals, straight into forecast's read models: people in 8 levels, each with deals."""

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.forecast.projections.ledger.postings import postings
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
    SELECT md5(n::text)::uuid, 'rep-' || n % :people, CAST(:first_day AS date) + CAST(n * 7919 % 730 AS int),
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
CURRENCIES = text("INSERT INTO currencies (currency, deals) SELECT 'EUR', count(*) FROM deals")
LATEST = text("""
    INSERT INTO latest (source, occurred_at, recorded_at)
    VALUES ('pipeline', '2026-07-15', '2026-07-15'), ('forecast', '2020-01-01', '2020-01-01')""")
# Six events of each deal in the two years before: each time it closes earlier, and goes on to its category. Their
# positions come before those of all events.
POSTINGS = text("""
    INSERT INTO postings (position, line, opportunity_id, owner, close_date, category, qualified, currency, motion,
        pipeline, amount, deals, reason, occurred_at, recorded_at)
    SELECT 6 * (n - :deals) + event - 6, line, md5(n::text)::uuid, 'rep-' || n % :people,
        CAST(:first_day AS date) + CAST(n * 7919 % 730 AS int) + 9 * (5 - state),
        (ARRAY['pipeline', 'upside', 'commit', 'closed'])[least(n / 730 % 4, state) + 1], true, 'EUR', 'new_business',
        'default', sign * (n % 9000 + 1000), sign,
        CASE WHEN event = 0 THEN 'created' WHEN event = 3 AND n / 730 % 4 = 3 THEN 'won' ELSE 'redated' END, at, at
    FROM generate_series(CAST(1 AS bigint), CAST(:deals AS bigint)) AS n, generate_series(0, 5) AS event,
        LATERAL (VALUES (1, event - 1, -1), (2, event, 1)) AS posted (line, state, sign),
        LATERAL (SELECT CAST(:last_day AS timestamptz) - make_interval(days => CAST(720 - 120 * event - n % 120 AS int),
            secs => n % 86400)) AS happened (at)
    WHERE state >= 0""")
STATES = text("""
    INSERT INTO deal_states (position, opportunity_id, account, stage, stage_mapped, outcome, occurred_at, recorded_at)
    SELECT position, opportunity_id, 'customer.example', category, true, CASE WHEN category = 'closed' THEN 'won' END,
        occurred_at, recorded_at FROM postings WHERE line = 2 AND position % 6 IN (0, -3)""")
LISTED = text("""
    INSERT INTO opportunities (opportunity_id, account, owner, motion, approach, pipeline, stage, category, amount,
        currency, amount_estimated, close_date, qualified, outcome, lead_ids, source, created_at, version)
    SELECT opportunity_id, account, owner, motion, 'hunting', pipeline, stage, category, amount, currency, false,
        close_date, true, outcome, '{}', 'demo_request', now(), 1 FROM deals""")
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
        await fill_deals(tx, people, deals, date(2026, 1, 1))
        await tx.execute(LATEST)
        await analyze(tx, "seats", "org_rows")


async def fill_deals(tx: AsyncConnection, people: int, deals: int, first_day: date) -> None:
    """Fills in deals of the present people. They close in the two years from that day on."""
    await tx.execute(DEALS, {"people": people, "deals": deals, "first_day": first_day})
    for statement in (OWN, PURE, CURRENCIES):
        await tx.execute(statement)
    await analyze(tx, "deals", "pure")


async def fill_history(tx: AsyncConnection, people: int, deals: int, today: date) -> None:
    """The deals of these people, who are there, with all their postings; and in pipeline's list. A year of them has
    closed, or should have."""
    first_day = today - timedelta(days=365)
    await fill_deals(tx, people, deals, first_day)
    for index in postings.indexes:
        await tx.run_sync(index.drop)
    days = {"first_day": first_day, "last_day": today}
    await tx.execute(POSTINGS, {"people": people, "deals": deals} | days)
    for index in postings.indexes:
        await tx.run_sync(index.create)
    await tx.execute(STATES)
    await tx.execute(LISTED)
    await analyze(tx, "postings", "deal_states", "opportunities")


async def analyze(tx: AsyncConnection, *tables: str) -> None:
    for table in tables:
        await tx.execute(text(f"ANALYZE {table}"))


def org_table(people: int) -> str:
    """The same people, as a table to import."""
    lines = (f"rep-{n},Rep {n},person,{f'rep-{(n - 1) // WIDTH}' if n else ''}" for n in range(people))
    return "id,name,kind,parent\n" + "\n".join(lines)
