"""The current consent: the last decision on each purpose."""

from datetime import timedelta
from typing import Any

import pytest

from services.lead_intake.lead.consent import current_consents
from services.lead_intake.lead.events import ActivityRecorded, CaptureFields
from tests.lead_intake.captures import captured
from tests.spec import NOON


def decision(status: str, *, hour: int, text_version: str | None = None, purpose: str = "news") -> CaptureFields:
    consent: dict[str, Any] = {"status": status, "purpose": purpose, "text_version": text_version}
    return captured(engaged_at=NOON + timedelta(hours=hour), consent=consent)


def test_no_consent_is_granted_without_a_statement() -> None:
    assert current_consents([captured(), captured()]) == []


def test_a_capture_that_says_nothing_changes_nothing() -> None:
    before = current_consents([decision("denied", hour=0)])
    assert current_consents([decision("denied", hour=0), captured(engaged_at=NOON + timedelta(hours=1))]) == before


@pytest.mark.parametrize(
    ("history", "stands"),
    [
        ([decision("granted", hour=0), decision("denied", hour=1)], "denied"),
        ([decision("denied", hour=0), decision("granted", hour=1)], "denied"),
        ([decision("denied", hour=0), decision("granted", hour=1, text_version="v2")], "granted"),
        ([decision("pending", hour=0), decision("granted", hour=1)], "pending"),
        ([decision("pending", hour=0), decision("granted", hour=1, text_version="v2")], "granted"),
        ([decision("granted", hour=0), decision("pending", hour=1)], "granted"),
        ([decision("denied", hour=0), decision("pending", hour=1)], "denied"),
        ([decision("denied", hour=5), decision("granted", hour=1, text_version="v2")], "denied"),
    ],
)
def test_the_last_decision_stands(history: list[CaptureFields], stands: str) -> None:
    (consent,) = current_consents(history)
    assert consent.status == stands


def test_each_purpose_has_a_decision_of_its_own() -> None:
    found = current_consents([decision("granted", hour=0, purpose="phone"), decision("denied", hour=1, purpose="news")])
    assert [(consent.purpose, consent.status) for consent in found] == [("news", "denied"), ("phone", "granted")]


@pytest.mark.parametrize("text_version", [None, "v2"])
@pytest.mark.parametrize("hour", [0, 2])
def test_an_unsubscription_denies_what_is_decided_on_before_and_what_arrives_later(
    hour: int, text_version: str | None
) -> None:
    """`hour`: of the grant; the unsubscription comes in the hour 1."""
    at = NOON + timedelta(hours=1)
    unsubscribed = ActivityRecorded(activity_id="a", kind="unsubscribed", engaged_at=at, received_at=at)
    granted = decision("granted", hour=hour, text_version=text_version)
    (consent,) = current_consents([granted], activities=[unsubscribed])
    assert consent.status == ("granted" if hour == 2 and text_version else "denied")
