"""How long deals stay in their stages, by the estimator of Kaplan and Meier.

A deal that is still in a stage has stayed in it at least until now. It may neither be left out nor count as if it had
left.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.metrics.questions import Dimension, Window
from services.pipeline.metrics.velocity import StayRow

INSTANTS = ("begins", "ends", "as_of")
QUERY = """
    WITH visits AS (
        SELECT opportunity_id, number, stage, qualified, entered_at, left_at <= :ends IS TRUE AS finished,
            extract(epoch FROM least(left_at, :ends) - entered_at) AS seconds
        FROM stage_visits WHERE NOT closed AND entered_at <= :ends),
    deals AS (
        SELECT opportunity_id, stage, qualified, bool_and(finished) AS finished, sum(seconds) AS cumulative,
            (array_agg(seconds ORDER BY number DESC))[1] AS latest
        FROM visits GROUP BY opportunity_id, stage, qualified
        HAVING max(entered_at) >= :begins OR :begins IS NULL),
    stays AS (
        SELECT {keys} pipeline, stage, deals.qualified, measure, seconds, finished
        FROM deals
        JOIN deal_states USING (opportunity_id)
        CROSS JOIN LATERAL (VALUES ('latest', latest), ('cumulative', cumulative)) AS measured (measure, seconds)
        WHERE CASE WHEN :as_of IS NULL THEN ends IS NULL
            ELSE starts <= :as_of AND (ends IS NULL OR ends > :as_of) END
        AND (:owners IS NULL OR owner = ANY(:owners))),
    lengths AS (
        SELECT {names} pipeline, stage, qualified, measure, seconds,
            count(*) AS ending, count(*) FILTER (WHERE finished) AS leaving
        FROM stays GROUP BY {names} pipeline, stage, qualified, measure, seconds),
    risks AS (
        SELECT *, sum(ending) OVER (
            PARTITION BY {names} pipeline, stage, qualified, measure ORDER BY seconds DESC) AS at_risk
        FROM lengths),
    survival AS (
        SELECT *, exp(sum(
            CASE WHEN leaving < at_risk THEN ln(1 - leaving / at_risk::float8) ELSE '-infinity' END) OVER (
            PARTITION BY {names} pipeline, stage, qualified, measure ORDER BY seconds)) AS surviving
        FROM risks)
    SELECT {names} pipeline, stage, qualified, measure, sum(ending)::int, sum(ending - leaving)::int,
        min(seconds) FILTER (WHERE surviving <= 0.5 + 1e-9), min(seconds) FILTER (WHERE surviving <= 0.1 + 1e-9)
    FROM survival GROUP BY {names} pipeline, stage, qualified, measure
    ORDER BY {names} pipeline, qualified, stage, measure"""
"""A billionth: by so much less than a rounding error, sums of logarithms may miss one half."""


def query(by: Sequence[Dimension]) -> TextClause:
    keys = "".join(f"deal_states.{name} AS key_{name}, " for name in by)
    names = "".join(f"key_{name}, " for name in by)
    statement = text(QUERY.format(keys=keys, names=names))
    instants = (bindparam(name, type_=TIMESTAMP(timezone=True)) for name in INSTANTS)
    return statement.bindparams(*instants, bindparam("owners", type_=ARRAY(Text)))


async def stays(tx: AsyncConnection, window: Window, until: datetime, by: Sequence[Dimension]) -> list[StayRow]:
    """The deals whose last visit to a stage began in the window. What was not over at its end, or at the instant
    `until` if that is earlier, is unfinished. The visits of a deal to a stage count as one if it left and came back,
    with their whole length (`cumulative`) or that of the last (`latest`)."""
    ends = min(each for each in (window.ends, window.as_of, until) if each is not None)
    owners = None if window.owners is None else sorted(window.owners)
    parameters = {"begins": window.begins, "ends": ends, "as_of": window.as_of, "owners": owners}
    found = await tx.execute(query(by), parameters)
    return [StayRow(tuple(row[: len(by)]), *row[len(by) :]) for row in found]
