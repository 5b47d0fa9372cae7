"""Stored aliases are found again: a blind index never changes."""

import hmac

import pytest

from shared.store.aliases import BlindIndex

KEY = b"a key for tests that is long enough"


@pytest.mark.parametrize("key", [KEY, KEY * 4], ids=["short", "longer than a block"])
def test_digests_are_hmacs_of_each_value_alone(key: bytes) -> None:
    blind_index = BlindIndex(key)
    values = [b"", b"ada@example.com", b"ada@example.com", b"x" * 1000]
    assert [blind_index.digest(value) for value in values] == [
        hmac.digest(key, value, "sha256").hex() for value in values
    ]


def test_indexes_differ_by_kind_value_and_key() -> None:
    one, other = BlindIndex(KEY), BlindIndex(KEY[::-1])
    found = [one.index("email", "a"), one.index("email", "b"), one.index("phone", "a"), other.index("email", "a")]
    assert len(set(found)) == 4
