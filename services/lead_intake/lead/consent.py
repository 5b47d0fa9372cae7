"""What a person agreed to, as it stands: the last decision on each purpose.

A capture is no decision unless it says so. Who asks again (`pending`) neither takes back nor confirms anything, and a
refusal is lifted only by a grant that names the text agreed to.
"""

from collections.abc import Iterable

from services.lead_intake.lead.events import Captured, Consent


def current_consents(captures: Iterable[Captured]) -> list[Consent]:
    """One for each purpose, in the order of their names."""
    said = sorted((capture.consent for capture in captures if capture.consent), key=lambda consent: consent.at)
    stands: dict[str, Consent] = {}
    for consent in said:
        before = stands.get(consent.purpose)
        if before is None or replaces(consent, before):
            stands[consent.purpose] = consent
    return [stands[purpose] for purpose in sorted(stands)]


def replaces(consent: Consent, before: Consent) -> bool:
    match consent.status:
        case "denied":
            return True
        case "granted":
            return consent.text_version is not None or before.status == "granted"
        case "pending":
            return before.status == "pending"
