"""The settings: reasons are set here, time zone and calendar are copied from forecast, each from an instant on."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.qualification.setting import commands, events
from services.qualification.setting.decider import DECIDER
from services.qualification.setting.default import BUSINESS_HOURS, REASONS
from services.qualification.setting.events import ReasonKind
from services.qualification.setting.state import Settings
from shared.rules.message import InvalidField
from tests.spec import NOON, Given

REJECT_ONLY = commands.ChangeSettings(reasons=commands.ReasonLists(reject=("student", "other")))
REASONS_CHANGED = events.ReasonsChanged(kind=ReasonKind.REJECT, reasons=("other", "student"))
AUCKLAND = commands.CopyFromForecast(timezone="Pacific/Auckland", calendar=None, starts=NOON)
ZONE_CHANGED = events.TimezoneChanged(timezone="Pacific/Auckland", starts=NOON)


def given(*history: events.SettingEvent) -> Given[commands.SettingCommand, Settings, events.SettingEvent]:
    return Given(DECIDER, history)


def test_the_reasons_of_a_kind_are_set_and_the_others_stay() -> None:
    given().when(REJECT_ONLY).then(REASONS_CHANGED)
    assert given(REASONS_CHANGED).state().reasons == {**REASONS, ReasonKind.REJECT: ("other", "student")}


def test_the_same_reasons_in_another_order_change_nothing() -> None:
    again = commands.ChangeSettings(reasons=commands.ReasonLists(reject=("student", "other", "other")))
    given(REASONS_CHANGED).when(again).then()


def test_a_reason_that_is_not_among_them_is_an_invalid_field() -> None:
    settings = given(REASONS_CHANGED).state()
    settings.must_allow(ReasonKind.REJECT, "student")
    with pytest.raises(InvalidField, match="must be one of other, student") as refused:
        settings.must_allow(ReasonKind.REJECT, "spam")
    assert refused.value.pointer == "/reason"


def test_positive_reasons_are_there_to_mark_an_mql_by_default() -> None:
    for reason in ("strong_fit", "referral", "event_conversation", "other"):
        Settings().must_allow(ReasonKind.MARK_MQL, reason)
    with pytest.raises(InvalidField):
        Settings().must_allow(ReasonKind.REJECT, "strong_fit")


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
    assert settings.business_day(NOON) == date(2026, 3, 3)
    assert settings.start_of(date(2026, 6, 1), NOON) == datetime(2026, 5, 31, 12, tzinfo=UTC)
    assert settings.calendar(NOON) == "months"


def test_business_hours_have_a_day_and_stored_ones_may_have_none() -> None:
    hours = {"days": [], "opens": "09:00", "closes": "17:00"}
    with pytest.raises(ValidationError, match="at least one day"):
        events.BusinessHours.model_validate(hours)
    assert events.BusinessHoursChanged.from_stored(json.dumps({"hours": hours})).hours.days == ()


def test_business_hours_are_set_apart_from_the_reasons() -> None:
    hours = BUSINESS_HOURS.model_copy(update={"holidays": (date(2026, 5, 1),)})
    changed = events.BusinessHoursChanged(hours=hours)
    given().when(commands.ChangeSettings(business_hours=hours)).then(changed)
    given(changed).when(commands.ChangeSettings(business_hours=hours)).then()
    assert given(changed).state().reasons == REASONS
