"""The instants at which a failed delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.web.outgoing.receivers import parse_retry_after
from shared.webhooks.retries import DELAYS, next_attempt

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_delays_grow_from_five_seconds_to_a_day_and_end_after_three_days() -> None:
    delays = [next_attempt(failures, NOW, None, "event 1") for failures in range(1, 12)]
    assert delays[-1] is None
    waits = [(each - NOW).total_seconds() for each in delays[:-1] if each]
    assert [round(wait, 6) >= delay.total_seconds() for wait, delay in zip(waits, DELAYS, strict=True)] == [True] * 10
    assert all(wait <= 1.1 * delay.total_seconds() for wait, delay in zip(waits, DELAYS, strict=True))
    assert timedelta(days=2.9) < sum(DELAYS, timedelta()) < timedelta(days=3)


def test_deliveries_that_failed_together_are_not_tried_again_together() -> None:
    at = {next_attempt(1, NOW, None, f"event {number}") for number in range(100)}
    assert len(at) == 100


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Mon, 02 Mar 2026 12:01:00 GMT", 60),
        ("99999999999999999999", 24 * 3600),
        ("soon", None),
        ("Mon, 02 Mar 2026 99999999999999999999:01:00 GMT", None),
        ("Mon, 02 Mar 2026 12:01:00 +9999999999", None),
        ("-5", None),
        ("١٢", None),
        ("", None),
        (None, None),
    ],
)
def test_the_wish_of_the_receiver_is_read(value: str | None, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert parse_retry_after(value, NOW) == expected


def test_the_receiver_may_ask_for_more_time_but_not_for_less() -> None:
    assert next_attempt(1, NOW, timedelta(minutes=10), "x") == NOW + timedelta(minutes=10)
    sooner = next_attempt(5, NOW, timedelta(seconds=1), "x")
    assert sooner is not None
    assert sooner >= NOW + timedelta(hours=1)
