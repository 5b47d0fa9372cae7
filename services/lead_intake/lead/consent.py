"""A person's current consents: the last decision on each purpose.

A capture decides nothing unless it says so. A question (`pending`) neither withdraws nor confirms anything, and a
denial is lifted only by a grant that names the text agreed to.
"""

from collections.abc import Iterable

from services.lead_intake.lead.events import CaptureFields, Consent, ConsentChanged


def decisions(captures: Iterable[CaptureFields], changes: Iterable[ConsentChanged] = ()) -> list[Consent]:
    """All of them, in the order in which they were made."""
    of_captures = [capture.consent for capture in captures if capture.consent]
    return sorted([*of_captures, *(change.consent for change in changes)], key=lambda consent: consent.at)


def current_consents(captures: Iterable[CaptureFields], changes: Iterable[ConsentChanged] = ()) -> list[Consent]:
    """One for each purpose, in the order of their names."""
    current: dict[str, Consent] = {}
    for consent in decisions(captures, changes):
        before = current.get(consent.purpose)
        if before is None or replaces(consent, before):
            current[consent.purpose] = consent
    return [current[purpose] for purpose in sorted(current)]


def replaces(consent: Consent, before: Consent) -> bool:
    match consent.status:
        case "denied":
            return True
        case "granted":
            return consent.text_version is not None or before.status == "granted"
        case "pending":
            return before.status == "pending"
