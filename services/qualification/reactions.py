"""The commands that follow from other services' events."""

from collections.abc import Sequence
from typing import Any

from services.qualification.lead import commands
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import Details, Engagement, Profile
from services.qualification.setting import commands as setting_commands
from services.qualification.setting.decider import ALL
from services.qualification.setting.decider import DECIDER as SETTING
from services.qualification.upstream import intake, pipeline
from services.qualification.upstream.forecast import ForecastEvent, SettingChanged
from services.qualification.upstream.intake import IntakeEvent
from services.qualification.upstream.pipeline import PipelineEvent
from shared.organisation.events import NodeEnded, NodePlaced
from shared.rules.decider import Reference
from shared.rules.message import RecordedEvent
from shared.rules.reaction import Reaction

LONGEST_RULE = 200


def react(recorded: RecordedEvent[IntakeEvent | PipelineEvent | ForecastEvent]) -> Sequence[Reaction]:
    event = recorded.event
    match event:
        case intake.LeadCaptured() | intake.EngagementAdded():
            return record_capture(recorded.subject, event)
        case intake.ActivityRecorded():
            return record_activity(recorded.subject, event)
        case intake.LeadMerged():
            return merge(recorded.subject, event)
        case intake.LeadUnmerged():
            return [
                to_lead(recorded.subject, commands.Unmerge()),
                to_lead(event.was_into, commands.SeparateLead(lead_id=recorded.subject)),
            ]
        case intake.PersonErased():
            return [to_lead(lead_id, commands.Erase()) for lead_id in event.lead_ids]
        case pipeline.Opened():
            return qualified(recorded, event.lead_ids) if event.qualified else []
        case pipeline.LeadAttached():
            return qualified(recorded, [event.lead_id]) if event.qualified else []
        case pipeline.StageChanged():
            return follow_deal(recorded, event)
        case pipeline.HandOverRefused():
            command = commands.TakeBackHandOver(opportunity_id=recorded.subject, rule=event.rule[:LONGEST_RULE])
            return [to_lead(event.lead_id, command)]
        case SettingChanged():
            return [copy_settings(event)] if event.timezone or event.calendar else []
        case intake.ProspectRecorded():
            return []
        case pipeline.Assigned() | pipeline.Corrected() | NodePlaced() | NodeEnded():
            return []


def record_capture(lead_id: str, event: intake.Captured) -> Sequence[Reaction]:
    """A merged lead keeps its own engagements, in case the merge is undone; they count for its survivor."""
    command = engagement_command(event)
    if event.merged_into is None:
        return [to_lead(lead_id, command)]
    counted = command.model_copy(update={"engagement": command.engagement._replace(through=lead_id)})
    return [to_lead(lead_id, command), to_lead(event.merged_into, counted)]


def record_activity(lead_id: str, event: intake.ActivityRecorded) -> Sequence[Reaction]:
    command = commands.RecordActivity(activity_id=event.activity_id, kind=event.kind, engaged_at=event.engaged_at)
    if event.merged_into is None:
        return [to_lead(lead_id, command)]
    counted = command.model_copy(update={"through": lead_id})
    return [to_lead(lead_id, command), to_lead(event.merged_into, counted)]


def merge(lead_id: str, event: intake.LeadMerged) -> Sequence[Reaction]:
    absorb = commands.AbsorbLead(lead_id=lead_id)
    merged = [
        to_lead(lead_id, commands.MergeInto(into=event.into)),
        Reaction(DECIDER, event.into, absorb, references={"other": Reference(DECIDER, lead_id)}),
    ]
    if event.was_into is None:
        return merged
    return [*merged, to_lead(event.was_into, commands.SeparateLead(lead_id=lead_id))]


def to_lead(lead_id: str, command: commands.LeadCommand) -> Reaction:
    return Reaction(DECIDER, lead_id, command)


def engagement_command(event: intake.Captured) -> commands.RecordEngagement:
    details = event.details or intake.Details()
    company = event.company or intake.Company()
    engagement = Engagement(
        capture_id=event.capture_id,
        source=event.source,
        engaged_at=event.engaged_at,
        details=Details(attended=details.attended, asset_type=details.asset_type, double_opt_in=details.double_opt_in),
        profile=Profile(
            domain=company.domain,
            country=company.country,
            industry=company.industry,
            employees=company.employees,
            role=event.role_class,
            email_kind=event.email_kind,
            email_domain=event.email_domain,
        ),
        supplements=event.supplements,
    )
    return commands.RecordEngagement(
        person_id=event.person_id,
        external_id=event.external_id,
        engagement=engagement,
        campaign=event.campaign.utm_campaign if event.campaign else None,
    )


def qualified(recorded: RecordedEvent[Any], lead_ids: Sequence[str]) -> Sequence[Reaction]:
    """A process whose first stage is qualified makes the lead an SQL at once; so does joining a qualified deal."""
    command = commands.FollowDeal(
        opportunity_id=recorded.subject, happened="qualify", qualified=True, happened_at=recorded.occurred_at
    )
    return [to_lead(lead_id, command) for lead_id in lead_ids]


def follow_deal(recorded: RecordedEvent[Any], event: pipeline.StageChanged) -> Sequence[Reaction]:
    if event.command == "advance":
        return []
    command = commands.FollowDeal(
        opportunity_id=recorded.subject,
        happened=event.command,
        qualified=event.qualified,
        reason=event.reason,
        happened_at=recorded.occurred_at,
    )
    return [to_lead(lead_id, command) for lead_id in event.lead_ids]


def copy_settings(event: SettingChanged) -> Reaction:
    command = setting_commands.CopyFromForecast(timezone=event.timezone, calendar=event.calendar, starts=event.starts)
    return Reaction(SETTING, ALL, command)
