"""The time that deals stay in their stages, by the estimator of Kaplan and Meier.

A deal that is still in a stage has stayed in it at least until now. It may neither be left out nor count as if it had
left.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.velocity import StayRow
from services.pipeline.metrics.window import Window
from services.pipeline.projections.deal_states import SORTS_IN_MEMORY
from shared.store.plans import hashed_groups

COLUMNS = {"stage": "deals.stage", "qualified": "deals.qualified"}
"""The columns of a visit; all others are the deal's."""
INSTANTS = ("begins", "ends", "as_of")
DEALS = """
    WITH deals AS NOT MATERIALIZED (
        SELECT opportunity_id, stage, qualified, left_at <= :ends IS TRUE AS finished, latest,
            latest + earlier_microseconds AS cumulative
        FROM stage_visits, LATERAL (
            SELECT (date_part('epoch', least(left_at, :ends) - entered_at) * 1000000)::bigint) AS stayed (latest)
        WHERE NOT closed AND entered_at <= :ends AND entered_at >= coalesce(:begins, '-infinity')
            AND (entered_again_at IS NULL OR entered_again_at > :ends))"""
"""A row is the last visit of a deal to a stage, if it began in the window. Times are in microseconds. `date_part` is
faster than `extract`, and exact for 50 years: it is no decimal number."""
PRESENT = """CASE WHEN :as_of IS NULL THEN ends IS NULL
            ELSE starts <= :as_of AND (ends IS NULL OR ends > :as_of) END
        AND (:owners IS NULL OR owner = ANY(:owners))"""
QUERY = """{deals},
    stays AS (
        SELECT {is_whole} AS is_whole, {keys} pipeline, stage, deals.qualified,
            count(*)::int AS deals, (count(*) FILTER (WHERE NOT finished))::int AS unfinished,
            array_agg(latest * 2 + (NOT finished)::int) AS latest,
            array_agg(cumulative * 2 + (NOT finished)::int) AS cumulative, bool_or(cumulative > latest) AS came_back
        FROM deals CROSS JOIN LATERAL ({states}) AS deal_states CROSS JOIN (VALUES (1)) AS groups (one)
        GROUP BY {sets})
    SELECT is_whole, {names} pipeline, stage, qualified, measure, deals, unfinished, figures.*
    FROM stays
    CROSS JOIN LATERAL (VALUES
        (CASE WHEN came_back THEN ARRAY['latest'] ELSE ARRAY['latest', 'cumulative'] END, latest),
        (ARRAY['cumulative'], CASE WHEN came_back THEN cumulative END)) AS measured (measures, lengths)
    CROSS JOIN LATERAL (
        SELECT (min(length) FILTER (WHERE surviving <= ln(0.5 + 1e-9)) >> 1) / 1000000.0,
            (min(length) FILTER (WHERE surviving <= ln(0.1 + 1e-9)) >> 1) / 1000000.0
        FROM (
            SELECT length, sum(CASE WHEN at_risk > 1 THEN ln(1 - 1 / at_risk::float8) ELSE '-infinity' END)
                OVER (ORDER BY length ROWS UNBOUNDED PRECEDING) AS surviving
            FROM (
                SELECT length, deals - row_number() OVER (ORDER BY length) + 1 AS at_risk
                FROM unnest(lengths) AS stay (length)) AS ranked
            WHERE length & 1 = 0) AS survival) AS figures
    CROSS JOIN unnest(measures) AS measure
    WHERE lengths IS NOT NULL
    ORDER BY {names} pipeline, qualified, stage, measure"""
"""Lengths are doubled, and one more where the stay is not over: sorted by this one number, stays that are equally long
come with those first that are over, one after the other, and their product is that of all at once. `surviving` is a
logarithm. A billionth: by so much less than a rounding error, sums of logarithms may miss one half. Where no deal came
back to its stage, both measures are the same."""
STATES = "SELECT * FROM deal_states WHERE deal_states.opportunity_id = deals.opportunity_id AND {present}"
LOOKED_UP = f"{STATES} OFFSET 0"
"""Postgres looks up one deal after the other. In a window with a beginning that is faster than reading all deals there
are, by which it would join them."""

BEHIND = """{deals}
    SELECT opportunity_id, owner, pipeline, stage, deals.qualified, NOT finished AS open,
        latest / 1000000 AS latest_seconds, cumulative / 1000000 AS cumulative_seconds
    FROM deals JOIN deal_states USING (opportunity_id)
    WHERE {present} AND (:after IS NULL OR opportunity_id > :after) {conditions}
    ORDER BY opportunity_id, deals.qualified LIMIT :limit"""


class Stays(NamedTuple):
    """`groups`: by the dimensions; none without one."""

    whole: list[StayRow]
    groups: list[StayRow]


def query(by: Sequence[Dimension], window: Window) -> TextClause:
    keys = "".join(f"deal_states.{name} AS key_{name}, " for name in by)
    names = "".join(f"key_{name}, " for name in by)
    is_whole = "grouping(groups.one)" if by else "1"
    stage = "pipeline, stage, deals.qualified"
    columns = "".join(f"deal_states.{name}, " for name in by)
    sets = f"GROUPING SETS (({stage}), (groups.one, {columns} {stage}))" if by else stage
    states = (STATES if window.begins is None else LOOKED_UP).format(present=PRESENT)
    return typed(QUERY.format(deals=DEALS, states=states, keys=keys, names=names, is_whole=is_whole, sets=sets))


def typed(statement: str) -> TextClause:
    instants = (bindparam(name, type_=TIMESTAMP(timezone=True)) for name in INSTANTS)
    return text(statement).bindparams(*instants, bindparam("owners", type_=ARRAY(Text)))


async def stays(tx: AsyncConnection, window: Window, until: datetime, by: Sequence[Dimension]) -> Stays:
    """The deals whose last visit to a stage began in the window. What was not over at its end, or at the instant
    `until` if that is earlier, is unfinished. The visits of a deal to a stage count as one if it left and came back,
    with their whole length (`cumulative`) or that of the last (`latest`)."""
    found = Stays([], [])
    await tx.execute(SORTS_IN_MEMORY)
    async with hashed_groups(tx):
        rows = await tx.execute(query(by, window), bounds(window, until))
    for whole, *row in rows:
        key, figures = tuple(row[: len(by)]), row[len(by) :]
        (found.whole if whole else found.groups).append(StayRow(() if whole else key, *figures))
    return found


def bounds(window: Window, until: datetime) -> dict[str, Any]:
    last = None if window.ends is None else window.ends - timedelta.resolution
    ends = min(each for each in (last, window.as_of, until) if each is not None)
    owners = None if window.owners is None else sorted(window.owners)
    return {"begins": window.begins, "ends": ends, "as_of": window.as_of, "owners": owners}


async def behind(
    tx: AsyncConnection,
    window: Window,
    until: datetime,
    where: Mapping[str, Any],
    after: str | None,
    limit: int,
) -> list[Mapping[str, Any]]:
    """The deals that count in `stays`, in the order of their ids, one more than `limit`. `where`: values of columns."""
    values = {f"at_{number}": value for number, value in enumerate(where.values()) if value is not None}
    conditions = [
        f"{COLUMNS.get(name, f'deal_states.{name}')} " + (f"= :at_{number}" if value is not None else "IS NULL")
        for number, (name, value) in enumerate(where.items())
    ]
    statement = typed(
        BEHIND.format(deals=DEALS, present=PRESENT, conditions="".join(f" AND {each}" for each in conditions))
    )
    statement = statement.bindparams(bindparam("after", type_=Text))
    found = await tx.execute(statement, bounds(window, until) | values | {"after": after, "limit": limit + 1})
    return [dict(row) for row in found.mappings()]
