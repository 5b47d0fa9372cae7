from typing import Any
from zoneinfo import ZoneInfo

import pytest

from funnelcast.importing.cells.dates import instant_text
from funnelcast.importing.files.row import InvalidRow
from funnelcast.importing.files.workbook import WorkbookDate
from funnelcast.importing.mapping.notation import DateNotation


def notation(*formats: str, **more: Any) -> DateNotation:
    return DateNotation.model_validate({"formats": formats, "timezone": "Europe/Berlin"} | more)


def instant(text: str, *formats: str, **more: Any) -> str:
    return instant_text(notation(*formats, **more).dates().moment("closed", text).noon)


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("31.12.2017", "DD.MM.YYYY", "2017-12-31T11:00:00Z"),
        ("1.2.2017", "D.M.YYYY", "2017-02-01T11:00:00Z"),
        ("1/2/2017", "M/D/YYYY", "2017-01-02T11:00:00Z"),
        ("12/31/2017 5:30 PM", "M/D/YYYY h:mm AM", "2017-12-31T16:30:00Z"),
        ("12/31/2017 5:30 p.m.", "M/D/YYYY h:mm AM", "2017-12-31T16:30:00Z"),
        ("12/31/2017 12:05 am", "M/D/YYYY h:mm AM", "2017-12-30T23:05:00Z"),
        ("2017-07-01T14:00:05", "YYYY-MM-DDThh:mm:ss", "2017-07-01T12:00:05Z"),
        ("2017-07-01 14:00:05.123", "YYYY-MM-DD hh:mm:ss.SSS", "2017-07-01T12:00:05.123000Z"),
        ("2017-07-01 14:00:05.123456", "YYYY-MM-DD hh:mm:ss.SSSSSS", "2017-07-01T12:00:05.123456Z"),
        ("2017-07-01T14:00:05.123Z", "YYYY-MM-DDThh:mm:ss.SSSZ", "2017-07-01T14:00:05.123000Z"),
        ("2017-07-01 14:00 +0530", "YYYY-MM-DD hh:mm Z", "2017-07-01T08:30:00Z"),
        ("2017-07-01 14:00 UTC", "YYYY-MM-DD hh:mm ZZZ", "2017-07-01T14:00:00Z"),
        ("2017-07-01 14:00 America/New_York", "YYYY-MM-DD hh:mm ZZZ", "2017-07-01T18:00:00Z"),
        ("20170701", "YYYYMMDD", "2017-07-01T10:00:00Z"),
        ("\u0662\u0660\u0661\u0667-\u0660\u0667-\u0660\u0661", "YYYY-MM-DD", "2017-07-01T10:00:00Z"),
        ("\uff12\uff10\uff11\uff17\uff0f\uff17\uff0f\uff11", "YYYY/M/D", "2017-07-01T10:00:00Z"),
        ("2017\uff0f7\uff0f1", "YYYY'\uff0f'M'\uff0f'D", "2017-07-01T10:00:00Z"),
        ("2017\u5e747\u67081\u65e5", "YYYY\u5e74M\u6708D\u65e5", "2017-07-01T10:00:00Z"),
        ("05-Jan-2024", "DD-MMM-YYYY", "2024-01-05T11:00:00Z"),
        ("February 5, 2024", "MMMM D, YYYY", "2024-02-05T11:00:00Z"),
        ("5 am 2 2024", "D 'am' M YYYY", "2024-02-05T11:00:00Z"),
        ("2017-03-01T14:00:00.250+05:30", "iso", "2017-03-01T08:30:00.250000Z"),
        ("2017-03-01 14:00:00+02", "iso", "2017-03-01T12:00:00Z"),
        ("Wed, 01 Mar 2017 14:00:00 GMT", "ddd, DD MMM YYYY hh:mm:ss ZZZ", "2017-03-01T14:00:00Z"),
        ("Sept 1st, 2017", "MMM Do, YYYY", "2017-09-01T10:00:00Z"),
        ("42795", "excel", "2017-03-01T11:00:00Z"),
        ("42795.75", "excel", "2017-03-01T17:00:00Z"),
        ("41333", "excel-1904", "2017-03-01T11:00:00Z"),
        ("1514730615", "epoch", "2017-12-31T14:30:15Z"),
        ("1514730615250", "epoch-ms", "2017-12-31T14:30:15.250000Z"),
    ],
)
def test_a_date_in_the_mappings_notation_is_read(text: str, pattern: str, expected: str) -> None:
    assert instant(text, pattern) == expected


@pytest.mark.parametrize(
    ("text", "pattern", "more", "expected"),
    [
        ("01/05/24", "MM/DD/YY", {"pivot": 1970}, "2024-01-05"),
        ("01/05/70", "MM/DD/YY", {"pivot": 1970}, "1970-01-05"),
        ("01/05/69", "MM/DD/YY", {"pivot": 1970}, "2069-01-05"),
        ("5. März 2024", "D. MMMM YYYY", {"language": "de"}, "2024-03-05"),
        ("5 févr. 2024", "D MMM YYYY", {"language": "fr"}, "2024-02-05"),
        ("5 Mrz 2024", "D MMM YYYY", {"language": "de"}, "2024-03-05"),
        ("5 Dez 2024", "D MMM YYYY", {"language": "de"}, "2024-12-05"),
        ("5 fevr. 2024", "D MMM YYYY", {"language": "fr"}, "2024-02-05"),
        ("5-sep-24", "D-MMM-YY", {"language": "es", "pivot": 1970}, "2024-09-05"),
        ("lundi 1er avril 2024", "ddd Do MMMM YYYY", {"language": "fr"}, "2024-04-01"),
        ("2017-07-01 01:00 PDT", "YYYY-MM-DD hh:mm ZZZ", {"zones": {"PDT": "America/Los_Angeles"}}, "2017-07-01"),
    ],
)
def test_what_a_format_leaves_open_the_mapping_says(
    text: str, pattern: str, more: dict[str, Any], expected: str
) -> None:
    assert notation(pattern, **more).dates().day("closed", text).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "formats", "reason"),
    [
        ("", ["DD.MM.YYYY"], "closed is empty: a date written as DD.MM.YYYY is expected, such as 31.12.2017"),
        ("12/31/2017", ["DD.MM.YYYY"], "a date written as DD.MM.YYYY is expected, such as 31.12.2017"),
        ("12/31/2017", ["DD/MM/YYYY"], "no date of the calendar; expected is DD/MM/YYYY, such as 31/12/2017"),
        ("31.12.17", ["DD.MM.YYYY"], "is expected"),
        ("42795", ["DD.MM.YYYY"], "is expected"),
        ("30.02.2017", ["DD.MM.YYYY"], r"is no date of the calendar; expected"),
        ("3/1/2017", ["D/M/YYYY", "M/D/YYYY"], "may be 2017-01-03 or 2017-03-01"),
        ("946681200", ["epoch", "epoch-ms"], "may be 1970-01-11 23:58:01 or 2000-01-01 00:00:00"),
        ("2017-03-01T14:00:00", ["iso"], r"written as iso is expected, such as 2017-12-31T14:30:15\+01:00"),
        ("26.03.2017 02:30", ["DD.MM.YYYY hh:mm"], "change of clocks"),
        ("29.10.2017 02:30", ["DD.MM.YYYY hh:mm"], "change of clocks"),
        ("31.12.2017 24:00", ["DD.MM.YYYY hh:mm"], "no date of the calendar"),
        ("12/31/2017 0:30 PM", ["M/D/YYYY h:mm AM"], "an hour before AM or PM is 1 to 12"),
        ("60", ["excel"], "a spreadsheet's days are"),
        ("9999999", ["excel"], "a spreadsheet's days are"),
        ("99999999999999", ["epoch"], "too far from 1970|year"),
        ("-9999999999", ["epoch"], "outside of the years 1900 to 2199"),
        ("01.01.1850", ["DD.MM.YYYY"], "outside of the years 1900 to 2199"),
        ("³1.12.2017", ["DD.MM.YYYY"], "is expected"),
        ("3/1/17", ["MM/DD/YYYY hh:mmAM"], "such as 12/31/2017 02:30PM"),
        ("5 Foo 2024", ["D MMM YYYY"], "such as 31 Dec 2017"),
        ("5 Ju 2024", ["D MMM YYYY"], "such as 31 Dec 2017"),
        ("2017-07-01 14:00 CSTX", ["YYYY-MM-DD hh:mm ZZZ"], "the zone 'CSTX' is unknown: the mapping can list it"),
    ],
)
def test_another_notation_is_refused_with_an_example(text: str, formats: list[str], reason: str) -> None:
    with pytest.raises(InvalidRow, match=reason):
        instant(text, *formats)


def test_two_formats_that_read_the_same_leave_no_doubt() -> None:
    assert instant("3/3/2017", "D/M/YYYY", "M/D/YYYY") == "2017-03-03T11:00:00Z"


def test_the_zone_of_the_clock_may_be_another_than_that_of_the_day() -> None:
    found = notation("YYYY-MM-DD hh:mm:ss", timezone="America/Sao_Paulo", written_in="UTC").dates()
    assert instant_text(found.moment("won", "2018-06-01 02:00:00").noon) == "2018-06-01T02:00:00Z"
    assert found.day("won", "2018-06-01 02:00:00").isoformat() == "2018-05-31"
    assert found.zone == ZoneInfo("America/Sao_Paulo")


def test_a_workbooks_date_needs_no_notation() -> None:
    dates = notation("DD.MM.YYYY").dates()
    assert dates.day("closed", WorkbookDate("2017-03-01")).isoformat() == "2017-03-01"
    assert instant_text(dates.moment("closed", WorkbookDate("2017-03-01T14:00:00")).noon) == "2017-03-01T13:00:00Z"


@pytest.mark.parametrize(
    "pattern", ["DD.MM.YY", "yyyy-mm-dd", "MM.YYYY", "DD.MM.YYYY DD", "M/MM/D/YYYY", "DD.MM.MMM.YYYY", "dates", ""]
)
def test_an_invalid_format_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"YYYY|is none of|formats"):
        notation(pattern)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_date_at_the_ends_of_pythons_calendar_is_refused_in_any_zone(text: str, zone: str) -> None:
    with pytest.raises(InvalidRow, match=r"lies outside of the years 1900 to 2199"):
        instant(text, "YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ", timezone=zone)
