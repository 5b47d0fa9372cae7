"""Commands on a lead."""

from datetime import timedelta

from services.lead_intake.lead import events
from services.lead_intake.lead.capture_body import CaptureLead, CompanyInput, PersonInput
from shared.rules.fields import ExternalId, Instant, Label, Line
from shared.rules.message import Command


class RecordCapture(Command):
    """`body`, with the ids that the capture gets if it is new.

    `content`: a keyed digest of the body. `is_anonymous`: neither an external id nor an Idempotency-Key distinguishes
    it from a second click, so time and content have to: within a minute, or as long as `repeats_within` says.
    `connection_id`: the connection through which it arrived;
    `form_key`: the form. `consent_evidence`: field and wording that the consent was given to.
    """

    body: CaptureLead
    capture_id: str
    person_id: str
    engaged_at: Instant
    is_anonymous: bool
    content: str
    repeats_within: timedelta | None = None
    connection_id: str | None = None
    consent_evidence: str | None = None
    form_key: str | None = None


class RecordActivity(Command):
    """`purpose`: what an unsubscription is about, besides all that the person decided on before."""

    activity_id: str
    kind: events.ActivityKind
    engaged_at: Instant
    external_id: ExternalId | None
    connection_id: str | None = None
    subject: Line | None = None
    purpose: Label | None = None

    @classmethod
    def of(cls, recorded: events.ActivityRecorded) -> "RecordActivity":
        return cls.model_validate(recorded.model_dump(include=set(cls.model_fields)))


class ChangeProfile(Command):
    """The given fields of the person's profile change; the others stay as they are."""

    person: PersonInput
    company: CompanyInput | None = None
    changed_at: Instant
    external_id: ExternalId | None
    connection_id: str | None = None


class ChangeConsent(Command):
    consent: events.Consent
    evidence: str | None = None


class LinkExternalId(Command):
    """An id that the lead has in another system."""

    external_id: ExternalId


class MergeInto(Command):
    """`into`: the lead that is the same person, and stays. `absorbed`: the leads that move with this one."""

    into: str
    absorbed: tuple[str, ...] = ()


class AbsorbLead(Command):
    """The other side of a merge: `lead_id` was merged into this lead, `into`."""

    lead_id: str
    into: str


class MoveToSurvivor(Command):
    """The lead that this one is merged into was merged itself, into `into`: so this one is, too."""

    into: str


class Unmerge(Command):
    """The lead is a person of its own again. `was_into`: the lead that it is merged into. `beside`: all leads that are
    merged into that one."""

    was_into: str
    beside: tuple[str, ...]


class SeparateLead(Command):
    """The other side: `lead_id` is merged into this lead, `was_into`, no longer."""

    lead_id: str
    was_into: str


class MoveBack(Command):
    """The lead `into`, with which this one moved to another survivor, is a person of its own again."""

    into: str


MergeCommand = MergeInto | AbsorbLead | MoveToSurvivor | Unmerge | SeparateLead | MoveBack
LeadCommand = RecordCapture | RecordActivity | ChangeProfile | ChangeConsent | LinkExternalId | MergeCommand
