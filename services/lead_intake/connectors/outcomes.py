"""The closed list of what a delivery can yield.

A delivery's body holds one or more elements; a reader answers each with an `Element`, which has at least one
`Outcome`. No reader raises an error for anything that a vendor, or somebody else, can send.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.lead_intake.connectors.delivery import Json, JsonObject


@dataclass(frozen=True)
class PersonRef:
    """The person that an outcome is about. `vendor_id`: the vendor's own id of the person, `system:id`."""

    email: str | None = None
    phone: str | None = None
    vendor_id: str | None = None

    @property
    def has_address(self) -> bool:
        return self.email is not None or self.phone is not None


VendorActivityKind = Literal[
    "email_clicked",
    "page_viewed",
    "unsubscribed",
    "bounced",
    "meeting_booked",
    "meeting_canceled",
    "no_show",
    "registration_canceled",
]
LookupPurpose = Literal["capture", "profile", "merge", "erasure"]


@dataclass(frozen=True)
class Capture:
    """`body`: as `POST /intake/v1/leads` takes it, to be validated leniently. A capture without a usable time has no
    `occurred_at`: the time of receipt counts. `vendor_person_id`: finds the person again when the vendor names nobody
    else, as in an erasure. `consent_evidence`: field and wording that the consent was given to."""

    body: JsonObject
    vendor_person_id: str | None = None
    consent_evidence: str | None = None

    @property
    def external_id(self) -> str | None:
        return self.body.get("external_id")

    @property
    def occurred_at(self) -> datetime | None:
        instant = self.body.get("occurred_at")
        return None if instant is None else datetime.fromisoformat(instant)


@dataclass(frozen=True)
class Activity:
    """`subject`: the booking or webinar that it belongs to. `replaces`: the subject of the booking that this one
    reschedules. `undone`: takes an earlier activity with this subject back. `detail`: the vendor's reason. `awaited`:
    of a person who is not known yet, it waits for the capture; otherwise it is ignored."""

    kind: VendorActivityKind
    person: PersonRef
    occurred_at: datetime | None
    external_id: str | None
    subject: str | None = None
    replaces: str | None = None
    undone: bool = False
    detail: str | None = None
    awaited: bool = True


@dataclass(frozen=True)
class ProfileChange:
    """`fields`: `person` and `company` in the shape of `POST /intake/v1/leads`, what is known and no more."""

    person: PersonRef
    fields: JsonObject
    occurred_at: datetime | None
    external_id: str | None


@dataclass(frozen=True)
class IdentityChange:
    """A person is reached by another address from now on."""

    old: PersonRef
    new: PersonRef
    occurred_at: datetime | None
    external_id: str | None


@dataclass(frozen=True)
class Erasure:
    person: PersonRef
    occurred_at: datetime | None
    external_id: str | None


@dataclass(frozen=True)
class Ignored:
    """Understood, and nothing to do."""

    reason: str


@dataclass(frozen=True)
class NeedsLookup:
    """Ids alone. `external_id`: of the capture that the looked-up body will yield, where it is known already."""

    ids: Mapping[str, str]
    wanted: LookupPurpose
    occurred_at: datetime | None
    external_id: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """Belongs into quarantine. The reason has no personal data."""

    reason: str


Outcome = Capture | Activity | ProfileChange | IdentityChange | Erasure | Ignored | NeedsLookup | Unreadable


@dataclass(frozen=True)
class Element:
    """One element of a delivery. `pointer`: its JSON pointer in the body. `identity`: equal for a repetition, within
    `repeats_within` where that is set, else for ever; a digest of `kept` where the vendor has no id, so it must be
    stored where personal data may be. `kept`: the element without secrets, which `reader.reread` takes."""

    pointer: str
    identity: str
    kept: Json
    outcomes: tuple[Outcome, ...]
    repeats_within: timedelta | None = None
