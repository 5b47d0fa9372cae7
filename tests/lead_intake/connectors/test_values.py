from typing import Any

import pytest

from services.lead_intake.connectors.parsing import Malformed, form_fields, json_value, nested_form
from services.lead_intake.connectors.posted import is_form
from services.lead_intake.connectors.reader import external_id
from services.lead_intake.connectors.redaction import digest, redacted
from services.lead_intake.connectors.values import flag, from_milliseconds, from_seconds, instant, line, text, unanimous
from tests.lead_intake.connectors.deliveries import connection
from tests.lead_intake.connectors.signing import NOW


def test_ids_keep_every_digit() -> None:
    value = json_value(
        b'{"small": 17, "id": 123456789012345678, "large": 1234567890123456789, "real": 1.10, "e": 1e400}'
    )
    assert value == {
        "small": 17,
        "id": 123456789012345678,
        "large": "1234567890123456789",
        "real": "1.10",
        "e": "1e400",
    }


@pytest.mark.parametrize("body", [b"\xef\xbb\xbf[1]", "[1]".encode("utf-16"), "[1]".encode("utf-32-le")])
def test_a_byte_order_mark_is_no_error(body: bytes) -> None:
    assert json_value(body) == [1]


def test_a_form_may_be_nested_as_deeply_as_json() -> None:
    assert nested_form(form_fields(b"a[b][c]=1&a[b][d]=2")) == {"a": {"b": {"c": "1", "d": "2"}}}
    with pytest.raises(Malformed, match="nested too deeply"):
        nested_form(form_fields(b"a" + b"[b]" * 100 + b"=1"))


def test_a_form_has_a_largest_number_of_fields() -> None:
    assert len(list(form_fields(b"a=1&" * 2_000))) == 2_000
    with pytest.raises(Malformed, match="too many fields"):
        list(form_fields(b"a=1&" * 2_001))


def test_bytes_of_a_form_may_be_bare_or_escaped() -> None:
    assert list(form_fields("a+b=ü&=%C3%BC&c".encode())) == [("a b", "ü"), ("", "ü"), ("c", "")]


def test_a_form_is_known_by_its_content_type() -> None:
    assert is_form({"content-type": "Application/X-WWW-Form-Urlencoded; charset=x"})
    assert is_form({"content-type": "multipart/form-data; boundary=x"})
    assert not is_form({"content-type": "application/json"})
    assert not is_form({})


@pytest.mark.parametrize(
    ("value", "expected"),
    [(" a\n b ", "a b"), (7, "7"), (True, None), (None, None), ("\u3000", None), ([], None), ("\ud800x", "?x")],
)
def test_a_line_is_one_line(value: Any, expected: str | None) -> None:
    assert line(value) == expected


def test_a_text_keeps_its_lines() -> None:
    assert text(" a\r\n b ") == "a\r\n b"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), ("JA", True), (1, True), (0, False), ("No", False), ("", None), ("maybe", None), ([True], None)],
)
def test_a_flag_is_never_guessed(value: Any, expected: bool | None) -> None:
    assert flag(value) is expected


def test_answers_that_differ_say_nothing() -> None:
    assert [unanimous(values) for values in ([True, "1"], [False], [True, False], [True, None], [])] == [
        True,
        False,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    "value",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1899-12-31T00:00:00Z", "2026-03-02", "12:00", 7, None],
)
def test_a_time_out_of_reach_or_without_a_zone_is_none(value: Any) -> None:
    assert instant(value) is None


def test_stamps_are_counted_exactly() -> None:
    assert from_milliseconds("1772452800001") == NOW.replace(microsecond=1000)
    assert from_seconds(1772452800) == NOW
    assert [from_seconds(value) for value in (-1, "9" * 15, "9" * 16, 1.5, True)] == [None] * 5


def test_secrets_go_whatever_their_spelling_and_links_lose_their_tokens() -> None:
    kept = redacted(
        {
            "Google Key": "s1",
            "registrant": [{"join_url": "s2", "link": "https://x.example/?a=1&TK=s3&b=2#s", "note": "x?secret=s4"}],
        }
    )
    assert kept == {"registrant": [{"link": "https://x.example/?a=1&TK=&b=2#s", "note": "x?secret="}]}


def test_a_digest_does_not_depend_on_the_order_of_names() -> None:
    assert digest({"a": 1, "b": [2, "ü"]}) == digest({"b": [2, "ü"], "a": 1}) != digest({"a": 1, "b": ["ü", 2]})


def test_an_external_id_is_plain_or_a_digest_or_none() -> None:
    settings = connection("typeform", system="forms")
    assert external_id(settings, "a", 7) == "forms:a/7"
    assert external_id(settings, "a", None) is None
    for odd in ("a b", "jane@acme.com", "x" * 200, "a\u2028b"):
        found = external_id(settings, odd)
        assert found is not None
        assert found.startswith("forms:sha256-")
