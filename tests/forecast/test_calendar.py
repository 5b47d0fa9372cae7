from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.forecast.periods.calendar import Calendar, Period
from shared.rules.fiscal_year import WEEKDAYS, CalendarRule

MONTHS = Calendar(CalendarRule())
FROM_FEBRUARY = Calendar(CalendarRule(starts_month=2, year_named_by="end"))
RETAIL = Calendar(CalendarRule(starts_month=2, pattern="4-5-4", week_starts="sunday"))
"""The National Retail Federation's: 2017 had 53 weeks."""
DAYS = st.dates(date(1902, 1, 1), date(2197, 12, 31))
weekly_rules = st.builds(
    CalendarRule,
    starts_month=st.integers(1, 12),
    starts_day=st.integers(1, 28),
    pattern=st.sampled_from(["4-4-5", "4-5-4", "5-4-4"]),
    anchor=st.sampled_from(["nearest", "last", "on_or_before", "on_or_after"]),
    week_starts=st.sampled_from(WEEKDAYS),
    year_named_by=st.sampled_from(["start", "end"]),
)
monthly_rules = st.builds(
    CalendarRule,
    starts_month=st.integers(1, 12),
    starts_day=st.integers(1, 28),
    week_starts=st.sampled_from(WEEKDAYS),
    year_named_by=st.sampled_from(["start", "end"]),
)
rules = monthly_rules | weekly_rules


@pytest.mark.parametrize(
    ("calendar", "key", "starts", "ends"),
    [
        (MONTHS, "2017", date(2017, 1, 1), date(2017, 12, 31)),
        (MONTHS, "2017-H2", date(2017, 7, 1), date(2017, 12, 31)),
        (MONTHS, "2017-Q1", date(2017, 1, 1), date(2017, 3, 31)),
        (MONTHS, "2017-Q4", date(2017, 10, 1), date(2017, 12, 31)),
        (MONTHS, "2016-P02", date(2016, 2, 1), date(2016, 2, 29)),
        (MONTHS, "2017-P12", date(2017, 12, 1), date(2017, 12, 31)),
        (MONTHS, "2017-Q3-W01", date(2017, 7, 1), date(2017, 7, 2)),
        (MONTHS, "2017-Q3-W02", date(2017, 7, 3), date(2017, 7, 9)),
        (MONTHS, "2017-Q3-W14", date(2017, 9, 25), date(2017, 9, 30)),
        (MONTHS, "2018-Q1-W01", date(2018, 1, 1), date(2018, 1, 7)),
        (FROM_FEBRUARY, "2017", date(2016, 2, 1), date(2017, 1, 31)),
        (FROM_FEBRUARY, "2017-Q4", date(2016, 11, 1), date(2017, 1, 31)),
        (FROM_FEBRUARY, "2017-P12", date(2017, 1, 1), date(2017, 1, 31)),
        (RETAIL, "2017", date(2017, 1, 29), date(2018, 2, 3)),
        (RETAIL, "2018", date(2018, 2, 4), date(2019, 2, 2)),
        (RETAIL, "2017-P01", date(2017, 1, 29), date(2017, 2, 25)),
        (RETAIL, "2017-P02", date(2017, 2, 26), date(2017, 4, 1)),
        (RETAIL, "2017-P12", date(2017, 12, 31), date(2018, 2, 3)),
        (RETAIL, "2017-Q3-W05", date(2017, 8, 27), date(2017, 9, 2)),
        (RETAIL, "2017-Q4-W14", date(2018, 1, 28), date(2018, 2, 3)),
    ],
)
def test_a_key_names_a_range_of_days(calendar: Calendar, key: str, starts: date, ends: date) -> None:
    assert calendar.period(key) == Period(key, starts, ends)


@pytest.mark.parametrize(
    ("anchor", "month", "day", "year", "starts"),
    [
        ("nearest", 1, 1, 2020, date(2019, 12, 30)),
        ("on_or_before", 1, 1, 2021, date(2020, 12, 28)),
        ("on_or_after", 1, 1, 2021, date(2021, 1, 4)),
        ("last", 7, 1, 2022, date(2022, 7, 25)),
    ],
)
def test_an_anchor_finds_the_first_monday(anchor: str, month: int, day: int, year: int, starts: date) -> None:
    rule = CalendarRule.model_validate(
        {"anchor": anchor, "starts_month": month, "starts_day": day, "pattern": "4-4-5", "week_starts": "monday"}
    )
    assert Calendar(rule).period(str(year)).starts == starts


@pytest.mark.parametrize(
    "key",
    [
        *("", "17", "2017-Q5", "2017-Q0", "2017-P00", "2017-P13", "2017-P7", "2017Q1", "1899", "2200"),
        *("2017-H0", "2017-H3", "2017-W01", "2017-Q3-W00", "2017-Q3-W15", "2017-Q3-W5", "2017-P07-W01"),
    ],
)
def test_an_invalid_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        MONTHS.period(key)


def test_a_week_that_a_quarter_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="2018-Q4 has no week 14"):
        RETAIL.period("2018-Q4-W14")


def test_an_anchor_without_weeks_is_refused() -> None:
    with pytest.raises(ValidationError, match="an anchor needs a pattern of weeks"):
        CalendarRule(anchor="last")


@given(rules, DAYS)
def test_every_day_is_in_one_quarter_and_in_one_period_and_one_week_of_it(rule: CalendarRule, day: date) -> None:
    calendar = Calendar(rule)
    quarter = calendar.quarter_of(day)
    assert quarter == calendar.period(quarter.key)
    assert quarter.starts <= day <= quarter.ends
    year = quarter.key[:4]
    for parts in ([calendar.period(f"{year}-P{number:02}") for number in range(1, 13)], weeks(calendar, quarter)):
        within = [part for part in parts if part.starts <= day <= part.ends]
        assert len(within) == 1
        assert quarter.starts <= within[0].starts <= within[0].ends <= quarter.ends


def weeks(calendar: Calendar, quarter: Period) -> list[Period]:
    found = []
    for number in range(1, 15):
        try:
            found.append(calendar.period(f"{quarter.key}-W{number:02}"))
        except ValueError:
            break
    return found


@given(rules, st.integers(1902, 2197))
def test_parts_fill_the_year_without_a_gap(rule: CalendarRule, year: int) -> None:
    calendar = Calendar(rule)
    whole, following = calendar.period(str(year)), calendar.period(str(year + 1))
    assert_adjacent([whole, following])
    halves = [calendar.period(f"{year}-H{number}") for number in (1, 2)]
    quarters = [calendar.period(f"{year}-Q{number}") for number in range(1, 5)]
    periods = [calendar.period(f"{year}-P{number:02}") for number in range(1, 13)]
    every_week = [week for quarter in quarters for week in weeks(calendar, quarter)]
    for parts in (halves, quarters, periods, every_week):
        assert (parts[0].starts, parts[-1].ends) == (whole.starts, whole.ends)
        assert_adjacent(parts)


def assert_adjacent(periods: list[Period]) -> None:
    for before, after in pairwise(periods):
        assert before.ends + timedelta(days=1) == after.starts


@given(weekly_rules, st.integers(1902, 2197))
def test_a_year_of_weeks_has_52_or_53_and_only_its_last_period_is_longer(rule: CalendarRule, year: int) -> None:
    calendar = Calendar(rule)
    lengths = [length(calendar.period(f"{year}-P{number:02}")) for number in range(1, 13)]
    expected = [int(number) for number in rule.pattern.split("-")] * 4
    assert lengths[:-1] == expected[:-1]
    assert lengths[-1] - expected[-1] in (0, 1)
    assert WEEKDAYS[calendar.period(str(year)).starts.weekday()] == rule.week_starts


def length(period: Period) -> int:
    days = (period.ends - period.starts).days + 1
    assert days % 7 == 0
    return days // 7


@given(rules, st.integers(1902, 2197))
def test_a_year_is_named_by_where_it_nominally_starts_or_ends(rule: CalendarRule, year: int) -> None:
    starts = Calendar(rule).period(str(year)).starts
    after = 1 if rule.year_named_by == "end" and (rule.starts_month, rule.starts_day) != (1, 1) else 0
    nominal = date(year - after, rule.starts_month, rule.starts_day)
    assert abs(starts - nominal) < timedelta(days=31)


def test_a_period_lasts_until_midnight_of_the_business_time_zone() -> None:
    quarter = MONTHS.period("2017-Q3")
    assert quarter.last_instant(UTC) == datetime(2017, 9, 30, 23, 59, 59, 999_999, tzinfo=UTC)
    assert quarter.last_instant(ZoneInfo("Asia/Tokyo")) == datetime(2017, 9, 30, 14, 59, 59, 999_999, tzinfo=UTC)
    assert quarter.last_instant(ZoneInfo("America/New_York")) == datetime(2017, 10, 1, 3, 59, 59, 999_999, tzinfo=UTC)
