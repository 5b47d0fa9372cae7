"""An address is judged as the library does it, however short the way."""

import unicodedata
from collections.abc import Callable

import pytest
from email_validator import validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from services.lead_intake.lead.contact import PLAIN, SHORT, email_address, mail_domain, mailbox, phone_number

LETTERS = 'aZ1._-+@ "[]<>ü\u0130\u200d'
ANY = st.text(LETTERS, max_size=SHORT + 6)
LOCALS = st.one_of(ANY, st.from_regex(PLAIN, fullmatch=True), st.sampled_from(["INFO", "info", "Postmaster", "a" * 65]))
ODD = ["[127.0.0.1]", "a.invalid", "a..example", ".example", "example.", "customer.example>", f"{'a' * 63}.example"]
SOUND = ["customer.example", "CUSTOMER.Example", "münchen.example", "xn--mnchen-3ya.example", "a.test", "localhost"]
DOMAINS = st.one_of(ANY, st.sampled_from([*SOUND, *ODD]))


def of_the_library(text: str) -> str:
    return validate_email(text, check_deliverability=False, test_environment=True).normalized


def judged(text: str, judge: Callable[[str], str]) -> str:
    try:
        return judge(text)
    except ValueError as error:
        return f"refused: {error}"


@given(local=LOCALS, domain=DOMAINS)
@example("ada", "customer.example")
@example("ada", "b@customer.example")
@example("", "customer.example")
@example("ada", "")
@example("a" * 64, ".".join(["ü"] * 28) + ".example")
def test_the_short_way_says_what_the_library_says(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    assert same_spelling(judged(text, email_address)) == same_spelling(judged(text, of_the_library))


def same_spelling(address: str) -> str:
    """The library rewrites accents, and a few names that every domain has, such as INFO; we keep what was given."""
    return unicodedata.normalize("NFC", address).lower()


def test_an_address_with_a_character_that_could_not_be_read_is_none() -> None:
    with pytest.raises(ValueError, match="could not be read"):
        email_address("a\ufffdb@customer.example")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("strasse", "straße"),
        ("ali", "alı"),
        ("ali", "alİ"),
        ("andr\u00e9", "andre\u0301"),
        ("ada", "\uff41da"),
        ("ada", "ada+news"),
        ("ada.l", "adal"),
    ],
)
def test_two_local_parts_are_two_mailboxes(one: str, other: str) -> None:
    addresses = [email_address(f"{local}@customer.example") for local in (one, other)]
    assert mailbox(addresses[0]) != mailbox(addresses[1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada.L@customer.example", "ada.l@CUSTOMER.example"),
        ("ANDR\u00c9@customer.example", "andr\u00e9@customer.example"),
        ("ada@münchen.example", "ada@xn--mnchen-3ya.example"),
    ],
)
def test_case_and_the_encoding_of_a_domain_make_no_other_mailbox(one: str, other: str) -> None:
    assert mailbox(email_address(one)) == mailbox(email_address(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+52 1 55 1234 5678", "+52 55 1234 5678"),
        ("+55 41 98765-4321", "+55 41 8765-4321"),
        ("+54 9 11 2345-6789", "+54 11 2345-6789"),
        ("+49 (0)30 901820", "+49 30 901820"),
        ("0049 30 901820", "+49 30 901820"),
    ],
)
def test_numbers_that_reach_one_phone_are_one(one: str, other: str) -> None:
    assert phone_number(one, None) == phone_number(other, None)


def test_a_landline_of_brazil_gets_no_ninth_digit() -> None:
    assert phone_number("+55 41 3222-1234", None) == "+554132221234"


@pytest.mark.parametrize("text", ["", "ada", "customer.example"])
def test_a_text_without_an_at_sign_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="@-sign"):
        email_address(text)


def test_a_domain_is_looked_at_once() -> None:
    mail_domain.cache_clear()
    assert [email_address(f"{name}@Customer.example") for name in ("ada", "bob", "eve")] == [
        "ada@customer.example",
        "bob@customer.example",
        "eve@customer.example",
    ]
    assert (mail_domain.cache_info().misses, mail_domain.cache_info().hits) == (1, 2)
