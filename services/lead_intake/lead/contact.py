"""E-mail addresses and phone numbers in the one form in which they are stored, and compared."""

import re
from functools import lru_cache

from email_validator import ValidatedEmail, validate_email
from email_validator.syntax import validate_email_domain_name
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    format_number,
    is_possible_number,
    parse,
)

PLAIN = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*")
"""What stands before the @ of nearly all addresses, and needs no closer look."""
SHORT = 47
"""ASCII characters of either part: whatever Unicode a domain stands for, the whole has fewer than the 254 bytes that an
address may have."""


def email_address(text: str) -> str:
    """Its domain in lower case and readable Unicode. Raises `ValueError`; asks no name server. `.test` is let through:
    nobody's address, and every rehearsal's."""
    local, at, domain = text.rpartition("@")
    if at and domain.isascii() and max(len(local), len(domain)) <= SHORT and PLAIN.fullmatch(local):
        return f"{local}@{mail_domain(domain)}"
    return validated(text).normalized


@lru_cache(10_000)
def mail_domain(text: str) -> str:
    """As in an address. Few providers have most people, and it costs more to look at than all else of an address."""
    return validated(f"someone@{text}").domain


def validated(email: str) -> ValidatedEmail:
    return validate_email(email, check_deliverability=False, test_environment=True)


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
