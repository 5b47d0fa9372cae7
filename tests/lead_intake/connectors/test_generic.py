from typing import Any

import pytest

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Delivery, Kind
from services.lead_intake.connectors.outcomes import Capture, Unreadable
from services.lead_intake.connectors.reader import read
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import GENERIC, captured, changed, connection, elements, outcome, without

WHITEPAPER = {"whitepaper": Kind(Source.GATED_CONTENT, details={"asset_type": "whitepaper"})}


def test_paths_are_mapped_and_common_names_are_known() -> None:
    assert captured("generic", GENERIC, kinds=WHITEPAPER).body == {
        "source": "gated_content",
        "details": {"asset_id": "whitepaper", "asset_type": "whitepaper"},
        "person": {
            "email": "jane@acme.com",
            "phone": "+49 30 901820",
            "first_name": "Jane van",
            "last_name": "Dyk",
        },
        "company": {"name": "Acme", "employees": 250},
        "consent": {"status": "granted", "purpose": "newsletter", "text_version": "2026-01"},
        "campaign": {"utm_source": "x", "landing_url": "https://www.example.com/wp?utm_source=x"},
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": "wordpress:4711",
        "message": "page.title: The white paper",
    }


@pytest.mark.parametrize("kind", [Kind(Source.REFERRAL, "partner"), None])
def test_the_connection_says_the_source(kind: Kind | None) -> None:
    body = captured("generic", GENERIC, kind=kind).body
    expected = ("referral", "partner") if kind else ("other", "whitepaper")
    assert (body["source"], body["source_detail"]) == expected


def test_an_array_is_one_element_each() -> None:
    second = changed(GENERIC, "submission.id", 4712)
    found = elements("generic", [GENERIC, 17, second])
    assert [(element.pointer, type(element.outcomes[0])) for element in found] == [
        ("/0", Capture),
        ("/1", Unreadable),
        ("/2", Capture),
    ]


def test_the_id_makes_a_repetition_and_without_one_the_content_does_for_ten_minutes() -> None:
    (first,), (again,) = elements("generic", GENERIC), elements("generic", changed(GENERIC, "page.title", "x"))
    assert (first.identity, first.repeats_within) == (again.identity, None)
    bare = without(GENERIC, "submission")
    (first,), (again,) = elements("generic", bare), elements("generic", dict(reversed(bare.items())))
    (other,) = elements("generic", changed(bare, "page.title", "x"))
    assert first.identity == again.identity != other.identity
    assert first.repeats_within is not None
    assert first.repeats_within.total_seconds() == 600


def test_ids_of_two_connections_do_not_meet() -> None:
    (one,), (other,) = elements("generic", GENERIC, system="zapier"), elements("generic", GENERIC, system="make")
    assert one.identity != other.identity


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("2026-03-02T13:00:00+01:00", 0),
        (1772452800, 0),
        ("1772452801000", 1),
        ("2026-03-02T12:00:00", None),
        ("yesterday", None),
        ("9" * 15, None),
        ("٣", None),
        (True, None),
        (None, None),
    ],
)
def test_a_time_is_written_or_counted(given: Any, seconds: int | None) -> None:
    at = captured("generic", changed(GENERIC, "submission.at", given)).occurred_at
    assert (at and int(at.timestamp()) - 1772452800) == seconds


def test_the_address_nearest_to_the_root_is_the_persons() -> None:
    body = captured("generic", {"owner": {"email": "rep@example.com"}, "email": "jane@acme.com"}).body
    assert body["person"]["email"] == "jane@acme.com"


def test_what_a_page_or_a_product_is_called_is_no_name_of_the_person() -> None:
    body = captured("generic", {"email": "jane@acme.com", "page": {"title": "VP"}, "form": {"name": "Jane Doe"}}).body
    assert body["person"] == {"email": "jane@acme.com"}


def test_a_form_is_read_by_its_brackets() -> None:
    form = Delivery(
        b"submission[id]=9&contact[email]=jane%40acme.com&contact[name]=J%C3%BCrgen+Dyk&terms[news]=",
        {"content-type": "application/x-www-form-urlencoded"},
    )
    (element,) = read(READERS["generic"], form, connection("generic"))
    (capture,) = element.outcomes
    assert isinstance(capture, Capture)
    assert capture.body["person"] == {"email": "jane@acme.com", "first_name": "Jürgen", "last_name": "Dyk"}
    assert "consent" not in capture.body


def test_a_phone_that_is_a_number_is_kept_to_the_last_digit() -> None:
    found = outcome("generic", {"phone": 4930901820, "email": "jane@acme.com", "id": 2**80})
    assert isinstance(found, Capture)
    assert found.body["person"]["phone"] == "4930901820"


def test_numbers_are_never_rounded() -> None:
    body = b'{"email": "jane@acme.com", "submission": {"id": 12345678901234567890.10}}'
    (element,) = read(READERS["generic"], Delivery(body), connection("generic"))
    assert element.identity == "wordpress:12345678901234567890.10"


def test_of_two_equal_names_the_last_counts() -> None:
    body = b'{"email": "old@acme.com", "email": "jane@acme.com"}'
    (element,) = read(READERS["generic"], Delivery(body), connection("generic"))
    assert element.kept == {"email": "jane@acme.com"}


def test_a_body_that_names_nobody_is_unreadable_until_its_fields_are_mapped() -> None:
    body = {"a": {"b": ["jane@acme.com"]}}
    assert isinstance(outcome("generic", body), Unreadable)
    assert captured("generic", body, fields={"a.b.0": "email"}).body["person"] == {"email": "jane@acme.com"}
