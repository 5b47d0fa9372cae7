"""The fields of a lead after an event, and the values in them. Stored for ever, in events: add, never change."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from services.qualification.model.events import Grade
from shared.rules.fields import ExternalId, Line, Slug
from shared.rules.message import Message
from shared.rules.money import Amount


class Lifecycle(StrEnum):
    CAPTURED = "captured"
    MQL = "mql"
    SRL = "srl"
    SQL = "sql"
    NURTURE = "nurture"
    REJECTED = "rejected"
    CUSTOMER = "customer"


class Motion(StrEnum):
    NEW_BUSINESS = "new_business"
    EXISTING_BUSINESS = "existing_business"


class BantStatus(StrEnum):
    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Profile(Message):
    """The attributes in one engagement by which the fit is graded. None: the engagement lacks this one."""

    domain: Line | None = None
    industry: Line | None = None
    country: Line | None = None
    employees: int | None = None
    role: Line | None = None
    email_kind: Line | None = None
    email_domain: Line | None = None

    @property
    def account_domain(self) -> str | None:
        """The company's, or else that of the business e-mail address."""
        return self.domain or self.email_domain


class Details(Message):
    """The details on which scoring rules may depend, besides the source."""

    attended: bool | None = None
    asset_type: Line | None = None
    double_opt_in: bool | None = None


CAPTURE = "capture"
"""The kind of an engagement that intake captured."""


class Engagement(NamedTuple):
    """Something that the person did: a capture, or an activity of another `kind`, whose id is in `capture_id` and which
    has the source of the capture before it. `engaged_at`: when they did it, however late it was captured.
    `supplements`: the capture of the same engagement that this one adds content to. `through`: the merged lead that it
    belongs to."""

    capture_id: Line
    source: Slug
    engaged_at: datetime
    details: Details = Details()
    profile: Profile = Profile()
    kind: Slug = CAPTURE
    supplements: Line | None = None
    through: Line | None = None

    @property
    def original(self) -> str:
        """The capture that this one is a part of: its own, or the one that it supplements."""
        return self.supplements or self.capture_id


class LeadFields(NamedTuple):
    """The fields of a lead. A new field needs a default: stored events lack it.

    - `lead_source`, `campaign`: those of the first capture.
    - `domain`: of the company, or else of the business e-mail address.
    - `account`: that of the domain, or of the last hand-over.
    - `cycle`: how often the lead became MQL. `mql_at`, `mql_source`, `touch_by`, the touches, `sdr` and `refused`
      belong to the current cycle.
    - `touched_at`, `rep_touched_at`: the first touch before and after the hand-over.
    - `refused`: the rule by which pipeline refused the last hand-over.
    - `opportunity_id`: the lead's deal, unless that is lost.
    - `reason`: the code with which the lead, or its deal, was moved last; None if that move has none.
    - `score`: of all engagement, by `model_version`, at `score_at`.
    - `falls_below_at`: when decay alone takes an MQL below the line.
    - `next_revisit_at`: when the day `next_revisit` begins; `revisit_due_at`: since when the revisit is due.
    - `merged_into`: the lead that is the same person, and is worked in place of this one.
    - `claim_ends_at`: when the claim ends if nobody touches the lead.
    - `route`: the routing rule by which an SDR is still to be chosen.
    """

    person_id: Line
    external_id: ExternalId | None
    lead_source: Slug
    captured_at: datetime
    domain: Line | None
    account: Line | None
    lifecycle: Lifecycle
    cycle: int
    mql_at: datetime | None
    mql_source: Slug | None
    touch_by: datetime | None
    touched_at: datetime | None
    sdr: Line | None
    refused: Line | None
    opportunity_id: Line | None
    reason: Slug | None
    next_revisit: date | None
    grade: Grade | None
    score: Amount
    model_version: int
    erased: bool
    score_at: datetime | None = None
    falls_below_at: datetime | None = None
    rep_touched_at: datetime | None = None
    next_revisit_at: datetime | None = None
    revisit_due_at: datetime | None = None
    merged_into: Line | None = None
    campaign: Line | None = None
    claim_ends_at: datetime | None = None
    route: Slug | None = None

    @property
    def is_worked(self) -> bool:
        """Whether SDRs and reps work the lead: not if the person was erased, or another lead stands in its place."""
        return not self.erased and self.merged_into is None

    @property
    def is_queued(self) -> bool:
        """Whether it waits for an SDR: as an MQL, or with a revisit that is due."""
        return self.is_worked and (self.lifecycle is Lifecycle.MQL or self.revisit_due_at is not None)

    @property
    def claim_falls_due_at(self) -> datetime | None:
        return self.claim_ends_at if self.is_queued and self.sdr is not None else None

    @property
    def routing_falls_due_at(self) -> datetime | None:
        """The instant at which an SDR is to be chosen, which is at once."""
        return self.mql_at if self.is_queued and self.route is not None else None

    @property
    def revisit_falls_due_at(self) -> datetime | None:
        """Events of the first release have the day alone: it began in UTC."""
        if self.next_revisit is None or self.lifecycle is not Lifecycle.NURTURE or not self.is_worked:
            return None
        return self.next_revisit_at or datetime.combine(self.next_revisit, time(), UTC)
