from zoneinfo import ZoneInfo

import pytest

from funnelcast.importing.export import Unfit
from funnelcast.importing.formats import DatesTold


def instant(text: str, *formats: str, timezone: str = "Europe/Berlin", written_in: str | None = None) -> str:
    return DatesTold(formats=formats, timezone=timezone, written_in=written_in).dates().instant("closed", text)


@pytest.mark.parametrize(
    ("text", "written", "told"),
    [
        ("31.12.2017", "DD.MM.YYYY", "2017-12-31T11:00:00Z"),
        ("1.2.2017", "D.M.YYYY", "2017-02-01T11:00:00Z"),
        ("1/2/2017", "M/D/YYYY", "2017-01-02T11:00:00Z"),
        ("12/31/2017 5:30 PM", "M/D/YYYY h:mm AM", "2017-12-31T16:30:00Z"),
        ("12/31/2017 12:05 am", "M/D/YYYY h:mm AM", "2017-12-30T23:05:00Z"),
        ("2017-07-01T14:00:05", "YYYY-MM-DDThh:mm:ss", "2017-07-01T12:00:05Z"),
        ("20170701", "YYYYMMDD", "2017-07-01T10:00:00Z"),
        ("2017-03-01T14:00:00.250+05:30", "iso", "2017-03-01T08:30:00.250000Z"),
        ("42795", "excel", "2017-03-01T11:00:00Z"),
        ("42795.75", "excel", "2017-03-01T17:00:00Z"),
        ("41333", "excel-1904", "2017-03-01T11:00:00Z"),
    ],
)
def test_what_is_written_as_the_mapping_says_is_read(text: str, written: str, told: str) -> None:
    assert instant(text, written) == told


@pytest.mark.parametrize(
    ("text", "formats", "told"),
    [
        ("", ["DD.MM.YYYY"], "closed is empty"),
        ("12/31/2017", ["DD.MM.YYYY"], "not written as DD.MM.YYYY"),
        ("12/31/2017", ["DD/MM/YYYY"], "not in the calendar"),
        ("31.12.17", ["DD.MM.YYYY"], "not written as"),
        ("42795", ["DD.MM.YYYY"], "not written as"),
        ("30.02.2017", ["DD.MM.YYYY"], "not in the calendar"),
        ("3/1/2017", ["D/M/YYYY", "M/D/YYYY"], "is 2017-01-03 or 2017-03-01"),
        ("2017-03-01T14:00:00", ["iso"], "not written as iso"),
        ("26.03.2017 02:30", ["DD.MM.YYYY hh:mm"], "change of clocks"),
        ("29.10.2017 02:30", ["DD.MM.YYYY hh:mm"], "change of clocks"),
        ("31.12.2017 24:00", ["DD.MM.YYYY hh:mm"], "not in the calendar"),
        ("12/31/2017 0:30 PM", ["M/D/YYYY h:mm AM"], "not in the calendar"),
        ("60", ["excel"], "out of reach"),
        ("9999999", ["excel"], "out of reach"),
        ("٣١.١٢.٢٠١٧", ["DD.MM.YYYY"], "not written as"),
    ],
)
def test_what_is_not_is_refused(text: str, formats: list[str], told: str) -> None:
    with pytest.raises(Unfit, match=told):
        instant(text, *formats)


def test_two_formats_that_read_the_same_are_no_doubt() -> None:
    assert instant("3/3/2017", "D/M/YYYY", "M/D/YYYY") == "2017-03-03T11:00:00Z"


def test_one_zone_hung_the_clock_and_another_says_which_day_it_was() -> None:
    told = DatesTold(formats=("YYYY-MM-DD hh:mm:ss",), timezone="America/Sao_Paulo", written_in="UTC").dates()
    assert told.instant("won", "2018-06-01 02:00:00") == "2018-06-01T02:00:00Z"
    assert told.day("won", "2018-06-01 02:00:00").isoformat() == "2018-05-31"
    assert told.zone == ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize("told", ["DD.MM.YY", "yyyy-mm-dd", "MM.YYYY", "DD.MM.YYYY DD", "M/MM/D/YYYY", "dates", ""])
def test_a_format_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match=r"YYYY|is none of"):
        DatesTold(formats=(told,), timezone="UTC")
