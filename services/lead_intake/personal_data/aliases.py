"""The aliases by which a person is found: blind indexes of addresses, and ids of vendors."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.lead_intake.lead.capture_body import PersonInput
from services.lead_intake.lead.contact import mailbox
from shared.store.aliases import BlindIndex


@dataclass(frozen=True)
class Identity:
    """Aliases. `resolve_by` lead to the person, the strongest first, each unless its alias in `unless` is taken. The
    person claims those of `also_claim` that are free.

    Colleagues share a switchboard's number and must not become one lead. So beside an e-mail address a phone leads only
    to a person whose phone was never given with an address.
    """

    resolve_by: list[str]
    also_claim: list[str]
    unless: Mapping[str, str]


def identity(blind_index: BlindIndex, person: PersonInput) -> Identity:
    email = email_alias(blind_index, person.email) if person.email else None
    if person.phone is None:
        return Identity([email] if email else [], [email] if email else [], {})
    phone = blind_index.index("phone", person.phone)
    alone = blind_index.index("phone alone", person.phone)
    beside_email = blind_index.index("phone beside e-mail", person.phone)
    if email is None:
        return Identity([alone, phone], [phone, alone], {})
    return Identity([email, alone], [email, phone, beside_email], {alone: beside_email})


def email_alias(blind_index: BlindIndex, email: str) -> str:
    return blind_index.index("email", mailbox(email))


def prospect_email_alias(blind_index: BlindIndex, email: str) -> str:
    return blind_index.index("prospect-email", mailbox(email))


def vendor_person_alias(blind_index: BlindIndex, vendor_id: str) -> str:
    """The alias of a person by the id that a vendor has for them."""
    return blind_index.index("vendor person", vendor_id)


def awaited_alias(alias: str) -> str:
    """The alias of what waits for the person who will have `alias`."""
    return f"awaited {alias}"
