"""Work whose time has come: by the settings, each fiscal week is locked at its end."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from services.forecast.answers.bookmarks import RollupReader, lock_command
from services.forecast.answers.moment import Applied, Instants, is_complete
from services.forecast.projections import settings, snapshots
from services.forecast.projections.known_positions import KnownPositions
from services.forecast.projections.ledger import org_nodes
from services.forecast.projections.settings import LockSchedule
from services.forecast.snapshot.commands import LockBody
from services.forecast.snapshot.decider import DECIDER, subject
from shared.flow import frontier
from shared.flow.timer import ACTOR, Due, Reading, Timer
from shared.rules.message import Missing
from shared.rules.reaction import Reaction
from shared.web.requests.conditions import format_positions

MOST_LOCKS = 10
"""The most locks of one reading: each is a roll-up."""


async def due_locks(reading: Reading, limit: int) -> Sequence[Due]:
    """Weeks of the whole organisation that have ended since the last one that was locked by schedule, also when nothing
    ran at their ends. A week waits until everything that was recorded in it is applied, and no key is parked."""
    schedule = await settings.first_lock_schedule(reading.tx)
    roots = await org_nodes.roots(reading.tx) if schedule else {}
    if schedule is None or len(roots) != 1:
        return []
    (root,), found = roots, list[Due]()
    reader = await reader_of(reading)
    if not (await reader.moment()).final:
        return []
    async for end in ends_of_weeks(reading, schedule, root):
        if len(found) == min(limit, MOST_LOCKS) or not await is_complete(reading.tx, reader.applied, end):
            break
        with suppress(Missing):  # the organisation of that time had no such root
            found.append(await due_lock(reader, schedule, root, end))
    return found


async def reader_of(reading: Reading) -> RollupReader:
    positions = (await frontier.find(reading.tx, reading.read_models)).positions
    applied = Applied(reading.read_models, {source: positions.get(source, 0) for source in KnownPositions._fields})
    return RollupReader(reading.tx, reading.now, applied)


async def ends_of_weeks(reading: Reading, schedule: LockSchedule, root: str) -> AsyncIterator[datetime]:
    """The last instants of fiscal weeks, by the calendar and in the time zone of then, as far as the schedule holds."""
    tx = reading.tx
    at = await snapshots.last_locked(tx, root, ACTOR) or schedule.starts
    while True:
        then = await settings.settings_at(tx, at := at + datetime.resolution)
        at = then.calendar.week_of(then.today(at)).last_instant(then.timezone)
        if at >= reading.now:
            return
        if (await settings.settings_at(tx, at)).weekly_lock:
            yield at


async def due_lock(reader: RollupReader, schedule: LockSchedule, root: str, end: datetime) -> Due:
    moment = await reader.moment(Instants(end, format_positions(reader.applied.positions)))
    calendar, day = moment.settings.calendar, moment.today
    body = LockBody(node=root, period=calendar.quarter_of(day).key, week=calendar.week_of(day).key)
    snapshot_id = uuid5(NAMESPACE_URL, f"{schedule.event_id}/{root}/{body.week}")
    command = await lock_command(reader, moment, body, str(snapshot_id))
    return Due(subject(body.period, body.week), end, schedule.event_id, command, day.toordinal())


def lock(due: Due) -> Reaction:
    if due.command is None:
        raise ValueError("a lock is prepared with its bookmark")
    return Reaction(DECIDER, due.subject, due.command)


TIMERS = (Timer("weekly_lock", due_locks, lock),)
