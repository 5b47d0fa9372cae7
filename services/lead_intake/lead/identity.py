"""E-mail addresses and phone numbers in the one form in which they are stored, and compared."""

from functools import lru_cache

from email_validator import validate_email
from email_validator.syntax import validate_email_domain_name
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    format_number,
    is_possible_number,
    parse,
)


def email_address(text: str) -> str:
    """Its domain in lower case and readable Unicode. Raises `ValueError`; asks no name server. `.test` is let through:
    nobody's address, and every rehearsal's."""
    return validate_email(text, check_deliverability=False, test_environment=True).normalized


def mailbox(email: str) -> str:
    """Two spellings of one mailbox give the same: hardly any mail server tells upper from lower case."""
    local, _, domain = email.rpartition("@")
    return f"{local.casefold()}@{domain}"


@lru_cache(10_000)
def domain_name(text: str) -> str:
    """In ASCII and lower case. Raises `ValueError`. Companies come again, in an import one after the other."""
    return validate_email_domain_name(text, test_environment=True)["ascii_domain"]


def phone_number(text: str, region: str | None) -> str:
    """In E.164. Without a + it is read as dialled in `region`. Raises `ValueError`."""
    try:
        number = parse(text, region)
    except NumberParseException as error:
        told = "" if region else ", or the company's country must be given"
        raise ValueError(f"must be a phone number that begins with + and the country's code{told}") from error
    if not is_possible_number(number):
        raise ValueError("is too short or too long for a phone number of that country")
    return format_number(number, PhoneNumberFormat.E164)
