from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forecast.periods.calendar import CALENDAR

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("key", "starts", "ends"),
    [
        ("2017", date(2017, 1, 1), date(2017, 12, 31)),
        ("2017-Q1", date(2017, 1, 1), date(2017, 3, 31)),
        ("2017-Q4", date(2017, 10, 1), date(2017, 12, 31)),
        ("2016-P02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2017-P12", date(2017, 12, 1), date(2017, 12, 31)),
    ],
)
def test_a_key_names_a_range_of_days(key: str, starts: date, ends: date) -> None:
    period = CALENDAR.period(key)
    assert (period.key, period.starts, period.ends) == (key, starts, ends)


@pytest.mark.parametrize(
    "key", ["", "17", "2017-Q5", "2017-Q0", "2017-P00", "2017-P13", "2017-P7", "2017Q1", "1899", "2200"]
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        CALENDAR.period(key)


@given(DAYS)
def test_every_day_is_in_one_quarter_and_one_month_of_it(day: date) -> None:
    quarter = CALENDAR.quarter_of(day)
    months = [CALENDAR.period(f"{day.year}-P{month:02}") for month in range(1, 13)]
    within = [month for month in months if month.starts <= day <= month.ends]
    assert quarter.starts <= within[0].starts <= day <= within[0].ends <= quarter.ends
    assert len(within) == 1


@given(st.integers(1900, 2199))
def test_quarters_and_months_fill_the_year_without_a_gap(year: int) -> None:
    for parts in ([f"{year}-Q{n}" for n in range(1, 5)], [f"{year}-P{n:02}" for n in range(1, 13)]):
        periods = [CALENDAR.period(key) for key in parts]
        whole = CALENDAR.period(str(year))
        assert (periods[0].starts, periods[-1].ends) == (whole.starts, whole.ends)
        for before, after in pairwise(periods):
            assert before.ends + timedelta(days=1) == after.starts


def test_a_period_lasts_until_just_before_the_next_one() -> None:
    last = CALENDAR.period("2017-Q3").last_instant
    assert last == datetime(2017, 9, 30, 23, 59, 59, 999_999, tzinfo=UTC)
