"""The explanation of a lead's score."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.qualification.api.lead_views import format_score
from services.qualification.api.leads import LeadId, ReadsWithin, fold_lead
from services.qualification.lead.scored import counts_after_at, model_version_at
from services.qualification.lead.state import Lead, must_exist
from services.qualification.model.decider import ALL
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.model.events import Grade
from services.qualification.model.state import Models
from services.qualification.scoring.engagement import Contribution, attributed, contributions
from services.qualification.scoring.score import newer_than, score
from shared.rules.fields import Instant
from shared.rules.message import BEGINNING
from shared.web.routing.folded import no_texts

router = APIRouter(tags=["leads"])


class CriterionView(BaseModel):
    criterion: str
    value: str | None
    points: int


class FitExplained(BaseModel):
    grade: Grade | None
    points: int
    criteria: list[CriterionView]


class ContributionView(BaseModel):
    """`event`: the id of the capture or activity. `kind`: of the activity, or `capture`. `decayed_to`: what is left of
    `points`. `counted`: what the group's cap leaves of that; the sum of these is the score. `towards_next`: whether it
    is new enough to count towards the next crossing."""

    event: str
    kind: str
    source: str
    engaged_at: datetime
    rule: str
    group: str
    points: int
    decayed_to: str
    counted: str
    towards_next: bool
    model_version: int


class EngagementExplained(BaseModel):
    score: str
    contributions: list[ContributionView]


class TowardsNext(BaseModel):
    """The points that count towards the next crossing: of engagements after `since`, null: of all."""

    score: str
    since: datetime | None
    above_line: bool


class ScoreView(BaseModel):
    """`falls_below_at`: when decay takes an MQL below the line."""

    lead_id: str
    at: datetime
    model_version: int
    fit: FitExplained
    engagement: EngagementExplained
    towards_next: TowardsNext
    falls_below_at: datetime | None


@router.get("/leads/{lead_id}/score")
async def explain_score(lead_id: LeadId, call: ReadsWithin, at: Annotated[Instant | None, Query()] = None) -> ScoreView:
    """Explain a score: every contribution to the score at `at`, by default now. An engagement counts from when the
    person did it. The version of the model is the one that had scored the lead last."""
    models = (await call.fold(MODEL, ALL, no_texts, may_be_new=True)).state
    found = await fold_lead(call, lead_id)
    lead = must_exist(found.state)
    return score_view(found.subject, lead, models, call.context.clock_and_ids.now() if at is None else at)


def score_view(lead_id: str, lead: Lead, models: Models, at: datetime) -> ScoreView:
    version, counts_after = model_version_at(lead, at), counts_after_at(lead, at)
    engagements = [engagement for engagement in attributed(lead.engagements) if engagement.engaged_at <= at]
    newer = {engagement.capture_id for engagement in newer_than(counts_after, engagements)}
    result = score(engagements, counts_after, models.versions[version], at)
    parts = contributions(result.parts, models.versions[version].caps)
    return ScoreView(
        lead_id=lead_id,
        at=at,
        model_version=version,
        fit=FitExplained(
            grade=result.fit.grade,
            points=result.fit.points,
            criteria=[CriterionView(**criterion._asdict()) for criterion in result.fit.criteria],
        ),
        engagement=EngagementExplained(
            score=format_score(result.engagement),
            contributions=[contribution_view(part, part.capture_id in newer, version) for part in parts],
        ),
        towards_next=TowardsNext(
            score=format_score(result.towards_next),
            since=None if counts_after == BEGINNING else counts_after,
            above_line=result.above,
        ),
        falls_below_at=lead.fields.falls_below_at,
    )


def contribution_view(part: Contribution, is_newer: bool, version: int) -> ContributionView:
    return ContributionView(
        event=part.capture_id,
        kind=part.kind,
        source=part.source,
        engaged_at=part.engaged_at,
        rule=part.rule,
        group=part.group,
        points=part.points,
        decayed_to=format_score(part.decayed),
        counted=format_score(part.counted),
        towards_next=is_newer,
        model_version=version,
    )
