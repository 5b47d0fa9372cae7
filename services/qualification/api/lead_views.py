"""Leads as answers show them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from services.qualification.lead.fields import BantStatus, LeadFields, Lifecycle
from services.qualification.lead.state import BantAnswer, Cycle, Lead, State, Transition
from services.qualification.model.events import BantName, Grade
from services.qualification.scoring.decay import rounded
from services.qualification.scoring.fit import is_prospect
from shared.rules.money import text
from shared.web.routing.folded import Folded


class FitView(BaseModel):
    """Null: nothing is known that a criterion depends on. Such a lead counts as C."""

    grade: Grade | None


class EngagementView(BaseModel):
    """The score of all that the person did, a decimal in a string."""

    score: str


class BantView(BaseModel):
    """`evidence` is null without the scope `people:read`, when there is none, and when the person was erased."""

    status: BantStatus = BantStatus.UNKNOWN
    evidence: str | None = None
    at: datetime | None = None
    by: str | None = None


class BantViews(BaseModel):
    budget: BantView
    authority: BantView
    need: BantView
    timing: BantView


class CycleView(BaseModel):
    """A cycle, from becoming MQL (`began`: how) to its outcome: fell_below, rejected, nurtured, lost, recycled or
    won."""

    n: int
    began: str
    mql_at: datetime
    srl_at: datetime | None
    sql_at: datetime | None
    outcome: str | None
    reason: str | None
    opportunity_id: str | None


class TransitionView(BaseModel):
    """One move through the lifecycle."""

    at: datetime
    from_lifecycle: Lifecycle | None
    to_lifecycle: Lifecycle
    cycle: int
    reason: str | None


class LeadSummary(BaseModel):
    """`source`: that of the first capture. `prospect`: whether the person fits the ideal customer (grade A or
    B), null when no criterion is known. `score_at`: when
    the engagement had this score, null for leads of the first release that did nothing since. `refused`: the
    rule by which pipeline refused the last hand-over. `touched_at` and `rep_touched_at`: the first touch before and
    after the hand-over. `claim_ends_at`: when the claim ends if nobody touches the lead. `falls_below_at`: when decay
    takes it below the line. `revisit_due_at`: since when an SDR should look at it again."""

    lead_id: str
    external_id: str | None
    person_id: str
    source: str
    captured_at: datetime
    account: str | None
    lifecycle: Lifecycle
    cycle: int
    fit: FitView
    prospect: bool | None
    engagement: EngagementView
    score_at: datetime | None
    model_version: int
    sdr: str | None
    claim_ends_at: datetime | None
    mql_at: datetime | None
    mql_source: str | None
    touch_by: datetime | None
    touched_at: datetime | None
    rep_touched_at: datetime | None
    falls_below_at: datetime | None
    refused: str | None
    opportunity_id: str | None
    reason: str | None
    next_revisit: date | None
    revisit_due_at: datetime | None


class LeadView(LeadSummary):
    cycles: list[CycleView]
    bant: BantViews
    history: list[TransitionView]


def lead_summary(fields: Mapping[str, Any], lead_id: str) -> LeadSummary:
    """`fields`: those of the state, or a row of the read model."""
    copied = {name: fields[name] for name in LeadSummary.model_fields if name in fields}
    own = {
        "lead_id": lead_id,
        "source": fields["lead_source"],
        "fit": FitView(grade=fields["grade"]),
        "prospect": is_prospect(fields["grade"] and Grade(fields["grade"])),
        "engagement": EngagementView(score=format_score(fields["score"])),
    }
    return LeadSummary.model_validate(copied | own)


def lead_view(found: Folded[State], lead: Lead, fields: LeadFields, *, with_evidence: bool) -> LeadView:
    """`fields`: the lead's, with its present score."""
    own = {
        "cycles": [cycle_view(cycle) for cycle in lead.cycles],
        "bant": bant_views(found, lead, with_evidence=with_evidence),
        "history": [transition_view(transition) for transition in lead.history],
    }
    return LeadView.model_validate(lead_summary(fields._asdict(), found.subject).model_dump() | own)


def format_score(score: Any) -> str:
    return text(rounded(score))


def cycle_view(cycle: Cycle) -> CycleView:
    return CycleView(**vars(cycle))


def transition_view(transition: Transition) -> TransitionView:
    return TransitionView(
        at=transition.at,
        from_lifecycle=transition.start,
        to_lifecycle=transition.to,
        cycle=transition.cycle,
        reason=transition.reason,
    )


def bant_views(found: Folded[State], lead: Lead, *, with_evidence: bool) -> BantViews:
    def view(name: BantName) -> BantView:
        answer = lead.bant.get(name)
        return bant_view(found, answer, with_evidence=with_evidence) if answer else BantView()

    return BantViews(budget=view("budget"), authority=view("authority"), need=view("need"), timing=view("timing"))


def bant_view(found: Folded[State], answer: BantAnswer, *, with_evidence: bool) -> BantView:
    evidence = found.text(answer.evidence) if with_evidence else None
    return BantView(status=answer.status, evidence=evidence, at=answer.at, by=answer.by)
