"""The funnel: what entered a step in a window, and how much of it reached the next one in time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BindParameter, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.metrics.deal_sums import Key
from services.pipeline.metrics.questions import Dimension, Step, Window

INSTANTS = ("begins", "ends", "as_of", "until")
ENTRIES = """
    WITH RECURSIVE merged AS (
        SELECT lead_id, merged_into FROM merged_leads
        UNION SELECT merged.lead_id, merged_leads.merged_into
        FROM merged JOIN merged_leads ON merged_leads.lead_id = merged.merged_into),
    survivors AS (
        SELECT lead_id, merged_into AS survivor FROM merged
        WHERE merged_into NOT IN (SELECT lead_id FROM merged_leads)),
    deals AS NOT MATERIALIZED (
        SELECT * FROM deal_states WHERE CASE WHEN :as_of IS NULL THEN ends IS NULL
            ELSE starts <= :as_of AND (ends IS NULL OR ends > :as_of) END),
    entries AS (
        SELECT 'mql' AS step, lead_id, cycle, NULL AS opportunity_id, mql_at AS entered_at, srl_at AS converted_at,
            source, mql_source, campaign, motion, NULL AS owner, NULL AS approach, NULL AS pipeline, NULL AS product,
            NULL AS currency, lead_id || '/' || cycle AS id
        FROM lead_cycles
        UNION ALL SELECT 'srl', lead_id, cycle, opportunity_id, srl_at, sql_at, lead_cycles.source,
            lead_cycles.mql_source, lead_cycles.campaign, coalesce(deals.motion, lead_cycles.motion), owner, approach,
            pipeline, product, currency, lead_id || '/' || cycle
        FROM lead_cycles LEFT JOIN deals USING (opportunity_id) WHERE srl_at IS NOT NULL
        UNION ALL SELECT 'srl', NULL, NULL, opportunity_id, created_at, qualified_at, source, mql_source, campaign,
            motion, owner, approach, pipeline, product, currency, opportunity_id
        FROM deals WHERE origin = 'direct' AND NOT opened_qualified
        UNION ALL SELECT 'sql', lead_id, cycle, opportunity_id, sql_at, NULL, lead_cycles.source,
            lead_cycles.mql_source, lead_cycles.campaign, coalesce(deals.motion, lead_cycles.motion), owner, approach,
            pipeline, product, currency, lead_id || '/' || cycle
        FROM lead_cycles LEFT JOIN deals USING (opportunity_id) WHERE sql_at IS NOT NULL
        UNION ALL SELECT 'sql', NULL, NULL, opportunity_id, qualified_at, NULL, source, mql_source, campaign,
            motion, owner, approach, pipeline, product, currency, opportunity_id
        FROM deals WHERE origin = 'direct' AND qualified_at IS NOT NULL),
    cohort AS (
        SELECT *, (converted_at <= :until) IS TRUE AS converted,
            extract(epoch FROM converted_at - entered_at) AS seconds
        FROM entries WHERE entered_at <= coalesce(:as_of, entered_at) AND entered_at >= coalesce(:begins, entered_at)
            AND entered_at < coalesce(:ends, 'infinity') AND (:owners IS NULL OR owner = ANY(:owners)))"""
"""Of the deals of `owners` alone, a cycle counts from the hand-over on: before, it has no owner."""
SQLS = """
    WITH deals AS NOT MATERIALIZED (
        SELECT * FROM deal_states WHERE CASE WHEN :as_of IS NULL THEN ends IS NULL
            ELSE starts <= :as_of AND (ends IS NULL OR ends > :as_of) END),
    sqls AS (
        SELECT source, sql_at FROM lead_cycles WHERE sql_at IS NOT NULL
        UNION ALL SELECT source, qualified_at FROM deals WHERE origin = 'direct' AND qualified_at IS NOT NULL)
    SELECT source, count(*)::int FROM sqls
    WHERE sql_at >= coalesce(:begins, sql_at) AND sql_at < :ends AND sql_at <= coalesce(:as_of, sql_at)
    GROUP BY source"""
COUNTS = """{entries}
    SELECT {keys} step, count(*)::int, (count(*) FILTER (WHERE converted))::int,
        count(DISTINCT coalesce(survivor, lead_id))::int,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE converted), min(motion), max(motion)
    FROM cohort LEFT JOIN survivors USING (lead_id) WHERE step <> 'sql' GROUP BY {keys} step"""
PAGE = """{entries}
    SELECT lead_id, cycle, opportunity_id, entered_at, CASE WHEN converted THEN converted_at END AS converted_at,
        source, mql_source, campaign, motion, owner, id
    FROM cohort WHERE {conditions}
    ORDER BY entered_at, id LIMIT :limit"""


class StepRow(NamedTuple):
    """Of one group. `leads`: distinct ones; deals without a lead have none. `median`: seconds to the next step."""

    key: Key
    step: str
    entered: int
    converted: int
    leads: int
    median: Decimal | None
    first_motion: str
    last_motion: str

    @property
    def motion(self) -> str | None:
        """That of all; None when there are several."""
        return self.first_motion if self.first_motion == self.last_motion else None


def statement(sql: str, **parts: str) -> TextClause:
    typed: list[BindParameter[Any]] = [bindparam(name, type_=TIMESTAMP(timezone=True)) for name in INSTANTS]
    typed.append(bindparam("owners", type_=ARRAY(Text)))
    return text(sql.format(entries=ENTRIES, **parts)).bindparams(*typed)


def instants(window: Window, until: datetime) -> dict[str, Any]:
    owners = None if window.owners is None else sorted(window.owners)
    return {"begins": window.begins, "ends": window.ends, "as_of": window.as_of, "until": until, "owners": owners}


async def steps(tx: AsyncConnection, window: Window, until: datetime, by: Sequence[Dimension]) -> list[StepRow]:
    """The cohort of a window. What reached the next step after the instant `until` has not converted."""
    keys = "".join(f"{name}, " for name in by)
    found = await tx.execute(statement(COUNTS, keys=keys), instants(window, until))
    return [StepRow(tuple(row[: len(by)]), *row[len(by) :]) for row in found]


EntryKey = tuple[datetime, str]


class EntryFilter(NamedTuple):
    """`converted`: None means any. `values`: of dimensions."""

    step: Step
    converted: bool | None
    values: Mapping[Dimension, str | None]


async def entries(
    tx: AsyncConnection,
    window: Window,
    until: datetime,
    criteria: EntryFilter,
    after: EntryKey | None,
    limit: int,
) -> list[dict[str, Any]]:
    """What entered a step, in the order of its instants, one more than `limit`."""
    parameters: dict[str, Any] = {"step": criteria.step.value, "limit": limit + 1}
    conditions = ["step = :step"]
    if criteria.converted is not None:
        conditions.append("converted" if criteria.converted else "NOT converted")
    for name, value in criteria.values.items():
        conditions.append(f"{name} IS NULL" if value is None else f"{name} = :of_{name}")
        parameters |= {} if value is None else {f"of_{name}": value}
    if after is not None:
        conditions.append("(entered_at, id) > (:after_at, :after_id)")
        parameters |= {"after_at": after[0], "after_id": after[1]}
    query = statement(PAGE, conditions=" AND ".join(conditions))
    found = await tx.execute(query, instants(window, until) | parameters)
    return [dict(row) for row in found.mappings()]


async def sqls_by_source(
    tx: AsyncConnection, begins: datetime | None, ends: datetime, as_of: datetime | None
) -> dict[str, int]:
    """How many cycles, and deals without a lead, became SQL in a window."""
    typed = [bindparam(name, type_=TIMESTAMP(timezone=True)) for name in ("begins", "ends", "as_of")]
    found = await tx.execute(text(SQLS).bindparams(*typed), {"begins": begins, "ends": ends, "as_of": as_of})
    return {row[0]: row[1] for row in found}
