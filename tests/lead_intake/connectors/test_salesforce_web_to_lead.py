from typing import Any
from urllib.parse import quote_plus

import pytest

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Delivery, Kind, Reply, Verified
from services.lead_intake.connectors.outcomes import Activity, Capture, Ignored, PersonRef, Unreadable
from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.reader import read
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import (
    SALESFORCE,
    captured,
    connection,
    delivery,
    elements,
    outcome,
    outcomes,
)
from tests.lead_intake.connectors.signing import NOW

READER = READERS["salesforce-web-to-lead"]
NAME = "salesforce-web-to-lead"


def form(**fields: str) -> dict[str, Any]:
    return SALESFORCE | fields


def acknowledged(target: str, *hosts: str) -> Reply | None:
    return READER.acknowledge(delivery(NAME, form(retURL=target)), connection(NAME, redirect_hosts=frozenset(hosts)))


def test_a_posted_form_is_a_capture_of_its_campaign() -> None:
    assert captured(NAME, SALESFORCE).body == {
        "source": "contact_form",
        "source_detail": "70100000000001",
        "person": {
            "email": "jane@acme.com",
            "phone": "+49 30 901820",
            "first_name": "Jane",
            "last_name": "Müller",
            "job_title": "VP Sales",
        },
        "company": {"name": "Acme"},
        "message": "Please call.\r\nThank you.\n00N500000000001: spring",
    }


@pytest.mark.parametrize("name", [NAME, "generic", "facebook"])
def test_a_form_that_is_posted_in_parts_is_a_form(name: str) -> None:
    parts = ["email", "jane@acme.com"], ["last_name", "M\u00fcller"]
    fields = "".join(f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{one}\r\n' for key, one in parts)
    sent = Delivery(f"{fields}--x--\r\n".encode(), {"content-type": "multipart/form-data; boundary=x"})
    ((_, value),) = READERS[name].split(sent)
    assert value == {"email": "jane@acme.com", "last_name": "M\u00fcller"}
    with pytest.raises(Malformed):
        READERS[name].split(Delivery(b"half", sent.headers))


@pytest.mark.parametrize(("lead_source", "source"), [("Webinar", "webinar"), ("Advertisement", "paid")])
def test_what_the_form_says_of_its_source_counts_before_the_connections(lead_source: str, source: str) -> None:
    body = captured(NAME, form(lead_source=lead_source), kind=Kind(Source.EVENT)).body
    assert body["source"] == source
    mapped = captured(NAME, form(lead_source=lead_source), kinds={"70100000000001": Kind(Source.REFERRAL)}).body
    assert mapped["source"] == "referral"


def test_custom_fields_have_ids_that_the_settings_name() -> None:
    body = captured(NAME, SALESFORCE, fields={"00N500000000001": "utm_campaign"}).body
    assert body["campaign"] == {"utm_campaign": "spring"}


def test_the_description_is_the_message_of_a_demo_request() -> None:
    body = captured(NAME, SALESFORCE, kind=Kind(Source.DEMO_REQUEST)).body
    assert body["details"]["message"] == "Please call.\r\nThank you.\n00N500000000001: spring"


def test_who_opts_out_is_captured_and_unsubscribed() -> None:
    capture, left = outcomes(NAME, form(emailOptOut="1"))
    assert isinstance(capture, Capture)
    assert left == Activity("unsubscribed", PersonRef("jane@acme.com"), None, None)


def test_the_same_fields_within_ten_minutes_are_a_repetition_whatever_the_captcha_says() -> None:
    (first,) = elements(NAME, SALESFORCE)
    (again,) = elements(NAME, form(**{"g-recaptcha-response": "other", "retURL": "https://x.example", "debug": "1"}))
    (other,) = elements(NAME, form(description="Please write."))
    assert first.identity == again.identity != other.identity
    assert first.repeats_within is not None
    assert first.repeats_within.total_seconds() == 600
    assert captured(NAME, SALESFORCE).external_id is None


def test_the_captcha_is_not_kept() -> None:
    (element,) = elements(NAME, SALESFORCE)
    assert "captcha" not in str(element)


@pytest.mark.parametrize("charset", ["UTF-8", "EUC-JP", "Shift_JIS", "ISO-2022-JP", "MS932"])
def test_the_address_names_the_charset(charset: str) -> None:
    body = f"email=a%40b.example&last_name={quote_plus('山田', encoding=charset)}".encode()
    (element,) = read(READER, Delivery(body, {}, f"encoding={charset}"), connection(NAME))
    (capture,) = element.outcomes
    assert isinstance(capture, Capture)
    assert capture.body["person"]["last_name"] == "山田"


@pytest.mark.parametrize("charset", ["rot13", "unicode_escape", "idna", "x" * 300, "é"])
def test_a_charset_that_no_browser_sends_is_unreadable_and_kept(charset: str) -> None:
    (element,) = read(READER, Delivery(b"email=a%40b.example", {}, f"encoding={quote_plus(charset)}"), connection(NAME))
    assert element.outcomes == (Unreadable("the form's charset is unknown"),)
    assert element.kept == "email=a%40b.example"


def test_bytes_of_another_charset_are_unreadable_and_kept() -> None:
    (element,) = read(READER, Delivery(b"email=a%40b.example&last_name=M%FCller"), connection(NAME))
    assert element.outcomes == (Unreadable("the form is not in utf-8"),)


def test_a_second_blank_post_is_ignored() -> None:
    assert isinstance(outcome(NAME, {"oid": "00D", "retURL": "https://x.example", "email": " "}), Ignored)


def test_a_form_that_names_nobody_is_unreadable() -> None:
    assert outcome(NAME, {"oid": "00D", "last_name": "Müller"}) == Unreadable("neither e-mail address nor phone number")


def test_choices_under_one_name_are_one_answer() -> None:
    (element,) = read(READER, Delivery(b"email=a%40b.example&00N1=x&00N1=y&00N1="), connection(NAME))
    assert element.kept == {"email": "a@b.example", "00N1": "x; y"}


def test_anybody_may_post_since_nothing_in_the_form_is_secret() -> None:
    assert READER.verify(Delivery(b""), connection(NAME, secrets=()), NOW) == Verified()


def test_the_browser_is_sent_to_an_allowed_page() -> None:
    target = "https://www.example.com/thanks?x=1"
    assert acknowledged(target, "www.example.com") == Reply(303, "text/html", b"", target)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/thanks",
        "javascript:alert(1)",
        "https://evil.example\\@www.example.com/",
        "https://www.example.com@evil.example/",
        "https://user:x@www.example.com/",
        "https://www.example.com.evil.example/",
        "https:///www.example.com/",
        "https://www.example.com/\r\nSet-Cookie: a=b",
        "ht\ntps://www.example.com/",
        "https://[www.example.com/",
        "https://www.exämple.com/",
        "",
    ],
)
def test_no_other_page_is_gone_to(target: str) -> None:
    reply = acknowledged(target, "www.example.com", "www.exämple.com")
    assert reply is not None
    assert (reply.status, reply.location) == (200, None)


def test_without_an_allowed_host_or_a_readable_form_there_is_a_page() -> None:
    assert acknowledged("https://www.example.com/thanks") == READER.acknowledge(Delivery(b"%FF"), connection(NAME))
