"""Texts that anybody may send take time by their length, not by its square, and hide no e-mail address."""

import time
from collections.abc import Callable

import pytest

from services.lead_intake.connectors.redaction import redacted_body
from services.lead_intake.connectors.values import looks_like_email
from services.lead_intake.personal_data.mentions import mention, mentions
from shared.store.aliases import BlindIndex

INDEX = BlindIndex(bytes(32))
READERS: list[Callable[[str], object]] = [
    lambda text: mentions(INDEX, {"field": text}),
    looks_like_email,
    lambda text: redacted_body(text.encode()),
]
TEXTS: list[Callable[[int], str]] = [
    lambda length: "a" * length,
    lambda length: "a@" + "." * length + "@",
    lambda length: "a@" + "b." * (length // 2) + " ",
    lambda length: "a@" * (length // 2),
    lambda length: "[" * length,
    lambda length: '"secret" ' * (length // 9),
    lambda length: "?secret=" * (length // 8),
]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("made", TEXTS)
def test_a_text_of_eight_times_the_length_takes_about_eight_times_as_long(
    read: Callable[[str], object], made: Callable[[int], str]
) -> None:
    short, long = made(2_000), made(16_000)
    assert least_time(read, long) < 24 * least_time(read, short) + 0.001


def least_time(read: Callable[[str], object], text: str) -> float:
    spans = []
    for _ in range(5):
        begun = time.process_time()
        read(text)
        spans.append(time.process_time() - begun)
    return min(spans)


@pytest.mark.parametrize(
    "kept",
    [
        {"message": "To: <Ada@example.com>, bob@mail.example.org; x@y"},
        {"lines": ["write to\nada@example.com", "or\tbob@mail.example.org"]},
        '{"cut": "write to\\r\\nada@example.com or bob@mail.example.org',
    ],
)
def test_addresses_are_found_in_any_text(kept: object) -> None:
    assert set(mentions(INDEX, kept)) == {mention(INDEX, "ada@example.com"), mention(INDEX, "bob@mail.example.org")}
