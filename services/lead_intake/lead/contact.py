"""E-mail addresses, domains and phone numbers in normal form, and what makes two of them the same.

An address keeps the spelling of its local part: only its own mail server could say what it means. Two addresses are one
mailbox when they differ in upper and lower case alone, because hardly any mail server tells those apart. Nothing else
meets: `straße` is not `strasse`, a dotless i is no i, a full-width letter is no ASCII letter, and two ways of encoding
an accent are two local parts. Domains are compared as the name system does, in ASCII and lower case.
"""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from email_validator.syntax import validate_email_domain_name
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    format_number,
    is_possible_number,
    parse,
)

PLAIN = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*")
"""The local part of nearly all addresses. It needs no further validation."""
UNREADABLE = "\ufffd"
MEXICO, BRAZIL, ARGENTINA = 52, 55, 54
SHORT = 47
"""ASCII characters of either part. Whatever Unicode a domain encodes, such an address is shorter than the 254 bytes
that are allowed."""


def email_address(text: str) -> str:
    """The address with its domain in lower case and readable Unicode. Raises `ValueError`; asks no name server. The
    domain `.test` is allowed: it belongs to nobody, and rehearsals need one."""
    local, at, domain = text.rpartition("@")
    if at and domain.isascii() and max(len(local), len(domain)) <= SHORT and PLAIN.fullmatch(local):
        return f"{local}@{mail_domain(domain)}"
    if UNREADABLE in text:
        raise ValueError("must not contain U+FFFD, which stands for a character that could not be read")
    return f"{local}@{validated(text).domain}"


@lru_cache(10_000)
def mail_domain(text: str) -> str:
    """The domain of an address. A few providers have most mailboxes, and validating a domain is costly."""
    return validated(f"someone@{text}").domain


def validated(email: str) -> ValidatedEmail:
    return validate_email(email, check_deliverability=False, test_environment=True)


def mailbox(email: str) -> str:
    """The key under which an address is looked up."""
    local, _, domain = email.rpartition("@")
    return f"{local.lower()}@{domain}"


@lru_cache(10_000)
def domain_name(text: str) -> str:
    """The domain in ASCII and lower case. Raises `ValueError`. An import names the same companies again and again."""
    try:
        return validate_email_domain_name(text, test_environment=True)["ascii_domain"]
    except EmailNotValidError as error:  # which speaks of an email address
        raise ValueError("must be a domain name, such as example.com") from error


def phone_number(text: str, region: str | None) -> str:
    """The number in E.164. Without a + it is read as dialled in `region`; where no region is known, 00 is read as a +,
    because most countries dial it before another country's code. Raises `ValueError`."""
    if region is None and text.startswith("00"):
        text = f"+{text[2:]}"
    try:
        number = reached_number(parse(text, region))
    except NumberParseException as error:
        alternative = "" if region else ", or come with the company's country"
        raise ValueError(f"must begin with + and the country's code, such as +49 30 901820{alternative}") from error
    if not is_possible_number(number):
        raise ValueError("is too short or too long for a phone number of that country")
    return format_number(number, PhoneNumberFormat.E164)


def reached_number(number: PhoneNumber) -> PhoneNumber:
    """The mobile number as it is dialled today, where three countries write it in several ways. Mexico dropped the 1
    after 52 in 2019. Brazil put a 9 in front of its mobile numbers of eight digits by 2016. In Argentina, a mobile
    number that is called from abroad has a 9 after 54, which within the country is a 15."""
    national = str(number.national_number)
    if number.country_code == MEXICO and len(national) == 11 and national.startswith("1"):
        national = national[1:]
    elif number.country_code == BRAZIL and len(national) == 10 and national[2] in "6789":
        national = f"{national[:2]}9{national[2:]}"
    elif number.country_code == ARGENTINA and len(national) == 11 and national.startswith("9"):
        national = national[1:]
    return parse(f"+{number.country_code}{national}")
