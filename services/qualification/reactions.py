"""What qualification does about others' events."""

from collections.abc import Sequence

from services.qualification.lead.commands import Erase, FollowDeal, LeadCommand, RecordEngagement, TakeBack
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.events import Details, Profile
from services.qualification.upstream.intake import (
    Capture,
    Company,
    EngagementAdded,
    IntakeEvent,
    LeadCaptured,
    PersonErased,
)
from services.qualification.upstream.intake import Details as CaptureDetails
from services.qualification.upstream.pipeline import (
    Assigned,
    Corrected,
    HandOverRefused,
    LeadAttached,
    Opened,
    PipelineEvent,
    StageChanged,
)
from shared.rules.message import RecordedEvent
from shared.rules.reaction import Reaction

LONGEST_RULE = 200


def react(fact: RecordedEvent[IntakeEvent | PipelineEvent]) -> Sequence[Reaction]:
    match fact.event:
        case LeadCaptured() | EngagementAdded():
            return [to_lead(fact.subject, engagement(fact.event))]
        case PersonErased():
            return [to_lead(lead_id, Erase()) for lead_id in fact.event.lead_ids]
        case Opened():
            return begun_as(fact.subject, fact.event)
        case LeadAttached():
            return attached(fact.subject, fact.event)
        case StageChanged():
            return moved(fact.subject, fact.event)
        case HandOverRefused():
            rule = fact.event.rule[:LONGEST_RULE]
            return [to_lead(fact.event.lead_id, TakeBack(opportunity_id=fact.subject, rule=rule))]
        case Assigned() | Corrected():
            return []


def to_lead(lead_id: str, command: LeadCommand) -> Reaction:
    return Reaction(DECIDER, lead_id, command)


def engagement(told: Capture) -> RecordEngagement:
    details = told.details or CaptureDetails()
    company = told.company or Company()
    return RecordEngagement(
        person_id=told.person_id,
        external_id=told.external_id,
        capture_id=told.capture_id,
        source=told.source,
        engaged_at=told.engaged_at,
        details=Details(**details.model_dump()),
        profile=Profile(role=told.role_class, email_kind=told.email_kind, **company.model_dump()),
        supplements=told.supplements,
    )


def begun_as(opportunity_id: str, deal: Opened) -> Sequence[Reaction]:
    """A process whose first stage counts as qualified makes the lead an SQL at once."""
    return qualified(opportunity_id, deal.lead_ids) if deal.qualified else []


def attached(opportunity_id: str, deal: LeadAttached) -> Sequence[Reaction]:
    return qualified(opportunity_id, [deal.lead_id]) if deal.qualified else []


def qualified(opportunity_id: str, lead_ids: Sequence[str]) -> Sequence[Reaction]:
    command = FollowDeal(opportunity_id=opportunity_id, happened="qualify", qualified=True)
    return [to_lead(lead_id, command) for lead_id in lead_ids]


def moved(opportunity_id: str, deal: StageChanged) -> Sequence[Reaction]:
    if deal.command == "advance":
        return []
    command = FollowDeal(
        opportunity_id=opportunity_id, happened=deal.command, qualified=deal.qualified, reason=deal.reason
    )
    return [to_lead(lead_id, command) for lead_id in deal.lead_ids]
