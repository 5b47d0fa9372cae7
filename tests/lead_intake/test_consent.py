"""Which of the things a person said to a purpose stands."""

from datetime import timedelta
from typing import Any

import pytest

from services.lead_intake.lead.consent import current_consents
from services.lead_intake.lead.events import LeadCaptured
from tests.lead_intake.captures import first
from tests.spec import NOON


def said(status: str, *, hour: int, text_version: str | None = None, purpose: str = "news") -> LeadCaptured:
    consent: dict[str, Any] = {"status": status, "purpose": purpose, "text_version": text_version}
    return first(engaged_at=NOON + timedelta(hours=hour), consent=consent)


def test_nothing_said_is_nothing_granted() -> None:
    assert current_consents([first(), first()]) == []


def test_a_capture_that_says_nothing_changes_nothing() -> None:
    before = current_consents([said("denied", hour=0)])
    assert current_consents([said("denied", hour=0), first(engaged_at=NOON + timedelta(hours=1))]) == before


@pytest.mark.parametrize(
    ("history", "stands"),
    [
        ([said("granted", hour=0), said("denied", hour=1)], "denied"),
        ([said("denied", hour=0), said("granted", hour=1)], "denied"),
        ([said("denied", hour=0), said("granted", hour=1, text_version="v2")], "granted"),
        ([said("pending", hour=0), said("granted", hour=1)], "pending"),
        ([said("pending", hour=0), said("granted", hour=1, text_version="v2")], "granted"),
        ([said("granted", hour=0), said("pending", hour=1)], "granted"),
        ([said("denied", hour=0), said("pending", hour=1)], "denied"),
        ([said("denied", hour=5), said("granted", hour=1, text_version="v2")], "denied"),
    ],
)
def test_the_last_decision_stands(history: list[LeadCaptured], stands: str) -> None:
    (consent,) = current_consents(history)
    assert consent.status == stands


def test_purposes_are_apart() -> None:
    found = current_consents([said("granted", hour=0, purpose="phone"), said("denied", hour=1, purpose="news")])
    assert [(consent.purpose, consent.status) for consent in found] == [("news", "denied"), ("phone", "granted")]
