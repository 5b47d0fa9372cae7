"""Currency, time zone and calendar: dated settings, of which nothing is overwritten."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.forecast.service import SERVICE
from services.forecast.setting.commands import ChangeSettings, DefineCalendar, MonthsRule, SettingCommand
from services.forecast.setting.decider import DECIDER
from services.forecast.setting.events import CalendarDefined, SettingChanged, SettingEvent
from services.forecast.setting.state import MONTHS, FiscalCalendar, Settings
from services.forecast.setting.timezones import timezone_names
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import InvalidField
from tests.forecast.conftest import Company
from tests.forecast.pipeline_events import WON
from tests.running import running_services
from tests.spec import NOW, Given

Y2024, Y2025 = (datetime(year, 1, 1, tzinfo=UTC) for year in (2024, 2025))
FEBRUARY = MonthsRule(starts_month=2, year_named_by="end")
RULE = CalendarRule(starts_month=2, year_named_by="end")


def given(*events: SettingEvent) -> Given[SettingCommand, Settings, SettingEvent]:
    return Given(DECIDER, events)


def changed(starts: datetime = NOW, **fields: Any) -> SettingChanged:
    return SettingChanged(starts=starts, **fields)


# -- which changes there are -----------------------------------------------------------------------------------------


def test_only_what_changes_is_recorded() -> None:
    given().when(ChangeSettings(currency="EUR", timezone="UTC", calendar="months")).then(changed(currency="EUR"))
    given(changed(Y2025, currency="EUR")).when(ChangeSettings(currency="EUR")).then()
    given(changed(Y2025, currency="EUR")).when(ChangeSettings(currency="USD")).then(changed(currency="USD"))
    given().when(ChangeSettings()).then()


def test_a_change_may_start_in_the_past_and_not_in_the_future() -> None:
    later = given(changed(Y2025, timezone="Asia/Tokyo"))
    later.when(ChangeSettings(timezone="Asia/Tokyo", starts=Y2024)).then(changed(Y2024, timezone="Asia/Tokyo"))
    later.when(ChangeSettings(timezone="UTC", starts=Y2024)).then()
    given().when(ChangeSettings(currency="EUR", starts=NOW.replace(year=2027))).rejected("future")


def test_a_calendar_is_a_key_with_its_rule() -> None:
    with_rule = ChangeSettings(calendar="fiscal", calendar_rule=FEBRUARY)
    fiscal = changed(calendar="fiscal", calendar_rule=RULE)
    given().when(with_rule).then(fiscal)
    given(changed(Y2025, calendar="fiscal", calendar_rule=RULE)).when(with_rule).then()
    twice = (
        changed(Y2024, calendar="fiscal", calendar_rule=RULE),
        changed(Y2025, calendar="months", calendar_rule=MONTHS.rule),
    )
    back = given(*twice)
    back.when(ChangeSettings(calendar="fiscal")).then(fiscal)


@pytest.mark.parametrize(
    ("command", "pointer", "detail"),
    [
        (ChangeSettings(calendar="fiscal"), "/calendar_rule", "there is no calendar fiscal yet; known are months"),
        (ChangeSettings(calendar_rule=FEBRUARY), "/calendar", "needs the key"),
        (ChangeSettings(calendar="months", calendar_rule=FEBRUARY), "/calendar", "another key"),
    ],
)
def test_a_calendar_that_is_not_clear_is_refused(command: ChangeSettings, pointer: str, detail: str) -> None:
    with pytest.raises(InvalidField, match=detail) as refused:
        given().when(command).decided()
    assert refused.value.pointer == pointer


def test_the_value_that_counts_started_last_and_of_two_the_later_event() -> None:
    settings = given(
        changed(Y2025, currency="EUR"),
        changed(Y2024, currency="USD"),
        changed(Y2025, currency="GBP", calendar="fiscal", calendar_rule=RULE),
    ).state()
    assert [settings.values(at).currency for at in (datetime(2023, 1, 1, tzinfo=UTC), Y2024, Y2025)] == [
        None,
        "USD",
        "GBP",
    ]
    assert [settings.calendar(at) for at in (Y2024, Y2025)] == [MONTHS, FiscalCalendar("fiscal", RULE)]
    assert settings.values(NOW).timezone == "UTC"


def test_time_zones_are_those_of_the_locked_database() -> None:
    assert {"UTC", "Europe/Berlin", "Asia/Kolkata"} <= timezone_names()


RETAIL = CalendarRule(starts_month=2, pattern="4-5-4", week_starts="sunday")


def test_a_calendar_is_defined_before_it_is_chosen() -> None:
    defined = CalendarDefined(key="retail", rule=RETAIL)
    given().when(DefineCalendar(key="retail", rule=RETAIL)).then(defined)
    given(defined).when(DefineCalendar(key="retail", rule=RETAIL)).then()
    chosen = changed(calendar="retail", calendar_rule=RETAIL)
    given(defined).when(ChangeSettings(calendar="retail")).then(chosen)
    with pytest.raises(InvalidField, match="another key"):
        given().when(DefineCalendar(key="months", rule=RETAIL)).decided()


def test_a_new_version_of_the_calendar_in_force_is_in_force_from_then_on() -> None:
    before = given(changed(Y2025, calendar="retail", calendar_rule=RETAIL))
    new = RETAIL.model_copy(update={"pattern": "4-4-5"})
    version = CalendarDefined(key="retail", rule=new), changed(calendar="retail", calendar_rule=new)
    before.when(DefineCalendar(key="retail", rule=new)).then(*version)
    settings = given(*before.facts, *version).state()
    assert [settings.calendar(at).rule for at in (Y2025, NOW)] == [RETAIL, new]


# -- over HTTP -------------------------------------------------------------------------------------------------------


async def test_the_settings_are_shown_with_defaults_and_history(company: Company) -> None:
    rule = CalendarRule().model_dump()
    defaults: dict[str, Any] = {"currency": None, "timezone": "UTC", "calendar": "months", "calendar_rule": rule}
    defaults |= {"rate_policy": "close_date", "measure": "bookings", "stale_after": 14, "weekly_lock": False}
    expected = {**defaults, "defaults": defaults, "history": [], "fallback_currency": "EUR"}
    assert (await company.api.get("settings")).json() == expected
    await company.set(timezone="Europe/Berlin", **{"from": "2026-01-01"})
    await company.set(calendar="fiscal", calendar_rule={"starts_month": 2, "year_named_by": "end"})
    found = (await company.api.get("settings")).json()
    in_force = (found["timezone"], found["calendar"], found["calendar_rule"]["starts_month"])
    assert in_force == ("Europe/Berlin", "fiscal", 2)
    assert found["defaults"] == defaults
    first, second = found["history"]
    assert (first["timezone"], first["starts"], first["set_at"]) == (
        "Europe/Berlin",
        "2026-01-01T00:00:00Z",
        "2026-03-03T09:00:00Z",
    )
    assert (second["timezone"], second["calendar"]) == (None, "fiscal")
    assert first["set_by"] == second["set_by"] == (await company.api.get("me")).json()["name"]


async def test_invalid_settings_are_refused(company: Company, subtests: pytest.Subtests) -> None:
    for body, status in [
        ({"currency": "XYZ"}, 422),
        ({"currency": "XXX"}, 422),
        ({"timezone": "Middle/Earth"}, 422),
        ({"timezone": "../../etc/passwd"}, 422),
        ({"calendar": "fiscal"}, 422),
        ({"calendar": "fiscal", "calendar_rule": {"starts_month": 13}}, 422),
        ({"calendar": "fiscal", "calendar_rule": {"starts_month": 2, "pattern": "4-4-5"}}, 422),
        ({"colour": "red"}, 422),
        ({"currency": "EUR", "from": "2026-03-04"}, 409),
    ]:
        with subtests.test(body=body, status=status):
            answer = await company.api.put("settings", json=body)
            assert answer.status_code == status, answer.text
            assert (await company.api.get("settings")).json()["history"] == []


async def test_settings_are_changed_by_administrators_only(database: str) -> None:
    async with running_services(database, [SERVICE], scopes=["forecast:read", "forecast:write"]) as api:
        assert (await api.put("/forecast/v1/settings", json={"currency": "EUR"})).status_code == 403
        assert (await api.get("/forecast/v1/settings")).status_code == 200


# -- what they count for ---------------------------------------------------------------------------------------------


async def test_days_end_at_midnight_of_the_business_time_zone(company: Company) -> None:
    await company.deal("due", close_date="2026-03-03")
    company.clock.pass_by(hours=7)  # 16:00 UTC, in Tokyo 01:00 of the next day
    assert await warned(company) == ["owner_unassigned"]
    await company.set(timezone="Asia/Tokyo")
    assert await warned(company) == ["owner_unassigned", "close_date_past"]


async def warned(company: Company) -> list[str]:
    return [each["code"] for each in (await company.rollup())["warnings"]]


async def test_a_cached_answer_ends_with_the_business_day(company: Company) -> None:
    await company.set(timezone="Asia/Tokyo")
    await company.deal("due", close_date="2026-03-03")
    assert await warned(company) == ["owner_unassigned"]
    company.clock.pass_by(hours=7)
    assert await warned(company) == ["owner_unassigned", "close_date_past"]


async def test_a_period_ends_at_midnight_of_the_business_time_zone(company: Company) -> None:
    await company.set(timezone="America/New_York")
    ended = await company.rollup(period="2025-Q4")
    assert ended["org_as_of"] == "2026-01-01T04:59:59.999999Z"


async def test_this_quarter_is_that_of_the_calendar_and_of_the_time_zone(company: Company) -> None:
    company.clock.pass_by(days=28, hours=7)  # 16:00 UTC on the last of March
    await company.set(timezone="Asia/Tokyo")
    assert (await company.rollup())["period"]["key"] == "2026-Q2"
    await company.set(calendar="fiscal", calendar_rule={"starts_month": 2, "year_named_by": "end"})
    period = (await company.rollup())["period"]
    assert period == {"key": "2027-Q1", "starts": "2026-02-01", "ends": "2026-04-30"}


async def test_fiscal_keys_name_fiscal_days(company: Company) -> None:
    await company.deal("january", **WON, close_date="2026-01-31")
    await company.deal("february", **WON, close_date="2026-02-01", amount="50.00")
    await company.set(calendar="fiscal", calendar_rule={"starts_month": 2})
    keys = ("2025", "2026", "2025-Q4", "2025-P12", "2025-H2", "2026-Q1-W01", "2026-Q1-W02")
    closed = {key: (await company.rollup(period=key))["node"]["pure"]["closed"] for key in keys}
    assert closed == {
        "2025": "100.00",
        "2026": "50.00",
        "2025-Q4": "100.00",
        "2025-P12": "100.00",
        "2025-H2": "100.00",
        "2026-Q1-W01": "50.00",
        "2026-Q1-W02": "0.00",
    }
    behind = (await company.read("rollup/_root/opportunities", period="2025-Q4")).json()["items"]
    assert [deal["opportunity_id"] for deal in behind] == ["january"]


async def test_changes_reach_those_who_follow_forecasts_events(company: Company) -> None:
    await company.put("acme", None)
    await company.set(currency="EUR", timezone="Europe/Berlin")
    page = (await company.api.get("events")).json()
    placed, setting = page["items"]
    assert (page["next"], page["head"]) == (2, 2)
    assert (placed["type"], placed["subject"], setting["type"], setting["subject"]) == (
        "org.node_placed",
        "all",
        "setting.changed",
        "all",
    )
    assert setting["data"] == {
        "currency": "EUR",
        "timezone": "Europe/Berlin",
        "calendar": None,
        "calendar_rule": None,
        **dict.fromkeys(("rate_policy", "measure", "stale_after", "weekly_lock")),
        "starts": "2026-03-03T09:00:00Z",
        "by": "tester",
    }
    assert "Acme" not in (await company.api.get("events")).text
    only = (await company.api.get("events", params={"types": "org.node_placed"})).json()["items"]
    assert [each["type"] for each in only] == ["org.node_placed"]


async def test_a_question_may_name_a_calendar_that_was_defined(company: Company) -> None:
    body = {"starts_month": 2, "pattern": "4-5-4", "week_starts": "sunday", "year_named_by": "start"}
    answer = company.noted(await company.api.put("calendars/retail", json=body | {"leap_week": "last_period"}))
    assert answer.status_code == 200, answer.text
    await company.deal("won", **WON, close_date="2026-02-01")
    found = await company.rollup(period="2026-Q1", calendar="retail")
    assert found["period"] == {"key": "2026-Q1", "starts": "2026-02-01", "ends": "2026-05-02"}
    assert found["node"]["pure"]["closed"] == "100.00"
    assert (await company.rollup(period="2026-P07"))["period"]["starts"] == "2026-07-01"
    first, second = (await company.api.get("calendars")).json()["items"]
    assert (first["key"], first["defined_at"], second["key"]) == ("months", None, "retail")
    unknown = await company.read("rollup", calendar="lunar")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "query/calendar")
    before = {"calendar": "retail", "period": "2026-Q1", "as_of": "2026-03-03T08:00:00Z"}
    assert (await company.read("rollup", **before)).status_code == 422
    for wrong in ({}, {"starts_month": 2, "moon": 1}, {"starts_month": 2, "anchor": "last"}, {"starts_month": 13}):
        assert (await company.api.put("calendars/x", json=wrong)).status_code == 422


async def test_the_settings_name_the_policy_the_measure_and_the_age_of_stale_overrides(company: Company) -> None:
    await company.set(rate_policy="latest", measure="ARR", stale_after="7d")
    answer = await company.rollup()
    assert (answer["rate_policy"], answer["measure"]) == ("latest", "ARR")
    assert (await company.rollup(rate_policy="plan"))["rate_policy"] == "plan"
    in_force = (await company.api.get("settings")).json()
    assert (in_force["rate_policy"], in_force["measure"], in_force["stale_after"]) == ("latest", "ARR", 7)
    for wrong in ({"rate_policy": "average"}, {"measure": ""}, {"stale_after": 0}, {"weekly_lock": "yes"}):
        assert (await company.api.put("settings", json=wrong)).status_code == 422
