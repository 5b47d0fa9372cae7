"""The settings: reasons are set here, time zone and calendar are copied from forecast, each from an instant on."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.pipeline.opportunity.events import Motion
from services.pipeline.setting import commands, events
from services.pipeline.setting.decider import DECIDER
from services.pipeline.setting.default import REASONS
from services.pipeline.setting.events import Measure, ReasonKind
from services.pipeline.setting.state import Benchmarks, Settings
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import InvalidField
from tests.spec import NOON, Given

LOSE_ONLY = commands.ChangeSettings(reasons=commands.ReasonLists(lose=("price", "other")))
REASONS_CHANGED = events.ReasonsChanged(kind=ReasonKind.LOSE, reasons=("other", "price"))
AUCKLAND = commands.CopyFromForecast(timezone="Pacific/Auckland", calendar=None, starts=NOON)
ZONE_CHANGED = events.TimezoneChanged(timezone="Pacific/Auckland", starts=NOON)


def given(*history: events.SettingEvent) -> Given[commands.SettingCommand, Settings, events.SettingEvent]:
    return Given(DECIDER, history)


def test_the_reasons_of_a_kind_are_set_and_the_others_stay() -> None:
    given().when(LOSE_ONLY).then(REASONS_CHANGED)
    assert given(REASONS_CHANGED).state().reasons == {**REASONS, ReasonKind.LOSE: ("other", "price")}


def test_the_same_reasons_in_another_order_change_nothing() -> None:
    again = commands.ChangeSettings(reasons=commands.ReasonLists(lose=("other", "price", "other")))
    given(REASONS_CHANGED).when(again).then()
    given().when(commands.ChangeSettings(reasons=commands.ReasonLists(reopen=REASONS[ReasonKind.REOPEN]))).then()


def test_a_reason_that_is_not_among_them_is_an_invalid_field() -> None:
    settings = given(REASONS_CHANGED).state()
    settings.must_allow(ReasonKind.LOSE, "price")
    with pytest.raises(InvalidField, match="must be one of other, price") as refused:
        settings.must_allow(ReasonKind.LOSE, "competitor")
    assert refused.value.pointer == "/reason"


def test_positive_reasons_are_there_to_reopen_and_to_correct_by_default() -> None:
    for kind in (ReasonKind.REOPEN, ReasonKind.CORRECT):
        for reason in ("buyer_returned", "customer_request", "entered_wrongly", "data_correction", "other"):
            Settings().must_allow(kind, reason)


def test_what_forecast_changed_is_copied_once() -> None:
    given().when(AUCKLAND).then(ZONE_CHANGED)
    given(ZONE_CHANGED).when(AUCKLAND).then()
    both = commands.CopyFromForecast(timezone="UTC", calendar="months", starts=NOON)
    calendar_changed = events.CalendarChanged(calendar="months", starts=NOON)
    given(ZONE_CHANGED).when(both).then(events.TimezoneChanged(timezone="UTC", starts=NOON), calendar_changed)


def test_a_time_zone_holds_from_its_start_until_the_next_one() -> None:
    earlier = events.TimezoneChanged(timezone="Europe/Berlin", starts=NOON - timedelta(days=10))
    settings = given(ZONE_CHANGED, earlier).state()
    assert settings.timezone(NOON - timedelta(days=11)) == "UTC"
    assert settings.timezone(NOON - timedelta(microseconds=1)) == "Europe/Berlin"
    assert settings.timezone(NOON) == "Pacific/Auckland"
    assert settings.business_day(NOON) == date(2026, 3, 3)


def test_a_quarter_is_over_when_the_business_day_is_in_the_next_one() -> None:
    new_year_in_auckland = datetime(2026, 12, 31, 11, tzinfo=UTC)
    last_day = date(2026, 12, 31)
    assert not Settings().is_over(last_day, new_year_in_auckland)
    settings = given(ZONE_CHANGED).state()
    assert settings.is_over(last_day, new_year_in_auckland)
    assert not settings.is_over(last_day, new_year_in_auckland - timedelta(microseconds=1))


def test_a_fiscal_calendar_says_when_a_quarter_is_over() -> None:
    from_february = CalendarRule(starts_month=2)
    command = commands.CopyFromForecast(timezone=None, calendar="retail", calendar_rule=from_february, starts=NOON)
    changed = events.CalendarChanged(calendar="retail", rule=from_february, starts=NOON)
    given().when(command).then(changed)
    given(changed).when(command).then()
    settings, in_april = given(changed).state(), datetime(2026, 4, 15, tzinfo=UTC)
    assert Settings().is_over(date(2026, 3, 2), in_april)
    assert not settings.is_over(date(2026, 3, 2), in_april), "its quarter ends with April"
    assert settings.is_over(date(2026, 3, 2), datetime(2026, 5, 1, tzinfo=UTC))
    assert settings.calendar(NOON).key == "retail"


def test_a_stored_calendar_without_a_rule_is_calendar_years() -> None:
    stored = events.CalendarChanged.from_stored('{"calendar": "months", "starts": "2026-01-01T00:00:00Z"}')
    assert given(stored).state().calendar(NOON).rule == CalendarRule()


def band(low: str, high: str, **of: Any) -> events.Band:
    return events.Band(measure=Measure.WIN_RATE, low=Decimal(low), high=Decimal(high), **of)


ONE_BAND = commands.ChangeSettings(benchmarks=commands.BenchmarkChanges(bands=(band("0.1", "0.2"),)))
BANDS_CHANGED = events.BenchmarksChanged(minimum_sample=30, bands=(band("0.1", "0.2"),))


def test_bands_and_the_smallest_sample_are_set_apart() -> None:
    given().when(ONE_BAND).then(BANDS_CHANGED)
    given(BANDS_CHANGED).when(ONE_BAND).then()
    ten = commands.ChangeSettings(benchmarks=commands.BenchmarkChanges(minimum_sample=10))
    given(BANDS_CHANGED).when(ten).then(BANDS_CHANGED.model_copy(update={"minimum_sample": 10}))
    assert given(BANDS_CHANGED).state().reasons == REASONS


def test_a_second_band_for_the_same_source_and_motion_is_an_invalid_field() -> None:
    twice = commands.BenchmarkChanges(bands=(band("0.1", "0.2"), band("0.3", "0.4")))
    with pytest.raises(InvalidField) as refused:
        given().when(commands.ChangeSettings(benchmarks=twice)).decided()
    assert refused.value.pointer == "/benchmarks/bands/1"


def test_the_band_for_the_source_comes_before_the_one_for_the_motion() -> None:
    general, of_motion = band("0", "0.1"), band("0.1", "0.2", motion=Motion.NEW_BUSINESS)
    of_source, of_both = band("0.2", "0.3", source="webinar"), band("0.3", "0.4", source="paid", motion="new_business")
    benchmarks = Benchmarks(30, (general, of_motion, of_source, of_both))
    for source, motion, expected in (
        (None, None, general),
        ("referral", "existing_business", general),
        ("referral", "new_business", of_motion),
        ("webinar", "new_business", of_source),
        ("paid", "new_business", of_both),
        ("paid", "existing_business", general),
    ):
        assert benchmarks.band(Measure.WIN_RATE, source, motion) == expected, (source, motion)
    assert benchmarks.band(Measure.SRL_TO_SQL, None, None) is None


def test_the_default_bands() -> None:
    bands = [
        (each.measure.value, each.motion and each.motion.value, str(each.low), str(each.high))
        for each in Settings().benchmarks.bands
    ]
    assert bands == [
        ("mql_to_srl", None, "0.20", "0.40"),
        ("srl_to_sql", None, "0.80", "0.90"),
        ("win_rate", "new_business", "0.25", "0.35"),
        ("win_rate", "existing_business", "0.65", "0.85"),
    ]
    assert Settings().benchmarks.minimum_sample == 30
