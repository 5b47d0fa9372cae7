"""Why a lead scores what it scores."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from services.qualification.api.leads import LeadId, Reads
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.state import Lead, NotThere
from services.qualification.model.decider import ALL
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.model.events import Grade, ScoringModel
from services.qualification.scoring.engagement import Contribution
from services.qualification.scoring.score import score
from shared.rules.message import BEGINNING, Missing

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
    """`event`: the capture. `counted`: what the group's cap left of `points`. `decayed_to`: null, nothing decays yet.
    `towards_next`: whether it is new enough to count towards the next crossing."""

    event: str
    source: str
    engaged_at: datetime
    rule: str
    group: str
    points: int
    counted: int
    decayed_to: str | None
    towards_next: bool
    model_version: int


class EngagementExplained(BaseModel):
    score: str
    contributions: list[ContributionView]


class TowardsNext(BaseModel):
    """What counts towards the next crossing: what the person did after `since`, null: ever."""

    score: str
    since: datetime | None
    above_line: bool


class ScoreView(BaseModel):
    lead_id: str
    model_version: int
    fit: FitExplained
    engagement: EngagementExplained
    towards_next: TowardsNext


@router.get("/leads/{lead_id}/score")
async def explained(lead_id: LeadId, call: Reads) -> ScoreView:
    """Every contribution, by the version of the model that the lead was scored with last."""
    models = await call.fold(MODEL, ALL, lambda state: [], may_be_new=True)
    known = await call.fold(DECIDER, lead_id, lambda state: [])
    if isinstance(known.state, NotThere):
        raise Missing("there is no such lead")
    return view(lead_id, known.state, models.state.versions[known.state.standing.model_version])


def view(lead_id: str, lead: Lead, model: ScoringModel) -> ScoreView:
    result = score(lead.engagements, lead.counts_after, model)
    since = None if lead.counts_after == BEGINNING else lead.counts_after
    version = lead.standing.model_version
    return ScoreView(
        lead_id=lead_id,
        model_version=version,
        fit=FitExplained(
            grade=result.fit.grade,
            points=result.fit.points,
            criteria=[CriterionView(**vars(each)) for each in result.fit.criteria],
        ),
        engagement=EngagementExplained(
            score=str(result.engagement),
            contributions=[shown(each, lead.counts_after, version) for each in result.contributions],
        ),
        towards_next=TowardsNext(score=str(result.towards_next), since=since, above_line=result.above),
    )


def shown(each: Contribution, counts_after: datetime, version: int) -> ContributionView:
    return ContributionView(
        event=each.capture_id,
        source=each.source,
        engaged_at=each.engaged_at,
        rule=each.rule,
        group=each.group,
        points=each.points,
        counted=each.counted,
        decayed_to=None,
        towards_next=each.engaged_at > counts_after,
        model_version=version,
    )
