"""A person's current consents: the last decision on each purpose.

A capture decides nothing unless it says so. A question (`pending`) neither withdraws nor confirms anything, and a
denial is lifted only by a grant that names the text agreed to. An unsubscription denies every purpose, those on which a
decision arrives later too: the order of arrival changes nothing.
"""

from collections.abc import Iterable

from services.lead_intake.lead.events import ActivityRecorded, CaptureFields, Consent, ConsentChanged

OF_ONE_INSTANT = ("pending", "granted", "denied")
"""The decisions in order: of those that were made at the same instant, the last of these counts."""


def decisions(
    captures: Iterable[CaptureFields],
    changes: Iterable[ConsentChanged] = (),
    activities: Iterable[ActivityRecorded] = (),
) -> list[Consent]:
    """All decisions, in the order in which they were made."""
    made = [capture.consent for capture in captures if capture.consent]
    made += [change.consent for change in changes]
    purposes = {consent.purpose for consent in made}
    denied = {(consent.purpose, consent.at) for consent in made if consent.status == "denied"}
    instants = {activity.engaged_at for activity in activities if activity.kind == "unsubscribed"}
    implied = {(purpose, at) for purpose in purposes for at in instants} - denied
    made += [Consent(status="denied", purpose=purpose, text_version=None, at=at) for purpose, at in implied]
    return sorted(made, key=lambda one: (one.at, OF_ONE_INSTANT.index(one.status), one.purpose))


def current_consents(
    captures: Iterable[CaptureFields],
    changes: Iterable[ConsentChanged] = (),
    activities: Iterable[ActivityRecorded] = (),
) -> list[Consent]:
    """The last decision on each purpose, in the order of the purposes' names."""
    current: dict[str, Consent] = {}
    for consent in decisions(captures, changes, activities):
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
