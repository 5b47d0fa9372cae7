"""The meaning of conditional headers, and how malformed ones are refused."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from starlette.datastructures import Headers

from shared.store.aliases import BlindIndex
from shared.web.errors.problems import InvalidRequest
from shared.web.requests import conditions, paging
from tests.running import BLIND


def test_each_condition_is_read_from_its_header() -> None:
    headers = Headers(
        {
            "Idempotency-Key": "k-1",
            "If-Match": '"7"',
            "X-Min-Position": "pipeline:12, forecast:3",
            "Prefer": "respond-async, wait=5",
        }
    )
    assert conditions.idempotency_key(headers) == "k-1"
    assert conditions.if_versions(headers) == frozenset({7})
    assert conditions.min_positions(headers) == {"pipeline": 12, "forecast": 3}
    assert conditions.wait_seconds(headers) == 5


def test_absent_headers_set_no_condition() -> None:
    headers = Headers({})
    assert conditions.idempotency_key(headers) is None
    assert conditions.if_versions(headers) is None
    assert conditions.min_positions(headers) == {}
    assert conditions.wait_seconds(headers) == 0


def test_the_longest_wait_is_half_a_minute() -> None:
    assert conditions.wait_seconds(Headers({"Prefer": "wait=9999"})) == conditions.LONGEST_WAIT


@pytest.mark.parametrize(
    ("read", "name", "value"),
    [
        (conditions.idempotency_key, "Idempotency-Key", ""),
        (conditions.idempotency_key, "Idempotency-Key", "x" * 256),
        *((conditions.if_versions, "If-Match", value) for value in ("7", "", '"7', '"7",', '*, "7"', "W/*", '"7" "8"')),
        (conditions.min_positions, "X-Min-Position", "pipeline"),
        (conditions.min_positions, "X-Min-Position", "pipeline:-1"),
        (conditions.min_positions, "X-Min-Position", "pipeline:1,,"),
    ],
)
def test_a_malformed_header_is_refused(read: Callable[[Headers], Any], name: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(Headers({name: value}))
    assert refused.value.errors[0]["pointer"] == f"header/{name}"


@pytest.mark.parametrize(
    ("value", "versions"),
    [
        ('"7"', {7}),
        ('"7", "9"', {7, 9}),
        ('W/"7"', set()),
        ('W/"7" ,"8"', {8}),
        ('"an,other"', set()),
        ('"07"', set()),
        ('""', set()),
        ('"9999999999"', set()),
    ],
)
def test_an_etag_matches_if_it_is_strong_and_one_of_the_list(value: str, versions: set[int]) -> None:
    assert conditions.if_versions(Headers({"If-Match": value})) == frozenset(versions)


def test_any_correlation_id_becomes_the_same_uuid_each_time() -> None:
    otherwise = UUID(int=1)

    def read(value: str, blind: BlindIndex = BLIND) -> UUID:
        return conditions.correlation_id(Headers({"X-Correlation-Id": value}), otherwise, blind.digest)

    assert read(str(UUID(int=9))) == UUID(int=9)
    assert read("order 66") == read("order 66") != otherwise
    assert read("order 66") != read("order 66", BlindIndex(b"the key of another system, as long")), (
        "it could be guessed"
    )
    assert conditions.correlation_id(Headers({}), otherwise, BLIND.digest) == otherwise


def test_a_cursor_is_decoded_as_it_was_encoded_and_other_texts_are_refused() -> None:
    cursor = paging.encode_cursor(["2026-01-01", 7])
    assert paging.decode_cursor(cursor, str, int) == ("2026-01-01", 7)
    for forged in ("x", "é", "WzFd", "MQ", cursor + "AA", paging.encode_cursor([1]), "=" * 7):
        with pytest.raises(InvalidRequest):
            paging.decode_cursor(forged, str, int)


def test_a_cursor_of_another_list_is_refused() -> None:
    before = paging.LIST.set("/pipeline/v1/opportunities")
    cursor = paging.encode_cursor([7])
    assert paging.decode_cursor(cursor, int) == (7,)
    paging.LIST.set("/pipeline/v1/webhooks")
    with pytest.raises(InvalidRequest):
        paging.decode_cursor(cursor, int)
    paging.LIST.reset(before)
