"""Recording an engagement: the lead is scored, and may cross the line up or down."""

from datetime import datetime
from decimal import Decimal

from services.qualification.lead import commands, events
from services.qualification.lead.account import account_of_domain
from services.qualification.lead.context import Context
from services.qualification.lead.cycle import crossed_up
from services.qualification.lead.fields import Engagement, LeadFields, Lifecycle
from services.qualification.lead.lifecycle import TRANSITIONS, Trigger
from services.qualification.lead.state import Lead, NotExisting, State, evolve
from services.qualification.model.state import Models
from services.qualification.scoring.decay import rounded
from services.qualification.scoring.engagement import source_before
from services.qualification.scoring.falling import falls_below_at
from services.qualification.scoring.fit import profile_of
from services.qualification.scoring.score import Score, points_given_by, score


def record_engagement(
    state: State, command: commands.RecordEngagement, at: datetime, context: Context
) -> list[events.LeadEvent]:
    lead = state if isinstance(state, Lead) else Lead(first_fields(command, at))
    return engage(lead, command.engagement, at, context)


def record_activity(
    state: State, command: commands.RecordActivity, at: datetime, context: Context
) -> list[events.LeadEvent]:
    """An activity is an engagement of its kind. It makes no lead."""
    if isinstance(state, NotExisting):
        return []
    activity = Engagement(
        command.activity_id,
        source_before(state.engagements, command.engaged_at) or state.fields.lead_source,
        command.engaged_at,
        kind=command.kind,
        through=command.through,
    )
    return engage(state, activity, at, context)


def engage(before: Lead, engagement: Engagement, at: datetime, context: Context) -> list[events.LeadEvent]:
    """The engagement counts from when the person did it. A line is crossed when we hear of it (`at`), by the survivor
    if the lead is merged."""
    if before.fields.erased or is_repeated(before, engagement):
        return []
    engaged = engaged_event(before, engagement, at, context.models)
    if engaged.after.merged_into is not None:
        return [engaged]
    lead = evolve(before, engaged, at)
    return [engaged, *crossing(before, lead, at, context)]


def is_repeated(lead: Lead, engagement: Engagement) -> bool:
    return engagement.capture_id in {each.capture_id for each in lead.engagements}


def engaged_event(before: Lead, engagement: Engagement, at: datetime, models: Models) -> events.LeadEngaged:
    engagements = (*before.engagements, engagement)
    result = score(engagements, before.counts_after, models.current, at)
    domain = profile_of(engagements).account_domain
    fields = scored(before.fields, result, at, models.active)
    fields = fields._replace(domain=domain, account=account_after(before.fields, domain))
    if result.above and may_fall(before):
        fields = fields._replace(falls_below_at=falls_below_at(result, models.current, at))
    points = points_given_by(engagement.capture_id, result.parts, models.current.caps)
    return events.LeadEngaged(after=fields, engagement=engagement, points=points, above=result.above)


def scored(fields: LeadFields, result: Score, at: datetime, version: int) -> LeadFields:
    return fields._replace(
        grade=result.fit.grade,
        score=rounded(result.engagement),
        model_version=version,
        score_at=at,
        falls_below_at=None,
    )


def may_fall(lead: Lead) -> bool:
    """Whether decay ends its cycle: not if another command than an engagement opened it, or pipeline refused the
    hand-over."""
    is_mql = lead.fields.lifecycle is Lifecycle.MQL
    by_itself = lead.fields.refused is None and lead.fields.merged_into is None
    return is_mql and lead.cycles[-1].began == "crossing" and by_itself


def account_after(fields: LeadFields, domain: str | None) -> str | None:
    """The account of a hand-over stays; otherwise it follows the company's domain. In the first release it was that
    domain itself."""
    follows_domain = fields.account in (None, fields.domain, account_of_domain(fields.domain))
    return account_of_domain(domain) if follows_domain else fields.account


def first_fields(command: commands.RecordEngagement, at: datetime) -> LeadFields:
    return LeadFields(
        person_id=command.person_id,
        external_id=command.external_id,
        lead_source=command.engagement.source,
        captured_at=at,
        domain=None,
        account=None,
        lifecycle=Lifecycle.CAPTURED,
        cycle=0,
        mql_at=None,
        mql_source=None,
        touch_by=None,
        touched_at=None,
        sdr=None,
        refused=None,
        opportunity_id=None,
        reason=None,
        next_revisit=None,
        grade=None,
        score=Decimal(0),
        model_version=0,
        erased=False,
        campaign=command.campaign,
    )


def is_still_above(lead: Lead, at: datetime, models: Models) -> bool:
    """Whether it lay above the line before, by the version that scored it last. Time may have passed since."""
    if not lead.above:
        return False
    model = models.versions[lead.fields.model_version]
    return not model.decays or score(lead.engagements, lead.counts_after, model, at).above


def crossing(before: Lead, lead: Lead, at: datetime, context: Context) -> list[events.LeadEvent]:
    """The crossing of the line, if the lead's last engagement made it cross and the table has a pair for it: an SRL's
    engagement opens no cycle."""
    trigger = Trigger.CROSSED_UP if lead.above else Trigger.CROSSED_DOWN
    to = TRANSITIONS.get((lead.fields.lifecycle, trigger))
    if to is None or lead.above == is_still_above(before, at, context.models):
        return []
    if to is Lifecycle.MQL:
        return [crossed_up(lead, at, context)]
    fields = lead.fields._replace(lifecycle=to, refused=None, reason=None, falls_below_at=None)
    return [events.LeadFellBelow(after=fields, crossed_at=at)]
