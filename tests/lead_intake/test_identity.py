"""An address is judged as the library does it, however short the way."""

from collections.abc import Callable

import pytest
from email_validator import validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from services.lead_intake.lead.contact import PLAIN, SHORT, email_address, mail_domain

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
    assert judged(text, email_address) == judged(text, of_the_library)


@pytest.mark.parametrize("text", ["", "ada", "customer.example"])
def test_without_an_at_sign_it_is_none(text: str) -> None:
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
