"""The weekly forecast meetings of the last year: the calls, and this quarter the overrides of their managers.
Both are made of what the forecast computed at that instant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random

from sqlalchemy.ext.asyncio import AsyncConnection

from funnelcast.demo.company import Company
from funnelcast.demo.script import ScriptedWrite, scripted, seeded
from services.forecast.answers.moment import Applied, Instants, moment_of
from services.forecast.answers.subtree_numbers import subtree_numbers
from services.forecast.ledger.overrides import ColumnAmounts
from services.forecast.override.commands import OverriddenPeriod, SetOverride
from services.forecast.override.decider import DECIDER as OVERRIDE
from services.forecast.override.events import Basis, By, Column
from services.forecast.periods.calendar import Calendar, Period
from services.forecast.projections.known_positions import KnownPositions
from services.forecast.setting.state import MONTHS
from services.forecast.submission.commands import SubmitCall
from services.forecast.submission.decider import DECIDER as CALL
from services.forecast.submission.events import CalledAmounts
from shared.flow import frontier
from shared.rules.money import Money, to_minor_units
from shared.web.requests.conditions import format_positions
from shared.web.service_context import ServiceContext

CURRENCY = "EUR"
ENDED_QUARTERS = 4
WEEKS_OF_ENDED = (1, 4, 8, 12)
"""The weeks with calls, in quarters that have ended. In this quarter every week has them."""
STALE_WEEK, LAST_WEEK = -3, -1
"""Counted from the present week. What managers override in the first of them is stale by now."""
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Meeting:
    """`closed`, `computed`: by node, what was won by then, and the cumulative columns. `frontier`: what was known."""

    quarter: Period
    week: Period
    at: datetime
    frontier: str
    closed: Mapping[str, Decimal]
    computed: Mapping[str, ColumnAmounts]

    def open_commit(self, node: str) -> Decimal:
        return self.computed[node]["commit"] - self.closed[node]

    def open_pipeline(self, node: str) -> Decimal:
        return self.computed[node]["pipeline"] - self.computed[node]["upside"]


async def meeting_writes(context: ServiceContext, company: Company, now: datetime) -> list[ScriptedWrite]:
    """The writes of meetings. Every service has applied all events before. Every node has a call, but the one that
    joins last."""
    random, writes = seeded("meetings"), list[ScriptedWrite]()
    people = [node for node in company.nodes[:-1] if node.kind == "person"]
    managers = [node.node for node in people if node.parent in company.reps]
    reps = [node.node for node in people if node.parent in managers]
    weeks = [*meeting_weeks(now)]
    cut, raised = weeks[STALE_WEEK:][:1], weeks[LAST_WEEK:]
    async with context.reads.connect() as tx:
        positions = (await frontier.find(tx, context.read_models)).positions
        applied = Applied(context.read_models, {source: positions[source] for source in KnownPositions._fields})
        for quarter, week in weeks:
            meeting = await hold(tx, applied, quarter, week, now)
            writes += [call_of(random, meeting, node.node) for node in company.nodes[:-1]]
            if (quarter, week) in cut and quarter.ends >= now.date():
                committed = sorted(reps, key=meeting.open_commit, reverse=True)[:2]
                writes += [less_than_committed(random, meeting, rep) for rep in committed]
            if (quarter, week) in raised:
                writes.append(more_than_upside(random, meeting, max(managers, key=meeting.open_pipeline)))
    return writes


def meeting_weeks(now: datetime) -> Iterator[tuple[Period, Period]]:
    """Quarters and weeks, the earliest first."""
    calendar, today = Calendar(MONTHS.rule), now.date()
    present = calendar.quarter_of(today)
    quarters = [present]
    for _ in range(ENDED_QUARTERS):
        quarters.insert(0, calendar.quarter_of(quarters[0].day_before))
    for quarter in quarters[:-1]:
        yield from ((quarter, calendar.period(f"{quarter.key}-W{number:02}")) for number in WEEKS_OF_ENDED)
    week = calendar.period(f"{present.key}-W01")
    while week.starts <= today:
        yield present, week
        if week.ends >= present.ends:
            break
        week = calendar.week_of(week.ends + timedelta(days=1))


async def hold(tx: AsyncConnection, applied: Applied, quarter: Period, week: Period, now: datetime) -> Meeting:
    """Holds the meeting on the week's second day, at three."""
    day = min(week.starts + timedelta(days=1), week.ends)
    at = min(datetime.combine(day, time(15), UTC), now)
    known_at = format_positions(applied.positions)
    moment = await moment_of(tx, now, applied, Instants(at, known_at))
    found = await subtree_numbers(tx, moment, quarter, None, 20, CURRENCY)
    closed = {node: found.closed(node) for node in found.nodes}
    computed = {node: numbers.seen.computed for node, numbers in found.nodes.items()}
    return Meeting(quarter, week, at, known_at, closed, computed)


def call_of(random: Random, meeting: Meeting, node: str) -> ScriptedWrite:
    """A node's call: a part of what is open, added to what is computed."""
    computed = meeting.computed[node]
    hoped_for = (computed["pipeline"] - computed["commit"]) * Decimal(random.randint(5, 45)) / 100
    commit = computed["commit"] + hoped_for
    command = SubmitCall(
        node=node,
        period=meeting.quarter.key,
        first_day=meeting.quarter.starts,
        last_day=meeting.quarter.ends,
        week=meeting.week.key,
        week_starts=meeting.week.starts,
        week_begins=meeting.week.first_instant(UTC),
        amounts=CalledAmounts(commit=euros(commit), upside=euros(max(commit, computed["upside"]))),
        note=None,
        frontier=meeting.frontier,
    )
    return scripted(CALL, node, command, meeting.at, "admin")


def less_than_committed(random: Random, meeting: Meeting, rep: str) -> ScriptedWrite:
    """A manager does not count on all that is open in a rep's commit."""
    amount = meeting.closed[rep] + meeting.open_commit(rep) * Decimal(random.randint(50, 80)) / 100
    note = random.choice(("One deal closes later than it says", "Too hopeful"))
    return override_of(meeting, rep, "commit", "manager", amount, note)


def more_than_upside(random: Random, meeting: Meeting, manager: str) -> ScriptedWrite:
    """A manager counts on a part of what the team has in pipeline only."""
    amount = (
        meeting.computed[manager]["upside"] + meeting.open_pipeline(manager) * Decimal(random.randint(30, 60)) / 100
    )
    return override_of(meeting, manager, "upside", "self", amount, "Two more are agreed by word")


def override_of(meeting: Meeting, node: str, column: Column, by: By, amount: Decimal, note: str) -> ScriptedWrite:
    quarter = meeting.quarter
    command = SetOverride(
        node=node,
        period=OverriddenPeriod(
            key=quarter.key, first_day=quarter.starts, last_day=quarter.ends, last_instant=quarter.last_instant(UTC)
        ),
        column=column,
        by=by,
        amount=euros(amount),
        note=note,
        basis=Basis(amount=to_minor_units(meeting.computed[node][column], CURRENCY), frontier=meeting.frontier),
    )
    return scripted(OVERRIDE, node, command, meeting.at, "admin")


def euros(amount: Decimal) -> Money:
    """The amount in euros, rounded to the hundred."""
    return Money(amount=(amount / HUNDRED).quantize(Decimal(1), ROUND_HALF_EVEN) * HUNDRED, currency=CURRENCY)
