"""The funnel: what entered a step in a window, and how much of it reached the next one in time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BindParameter, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.metrics.deal_sums import GroupKey
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.funnel_steps import Step
from services.pipeline.metrics.window import Window
from services.pipeline.projections.deal_states import SORTS_IN_MEMORY

INSTANTS = ("begins", "ends", "as_of", "until")
STEPS = {
    Step.MQL: """
        SELECT 'mql', lead_id, cycle, CAST(NULL AS text), mql_at, srl_at, source, mql_source, campaign, motion,
            CAST(NULL AS text), CAST(NULL AS text), CAST(NULL AS text), CAST(NULL AS text), CAST(NULL AS text),
            lead_id || '/' || cycle
        FROM lead_cycles""",
    Step.SRL: """
        SELECT 'srl', lead_id, cycle, opportunity_id, srl_at, sql_at, lead_cycles.source,
            lead_cycles.mql_source, lead_cycles.campaign, coalesce(deals.motion, lead_cycles.motion), owner, approach,
            pipeline, product, currency, lead_id || '/' || cycle
        FROM lead_cycles LEFT JOIN deals USING (opportunity_id) WHERE srl_at IS NOT NULL
        UNION ALL SELECT 'srl', NULL, NULL, opportunity_id, created_at, qualified_at, source, mql_source, campaign,
            motion, owner, approach, pipeline, product, currency, opportunity_id
        FROM deals WHERE origin = 'direct' AND NOT opened_qualified""",
    Step.SQL: """
        SELECT 'sql', lead_id, cycle, opportunity_id, sql_at, CAST(NULL AS timestamptz), lead_cycles.source,
            lead_cycles.mql_source, lead_cycles.campaign, coalesce(deals.motion, lead_cycles.motion), owner, approach,
            pipeline, product, currency, lead_id || '/' || cycle
        FROM lead_cycles LEFT JOIN deals USING (opportunity_id) WHERE sql_at IS NOT NULL
        UNION ALL SELECT 'sql', NULL, NULL, opportunity_id, qualified_at, NULL, source, mql_source, campaign,
            motion, owner, approach, pipeline, product, currency, opportunity_id
        FROM deals WHERE origin = 'direct' AND qualified_at IS NOT NULL""",
}
"""The query of what entered each step."""
ENTRIES = """
    WITH RECURSIVE merged AS (
        SELECT lead_id, merged_into FROM merged_leads
        UNION SELECT merged.lead_id, merged_leads.merged_into
        FROM merged JOIN merged_leads ON merged_leads.lead_id = merged.merged_into),
    survivors AS (
        SELECT lead_id, min(merged_into) AS survivor FROM merged
        WHERE merged_into NOT IN (SELECT lead_id FROM merged_leads) GROUP BY lead_id),
    deals AS NOT MATERIALIZED (
        SELECT * FROM deal_states WHERE CASE WHEN :as_of IS NULL THEN ends IS NULL
            ELSE starts <= :as_of AND (ends IS NULL OR ends > :as_of) END),
    entries (step, lead_id, cycle, opportunity_id, entered_at, converted_at, source, mql_source, campaign, motion,
        owner, approach, pipeline, product, currency, id) AS ({steps}),
    cohort AS (
        SELECT *, (converted_at <= :until) IS TRUE AS converted,
            extract(epoch FROM converted_at - entered_at) AS seconds
        FROM entries WHERE entered_at <= coalesce(:as_of, entered_at) AND entered_at >= coalesce(:begins, entered_at)
            AND entered_at < coalesce(:ends, 'infinity') AND (:owners IS NULL OR owner = ANY(:owners)))"""
"""A cycle counts among the deals of `owners` from the hand-over on: before, it has no owner. A merged lead has one
survivor; grouped by it, Postgres knows that too, and does not sort the cohort to join them."""
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
    SELECT {is_whole}, {keys} step, count(*)::int, (count(*) FILTER (WHERE converted))::int,
        count(DISTINCT coalesce(survivor, lead_id))::int,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE converted), min(motion), max(motion)
    FROM cohort LEFT JOIN survivors USING (lead_id) GROUP BY {sets}"""
PAGE = """{entries}
    SELECT lead_id, cycle, opportunity_id, entered_at, CASE WHEN converted THEN converted_at END AS converted_at,
        source, mql_source, campaign, motion, owner, id
    FROM cohort WHERE {conditions}
    ORDER BY entered_at, id LIMIT :limit"""


class StepRow(NamedTuple):
    """The entries of one group into one step. `leads`: distinct ones; deals without a lead have none. `median`: seconds
    to the next step."""

    key: GroupKey
    step: str
    entered: int
    converted: int
    leads: int
    median: Decimal | None
    first_motion: str
    last_motion: str

    @property
    def motion(self) -> str | None:
        """The motion of all the entries; None when there are several."""
        return self.first_motion if self.first_motion == self.last_motion else None


class Cohort(NamedTuple):
    """`groups`: by the dimensions; none without one."""

    whole: list[StepRow]
    groups: list[StepRow]


def statement(sql: str, steps: Sequence[Step], **parts: str) -> TextClause:
    entries = ENTRIES.format(steps=" UNION ALL ".join(STEPS[step] for step in steps))
    typed: list[BindParameter[Any]] = [bindparam(name, type_=TIMESTAMP(timezone=True)) for name in INSTANTS]
    typed.append(bindparam("owners", type_=ARRAY(Text)))
    return text(sql.format(entries=entries, **parts)).bindparams(*typed)


def instants(window: Window, until: datetime) -> dict[str, Any]:
    owners = None if window.owners is None else sorted(window.owners)
    return {"begins": window.begins, "ends": window.ends, "as_of": window.as_of, "until": until, "owners": owners}


async def steps(tx: AsyncConnection, window: Window, until: datetime, by: Sequence[Dimension]) -> Cohort:
    """The cohort of a window. What reached the next step after the instant `until` has not converted."""
    keys = "".join(f"{name}, " for name in by)
    is_whole, sets = (f"grouping({by[0]})", f"GROUPING SETS ((step), ({keys} step))") if by else ("1", "step")
    query = statement(COUNTS, (Step.MQL, Step.SRL), keys=keys, is_whole=is_whole, sets=sets)
    cohort = Cohort([], [])
    await tx.execute(SORTS_IN_MEMORY)
    for whole, *row in await tx.execute(query, instants(window, until)):
        key, figures = tuple(row[: len(by)]), row[len(by) :]
        (cohort.whole if whole else cohort.groups).append(StepRow(() if whole else key, *figures))
    return cohort


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
    """The entries into a step by their instants, one more than `limit`."""
    parameters: dict[str, Any] = {"limit": limit + 1}
    conditions = ["true"]
    if criteria.converted is not None:
        conditions.append("converted" if criteria.converted else "NOT converted")
    for name, value in criteria.values.items():
        conditions.append(f"{name} IS NULL" if value is None else f"{name} = :of_{name}")
        parameters |= {} if value is None else {f"of_{name}": value}
    if after is not None:
        conditions.append("(entered_at, id) > (:after_at, :after_id)")
        parameters |= {"after_at": after[0], "after_id": after[1]}
    query = statement(PAGE, [criteria.step], conditions=" AND ".join(conditions))
    found = await tx.execute(query, instants(window, until) | parameters)
    return [dict(row) for row in found.mappings()]


async def sqls_by_source(
    tx: AsyncConnection, begins: datetime | None, ends: datetime, as_of: datetime | None
) -> dict[str, int]:
    """The number of cycles, and of deals without a lead, that became SQL in a window, by source."""
    typed = [bindparam(name, type_=TIMESTAMP(timezone=True)) for name in ("begins", "ends", "as_of")]
    found = await tx.execute(text(SQLS).bindparams(*typed), {"begins": begins, "ends": ends, "as_of": as_of})
    return {row[0]: row[1] for row in found}
