"""The measures of SDRs: response times, and outcomes of their work."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.lead import events
from services.qualification.metrics.business_hours import after_business_time, working_days
from services.qualification.projections import cycles
from services.qualification.projections.cycles import Speed, WorkRow
from services.qualification.setting.default import BUSINESS_HOURS
from services.qualification.setting.events import BusinessHours
from shared.rules.message import RecordedEvent
from tests.qualification.leads import CAPTURED, ENGAGED, HANDED_OVER, MARKED, MQL, QUALIFIED, REFUSED, SRL, as_mql
from tests.qualification.world import World
from tests.running import connected, fresh
from tests.spec import NOON

BERLIN = ZoneInfo("Europe/Berlin")
WORKING = BUSINESS_HOURS.model_copy(update={"holidays": (date(2026, 5, 1),)})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+00:00")


def business_time(hours: BusinessHours, zone: ZoneInfo, start: datetime, end: datetime) -> timedelta:
    days = working_days(hours, zone, start, end)
    return sum((max(timedelta(), min(end, closes) - max(start, opens)) for opens, closes in days), timedelta())


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("03-02T08:00", "03-02T09:00", 1),
        ("03-02T07:00", "03-02T09:00", 1),
        ("03-02T15:00", "03-03T09:00", 2),
        ("03-06T15:30", "03-09T08:30", 1),
        ("03-07T00:00", "03-08T23:00", 0),
        ("03-02T00:00", "03-09T00:00", 40),
        ("03-27T15:00", "03-30T08:00", 2),
        ("04-30T14:00", "05-04T08:00", 2),
    ],
)
def test_business_time_is_that_of_working_days_in_the_time_zone(start: str, end: str, hours: int) -> None:
    """Monday to Friday, 9 to 17 in Berlin: 8 to 16 UTC, and from March 29 on 7 to 15. May 1 is a holiday."""
    assert business_time(WORKING, BERLIN, utc(start), utc(end)) == timedelta(hours=hours)


@pytest.mark.parametrize("closes", ["02:31", "02:45", "03:00", "03:15", "10:00"])
@pytest.mark.parametrize("opens", ["01:00", "02:00", "02:30"])
def test_an_hour_that_clocks_pass_over_has_no_business_time(opens: str, closes: str) -> None:
    """On March 29 the clocks in Berlin show 3 o'clock after 2 o'clock. Business time is that in which they show a time
    between opening and closing."""
    hours = BusinessHours.model_validate({"days": ["sun"], "opens": opens, "closes": closes})
    minutes = [utc("03-28T23:00") + timedelta(minutes=number) for number in range(23 * 60)]
    within = sum(hours.opens <= each.astimezone(BERLIN).time() < hours.closes for each in minutes)
    start, end = minutes[0], minutes[-1]
    assert business_time(hours, BERLIN, start, end) == within * timedelta(minutes=1)
    (day,) = working_days(hours, BERLIN, start, end)
    assert day.opens <= day.closes
    if within:
        assert after_business_time(hours, BERLIN, start, timedelta(minutes=within)) == day.closes


@pytest_asyncio.fixture
async def tx(database: str) -> AsyncIterator[AsyncConnection]:
    async with connected(database) as engine, engine.begin() as tx:
        await tx.run_sync(cycles.PROJECTION.tables.create_all)
        yield tx


async def happened(tx: AsyncConnection, *changes: tuple[datetime, events.LeadEvent], lead: str = "a") -> None:
    for number, (at, event) in enumerate(changes, 1):
        recorded: RecordedEvent[Any] = RecordedEvent(
            number, UUID(int=number), f"lead-{lead}", number, event, at, at, "sam", UUID(int=1)
        )
        await cycles.apply(tx, [recorded])


def hour(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def in_microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


async def speeds(
    tx: AsyncConnection, begins: datetime | None = None, ends: datetime | None = None
) -> Mapping[tuple[str, str | None], Speed]:
    return {(row.measure, row.source): row for row in await cycles.speed(tx, begins, ends, WORKING, BERLIN)}


async def insert_answers(tx: AsyncConnection, answers: Iterable[tuple[datetime, datetime | None]]) -> None:
    for number, (began_at, touched_at) in enumerate(answers):
        cycle = {"lead_id": f"{number}", "cycle": 1, "source": "demo_request", "began_at": began_at, "merged": False}
        await tx.execute(cycles.cycles.insert().values(**cycle, touched_at=touched_at))


async def test_percentiles_are_those_of_what_was_answered(tx: AsyncConnection) -> None:
    """Answers after 1 to 10 hours; one has none. By nearest rank, half were answered within 5 hours, 90 % within 9.
    They began at noon in London, an hour later in Berlin."""
    await insert_answers(tx, [(NOON, hour(number)) for number in range(1, 11)] + [(NOON, None)])
    found = (await speeds(tx))["first_touch", None]
    assert (found.answered, found.unanswered) == (10, 1)
    hours = [in_microseconds(timedelta(hours=number)) for number in (5, 9, 4, 4)]
    assert [found.p50, found.p90, found.p50_business, found.p90_business] == hours, "until 17:00"


@pytest.mark.parametrize(
    "hours", [WORKING, WORKING.model_copy(update={"days": ()}), WORKING.model_copy(update={"closes": time(23, 59)})]
)
async def test_business_time_in_postgres_is_that_of_the_calendar(tx: AsyncConnection, hours: BusinessHours) -> None:
    """Over a change to summer time, and a touch that came before its cycle."""
    chance = Random(1)
    begins = [NOON + timedelta(seconds=chance.uniform(0, 60 * 86_400)) for _ in range(60)]
    answers = [(at, at + timedelta(seconds=chance.uniform(-9_000, 20 * 86_400))) for at in begins]
    await insert_answers(tx, answers)
    (found,) = {row[2:] for row in await cycles.speed(tx, None, None, hours, BERLIN)}
    clock = sorted(max(end - start, timedelta()) for start, end in answers)
    business = sorted(business_time(hours, BERLIN, start, end) for start, end in answers)
    nearest = [in_microseconds(spans[rank]) for spans in (clock, business) for rank in (29, 53)]
    assert found == (60, 0, *nearest)


async def test_a_touch_between_capture_and_mql_is_the_first_of_the_cycle(tx: AsyncConnection) -> None:
    """Also when it is recorded late, as of lead b. Each was worked once, and touched again by its rep."""
    touched_early, once = CAPTURED._replace(touched_at=hour(1)), in_microseconds(timedelta(hours=1))
    touched_late = MQL._replace(touched_at=hour(1))
    with_rep = SRL._replace(touched_at=hour(3))
    await happened(
        tx,
        (hour(0), ENGAGED),
        (hour(1), events.LeadTouched(after=touched_early)),
        (hour(2), MARKED),
        (hour(3), events.LeadTouched(after=MQL._replace(touched_at=hour(3)))),
        (hour(4), HANDED_OVER.model_copy(update={"after": with_rep})),
    )
    late = (hour(0), ENGAGED), (hour(2), MARKED), (hour(3), events.LeadTouched(after=touched_late))
    await happened(tx, *late, lead="b")
    assert (await speeds(tx))["first_touch", None][2:6] == (2, 0, once, once)
    assert [row.worked for row in await cycles.work(tx, "UTC", None, None)] == [2]


async def test_a_cycle_has_its_touches_and_its_hand_over(tx: AsyncConnection) -> None:
    mql, srl = MQL._replace(touched_at=hour(2)), SRL._replace(touched_at=hour(2))
    with_rep = srl._replace(rep_touched_at=hour(7))
    await happened(
        tx,
        (hour(0), ENGAGED),
        (hour(1), MARKED),
        (hour(2), events.LeadTouched(after=mql)),
        (hour(3), HANDED_OVER.model_copy(update={"after": srl})),
        (hour(4), REFUSED.model_copy(update={"after": mql})),
        (hour(5), HANDED_OVER.model_copy(update={"after": srl})),
        (hour(7), events.LeadTouched(after=with_rep)),
        (hour(9), events.LeadSql(after=with_rep, qualified_at=hour(8))),
        (hour(30), events.LeadMql(after=as_mql(2, hour(30)), began="requalify", capture_id=None)),
    )
    two_hours = (in_microseconds(timedelta(hours=2)),) * 2
    first, rep = (await speeds(tx))["first_touch", "newsletter"], (await speeds(tx))["rep_touch", "newsletter"]
    assert first[2:6] == (1, 1, *two_hours), "from the capture; the second cycle waits"
    assert rep[2:6] == (1, 0, *two_hours), "from the hand-over that was not refused"
    assert (await speeds(tx, None, hour(30)))["first_touch", None].unanswered == 0
    later = await speeds(tx, hour(30))
    assert later["first_touch", None][2:] == (0, 1, None, None, None, None), "from the new cycle"
    assert ("rep_touch", None) not in later


async def test_a_merged_lead_waits_for_nobody(tx: AsyncConnection) -> None:
    """Unless it was answered before."""
    touched = MQL._replace(touched_at=hour(1))
    for lead, last in ("a", MQL), ("b", touched):
        merged = events.LeadMerged(after=last._replace(merged_into="lead-c"))
        await happened(tx, (hour(0), MARKED), (hour(1), events.LeadTouched(after=last)), (hour(2), merged), lead=lead)
    assert (await speeds(tx))["first_touch", None][2:4] == (1, 0)
    await happened(tx, (hour(3), events.LeadUnmerged(after=MQL, was_into="lead-c")), lead="a")
    assert (await speeds(tx))["first_touch", None][2:4] == (1, 1)


async def test_work_counts_in_the_weeks_of_the_time_zone(tx: AsyncConnection) -> None:
    """Sunday, 23:30 UTC, is Monday in Berlin."""
    sunday = datetime(2026, 3, 8, 23, 30, tzinfo=UTC)
    mql = MQL._replace(touched_at=NOON)
    srl = SRL._replace(sdr="sam", touched_at=NOON)
    await happened(
        tx,
        (NOON, events.LeadTouched(after=mql)),
        (NOON, events.LeadClaimed(after=mql._replace(sdr="sam"))),
        (hour(1), HANDED_OVER.model_copy(update={"after": srl})),
        (sunday, QUALIFIED.model_copy(update={"after": srl})),
    )
    await happened(tx, (NOON, events.LeadTouched(after=mql)), lead="b")
    monday, next_monday = date(2026, 3, 2), date(2026, 3, 9)
    assert await cycles.work(tx, "Europe/Berlin", None, None) == [
        WorkRow(monday, "sam", 1, 1, 0),
        WorkRow(monday, None, 1, 0, 0),
        WorkRow(next_monday, "sam", 0, 0, 1),
    ]
    assert [row.week for row in await cycles.work(tx, "UTC", None, None)] == [monday, monday]
    assert await cycles.work(tx, "UTC", sunday, sunday) == []


async def test_the_speed_to_lead_by_source_and_the_work_of_a_week(world: World) -> None:
    """A demo request on Monday at noon is touched after 8 hours, 5 of them business hours; a second one never is. A
    lead that is no MQL waits for nobody."""
    await world.lead("x", "demo_request")
    await world.lead("y", "demo_request")
    await world.lead("z", "newsletter")
    await world.done("leads/x/claim", {"sdr": "sam"})
    world.clock.pass_by(hours=8)
    last = await world.done("leads/x/touch")
    answer = await world.api.get("metrics/speed-to-lead?from=2026-03-02&to=2026-03-02", headers=fresh(last))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["total"]["first_touch"] == {
        "answered": 1,
        "unanswered": 1,
        "p50_seconds": 8 * 3600,
        "p90_seconds": 8 * 3600,
        "p50_business_seconds": 5 * 3600,
        "p90_business_seconds": 5 * 3600,
    }
    assert body["total"]["rep_touch"]["p50_seconds"] is None
    assert [(each["source"], each["first_touch"]["answered"]) for each in body["sources"]] == [("demo_request", 1)]
    assert (body["from"], body["to"], body["timezone"]) == ("2026-03-02", "2026-03-02", "UTC")
    work = (await world.api.get("metrics/sdr", headers=fresh(last))).json()
    assert work["weeks"] == [{"week": "2026-03-02", "sdr": "sam", "worked": 1, "handed_over": 0, "accepted": 0}]

    hours = {"days": ["mon"], "opens": "08:00", "closes": "14:00", "holidays": []}
    assert (await world.api.put("settings", json={"business_hours": hours})).status_code == 200
    assert (await world.api.get("settings")).json()["business_hours"] == hours
    changed = (await world.api.get("metrics/speed-to-lead", headers=fresh(last))).json()
    assert changed["total"]["first_touch"]["p50_business_seconds"] == 2 * 3600
    for bad in (hours | {"closes": "07:00"}, hours | {"opens": "8"}, hours | {"days": ["monday"]}):
        assert (await world.api.put("settings", json={"business_hours": bad})).status_code == 422
    for path in ("metrics/sdr?by=sdr", "metrics/sdr?from=2026-03-02&to=2026-03-01", "metrics/speed-to-lead?from=x"):
        assert (await world.api.get(path)).status_code == 422


async def test_the_deadline_of_a_first_touch_lies_in_business_hours_once_they_are_set(world: World) -> None:
    world.clock.instant = utc("03-06 16:30:00")  # a Friday
    before = await world.look(await world.lead("before", "demo_request"))
    assert before["touch_by"] == "2026-03-06T17:30:00Z"
    days = ["mon", "tue", "wed", "thu", "fri"]
    hours = {"days": days, "opens": "09:00", "closes": "17:00", "holidays": ["2026-03-09"]}
    assert (await world.api.put("settings", json={"business_hours": hours})).status_code == 200
    after = await world.look(await world.lead("after", "demo_request"))
    assert after["touch_by"] == "2026-03-10T09:30:00Z"
    world.clock.instant = utc("03-09 12:00:00")
    queue = (await world.api.get("queue")).json()["items"]
    assert {each["lead_id"]: each["overdue"] for each in queue} == {"before": True, "after": False}


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    minutes=st.integers(1, 60 * 24 * 30),
)
def test_so_much_business_time_passes_until_a_deadline(start: datetime, minutes: int) -> None:
    hours, span = BUSINESS_HOURS.model_copy(update={"holidays": (date(2026, 4, 6),)}), timedelta(minutes=minutes)
    ends = after_business_time(hours, BERLIN, start, span)
    assert business_time(hours, BERLIN, start, ends) == span
    assert business_time(hours, BERLIN, start, ends - timedelta(microseconds=1)) < span


def test_a_deadline_without_any_business_time_lies_ten_years_ahead() -> None:
    never = BUSINESS_HOURS.model_copy(update={"days": ()})
    assert after_business_time(never, BERLIN, NOON, timedelta(minutes=1)) == NOON + timedelta(days=3652)


def test_the_default_business_hours() -> None:
    assert (BUSINESS_HOURS.opens, BUSINESS_HOURS.closes) == (time(9), time(17))
    assert [day.value for day in BUSINESS_HOURS.days] == ["mon", "tue", "wed", "thu", "fri"]
