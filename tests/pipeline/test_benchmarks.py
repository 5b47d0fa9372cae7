"""Benchmarks: a rate that leaves its band, or comes back, is an event, once a day."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx

from services.pipeline.benchmark.commands import RecordStatus
from services.pipeline.benchmark.decider import DECIDER
from services.pipeline.benchmark.events import BenchmarkCrossed, Status
from services.pipeline.benchmark.state import Benchmark
from services.pipeline.metrics.benchmark_evaluation import SampleCount, evaluation_windows, evaluations, subject_of
from services.pipeline.opportunity.events import Motion
from services.pipeline.service import SERVICE
from services.pipeline.setting.events import Band, Measure
from services.pipeline.setting.state import Benchmarks, Settings
from tests.pipeline.histories import REASON, money, past_deal, write
from tests.running import Clock, eventually, running_services
from tests.spec import NOON, Given

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
BAND = Band(measure=Measure.WIN_RATE, motion=Motion.NEW_BUSINESS, low=Decimal("0.25"), high=Decimal("0.35"))
FOUND = RecordStatus(
    band=BAND,
    status="below",
    part=1,
    sample=40,
    rate=Decimal("0.025"),
    minimum_sample=30,
    begins=datetime(2025, 12, 2, tzinfo=UTC),
    ends=MIDNIGHT,
)


def crossed(from_status: Status, found: RecordStatus) -> BenchmarkCrossed:
    band = {"measure": BAND.measure, "source": None, "motion": BAND.motion, "low": BAND.low, "high": BAND.high}
    figures = found.model_dump(exclude={"band", "status"})
    statuses = {"from_status": from_status, "to_status": found.status}
    return BenchmarkCrossed.model_validate(band | figures | statuses)


def given(*history: BenchmarkCrossed) -> Given[RecordStatus, Benchmark, BenchmarkCrossed]:
    return Given(DECIDER, history)


def test_another_status_is_an_event_with_its_numbers() -> None:
    within = FOUND.model_copy(update={"status": "within"})
    given().when(FOUND).then(crossed("insufficient_history", FOUND))
    given(crossed("insufficient_history", FOUND)).when(within).then(crossed("below", within))


def test_the_same_status_is_none() -> None:
    given().when(FOUND.model_copy(update={"status": "insufficient_history"})).then()
    given(crossed("insufficient_history", FOUND)).when(FOUND).then()


def test_a_status_changes_once_at_an_instant() -> None:
    """A repeated evaluation at the same midnight may find more deals: its event would have the id of the first
    one's."""
    within = FOUND.model_copy(update={"status": "within"})
    given(crossed("insufficient_history", FOUND)).when(within, at=NOON).then()


def test_a_band_is_compared_with_all_that_it_names() -> None:
    bands = [Band(measure=Measure.WIN_RATE, **where, low=BAND.low, high=BAND.high) for where in WHERE]
    new, existing = Motion.NEW_BUSINESS.value, Motion.EXISTING_BUSINESS.value
    figures = [
        SampleCount("webinar", new, 3, 10),
        SampleCount("webinar", existing, 5, 5),
        SampleCount("paid", new, 0, 10),
    ]
    windows = evaluation_windows(MIDNIGHT.date(), Settings().start_of_day)
    found = evaluations(Benchmarks(10, tuple(bands)), windows, {Measure.WIN_RATE: figures})
    assert [(each.part, each.sample, each.rate and str(each.rate), each.status) for each in found] == [
        (8, 25, "0.320", "within"),
        (3, 20, "0.150", "below"),
        (8, 15, "0.533", "above"),
        (5, 5, None, "insufficient_history"),
    ]


WHERE: list[dict[str, Any]] = [
    {},
    {"motion": Motion.NEW_BUSINESS},
    {"source": "webinar"},
    {"source": "webinar", "motion": Motion.EXISTING_BUSINESS},
]


def test_windows_consist_of_whole_business_days() -> None:
    """On June 10 it is summer in Berlin; 90 days before it is winter, and 30 before those ends the earlier one."""
    settings = Settings(timezones={datetime(2020, 1, 1, tzinfo=UTC): "Europe/Berlin"})
    windows = evaluation_windows(date(2026, 6, 10), settings.start_of_day)
    midnight = datetime(2026, 6, 9, 22, tzinfo=UTC)
    assert windows[Measure.WIN_RATE] == (datetime(2026, 3, 11, 23, tzinfo=UTC), midnight, midnight)
    cohort = datetime(2026, 2, 9, 23, tzinfo=UTC), datetime(2026, 5, 10, 22, tzinfo=UTC), midnight
    assert windows[Measure.MQL_TO_SRL] == windows[Measure.SRL_TO_SQL] == cohort


def test_each_band_has_a_stream_of_its_own() -> None:
    bands = [Band(measure=measure, **where, low=BAND.low, high=BAND.high) for where in WHERE for measure in Measure]
    assert len({subject_of(band) for band in bands}) == len(bands)
    assert subject_of(BAND) == subject_of(BAND.model_copy(update={"low": Decimal(0)}))


def closed(name: str, *last: Any) -> Any:
    return past_deal(name, "01-02", ("01-05", "qualified"), ("01-10", *last), amount=money(100))


async def crossings(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The crossings of the win rate."""
    answer = await api.get("events", params={"types": "benchmark.crossed"})
    assert answer.status_code == 200, answer.text
    found = [item["data"] | {"time": item["time"]} for item in answer.json()["items"]]
    return [each for each in found if each["measure"] == "win_rate"]


async def test_an_alarm_hears_of_a_rate_that_leaves_its_band(database: str) -> None:
    """One of ten deals is won; on the next day the sample is too small for a rate."""
    clock = Clock()
    deals = [closed("won", "win"), *(closed(f"lost{number}", "lose", REASON) for number in range(9))]
    async with running(database, clock) as api:
        await write(api, deals)
        await set_minimum(api, 10)
        assert await crossings(api) == []
    async with running(database, clock) as api:
        first = (await eventually(lambda: crossings(api)))[-1]
        await set_minimum(api, 11)
    async with running(database, clock) as api:
        assert len(await crossings(api)) == 1
    clock.pass_by(days=1)
    async with running(database, clock) as api:
        second = (await eventually(lambda: new_crossings(api, 1)))[-1]
    assert [first[name] for name in ("measure", "motion", "source")] == ["win_rate", "new_business", None]
    assert (first["from_status"], first["to_status"]) == ("insufficient_history", "below")
    assert (first["part"], first["sample"], first["rate"], first["low"]) == (1, 10, "0.100", "0.25")
    assert (first["time"], first["begins"]) == ("2026-03-02T00:00:00Z", "2025-12-02T00:00:00Z")
    assert (second["to_status"], second["rate"]) == ("insufficient_history", None)
    assert second["time"] == "2026-03-03T00:00:00Z"


@asynccontextmanager
async def running(database: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, [SERVICE], clock_and_ids=clock.clock_and_ids()) as api:
        api.base_url = httpx.URL("http://test/pipeline/v1/")
        yield api


async def set_minimum(api: httpx.AsyncClient, minimum: int) -> None:
    assert (await api.put("settings", json={"benchmarks": {"minimum_sample": minimum}})).status_code == 200


async def new_crossings(api: httpx.AsyncClient, before: int) -> list[dict[str, Any]]:
    return (await crossings(api))[before:]
