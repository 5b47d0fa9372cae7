"""The state of a lead: its fields, engagements, BANT answers, cycles and deals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.qualification.lead import events
from services.qualification.lead.fields import BantStatus, Engagement, LeadFields, Lifecycle, Motion
from services.qualification.model.events import BantName
from shared.rules.message import BEGINNING, Missing, Rejected
from shared.rules.sealed import Sealed


@dataclass(frozen=True)
class Cycle:
    """A cycle, from becoming MQL (`began`: how) to its outcome: fell_below, rejected, nurtured, lost, recycled or
    won."""

    n: int
    began: str
    mql_at: datetime
    srl_at: datetime | None = None
    sql_at: datetime | None = None
    outcome: str | None = None
    reason: str | None = None
    opportunity_id: str | None = None


@dataclass(frozen=True)
class Transition:
    """A move through the lifecycle."""

    at: datetime
    start: Lifecycle | None
    to: Lifecycle
    cycle: int
    reason: str | None


@dataclass(frozen=True)
class BantAnswer:
    status: BantStatus
    evidence: Sealed[str] | None
    at: datetime
    by: str


@dataclass(frozen=True)
class Deal:
    """An opportunity that the lead was handed over as, by the last of pipeline's events that qualification has read."""

    account: str
    owner: str
    motion: Motion
    pipeline: str
    is_open: bool = True
    qualified: bool = False


class MergedAway(Rejected):
    """The lead is worked as the lead `into`."""

    def __init__(self, into: str) -> None:
        super().__init__(f"the lead is merged into {into}")
        self.into = into


@dataclass(frozen=True)
class NotExisting: ...


@dataclass(frozen=True)
class Lead:
    """`above`: whether it lay above the line when it was scored last. `counts_after`: only engagement after it counts
    towards the next crossing. `models`: the versions that scored it, by the instant from which each did. `own_bant`:
    the answers that were recorded at this lead; `absorbed_bant`: by merged lead, those that were recorded there.
    `deals`: by opportunity, those of refused hand-overs too."""

    fields: LeadFields
    engagements: tuple[Engagement, ...] = ()
    counts_after: datetime = BEGINNING
    above: bool = False
    models: tuple[tuple[datetime, int], ...] = ()
    own_bant: Mapping[BantName, BantAnswer] = field(default_factory=dict)
    absorbed_bant: Mapping[str, Mapping[BantName, BantAnswer]] = field(default_factory=dict)
    cycles: tuple[Cycle, ...] = ()
    history: tuple[Transition, ...] = ()
    deals: Mapping[str, Deal] = field(default_factory=dict)

    @property
    def bant(self) -> Mapping[BantName, BantAnswer]:
        """The latest answer to each question, of this lead and those that are merged into it."""
        latest = dict(self.own_bant)
        for answers in self.absorbed_bant.values():
            for name, answer in answers.items():
                if name not in latest or latest[name].at < answer.at:
                    latest[name] = answer
        return latest

    @property
    def cycle_is_open(self) -> bool:
        return bool(self.cycles) and self.cycles[-1].outcome is None


State = NotExisting | Lead


def must_exist(state: State) -> Lead:
    if isinstance(state, NotExisting):
        raise Missing("there is no such lead")
    return state


def must_be_workable(state: State) -> Lead:
    lead = must_exist(state)
    if lead.fields.erased:
        raise Rejected("the person was erased")
    if lead.fields.merged_into is not None:
        raise MergedAway(lead.fields.merged_into)
    return lead


def evolve(state: State, event: events.LeadEvent, at: datetime) -> Lead:
    lead = with_fields(state, event, at)
    match event:
        case events.LeadEngaged() | events.LeadAbsorbed() | events.LeadSeparated():
            return with_engagements(lead, event, at)
        case events.LeadBantChanged():
            return answered(lead, event, at)
        case events.LeadMql():
            return replace(lead, cycles=(*lead.cycles, Cycle(event.after.cycle, event.began, at)))
        case events.LeadHandedOver():
            return handed_over(lead, event, at)
        case events.HandOverRefused():
            return taken_back(lead, event)
        case events.LeadSql():
            return qualified(lead, event.qualified_at or at)
        case events.LeadReopened():
            return reopened(lead, event)
        case events.OtherDealChanged():
            return with_deal(lead, event.other_opportunity_id, is_open=event.is_open, qualified=event.qualified)
        case events.LeadFellBelow():
            return replace(with_outcome(lead, "fell_below"), above=False)
        case events.LeadRejected():
            return counting_anew(with_outcome(lead, "rejected"), state, at)
        case events.LeadNurtured():
            return nurtured(lead, state, event, at)
        case events.LeadWon():
            return counting_anew(won(lead), state, at)
        case (
            events.LeadClaimed()
            | events.LeadRouted()
            | events.LeadClaimReleased()
            | events.LeadTouched()
            | events.LeadRevisitDue()
            | events.LeadErased()
            | events.LeadMerged()
            | events.LeadUnmerged()
        ):
            return lead


def with_engagements(
    lead: Lead, event: events.LeadEngaged | events.LeadAbsorbed | events.LeadSeparated, at: datetime
) -> Lead:
    match event:
        case events.LeadEngaged():
            return engaged(lead, event, at)
        case events.LeadAbsorbed():
            return absorbed(lead, event)
        case events.LeadSeparated():
            return separated(lead, event.separated_lead_id)


def absorbed(lead: Lead, event: events.LeadAbsorbed) -> Lead:
    answers = {name: BantAnswer(item.status, item.evidence, item.at, item.by) for name, item in event.answers.items()}
    engagements = (*lead.engagements, *event.engagements)
    return replace(lead, engagements=engagements, absorbed_bant={**lead.absorbed_bant, event.absorbed_lead_id: answers})


def separated(lead: Lead, lead_id: str) -> Lead:
    others = {merged: answers for merged, answers in lead.absorbed_bant.items() if merged != lead_id}
    return replace(lead, engagements=without_those_of(lead_id, lead.engagements), absorbed_bant=others)


def without_those_of(lead_id: str, engagements: Iterable[Engagement]) -> tuple[Engagement, ...]:
    return tuple(each for each in engagements if each.through != lead_id)


def with_fields(state: State, event: events.LeadEvent, at: datetime) -> Lead:
    fields = event.after
    if isinstance(state, NotExisting):
        return Lead(fields, history=(Transition(at, None, fields.lifecycle, fields.cycle, fields.reason),))
    if fields.lifecycle == state.fields.lifecycle:
        return replace(state, fields=fields)
    moved_at = (event.crossed_at or at) if isinstance(event, events.LeadFellBelow) else at
    transition = Transition(moved_at, state.fields.lifecycle, fields.lifecycle, fields.cycle, fields.reason)
    return replace(state, fields=fields, history=(*state.history, transition))


def engaged(lead: Lead, event: events.LeadEngaged, at: datetime) -> Lead:
    version = event.after.model_version
    models = lead.models if lead.models and lead.models[-1][1] == version else (*lead.models, (at, version))
    return replace(lead, engagements=(*lead.engagements, event.engagement), above=event.above, models=models)


def answered(lead: Lead, event: events.LeadBantChanged, at: datetime) -> Lead:
    answers = {name: BantAnswer(item.status, item.evidence, at, item.by) for name, item in event.changed.items()}
    return replace(lead, own_bant={**lead.own_bant, **answers})


def handed_over(lead: Lead, event: events.LeadHandedOver, at: datetime) -> Lead:
    opportunity_id = event.after.opportunity_id or ""
    deal = Deal(event.after.account or "", event.owner, event.motion, event.pipeline)
    cycle = replace(lead.cycles[-1], srl_at=at, opportunity_id=opportunity_id)
    return replace(with_cycle(lead, cycle), deals={**lead.deals, opportunity_id: deal})


def taken_back(lead: Lead, event: events.HandOverRefused) -> Lead:
    cycle = replace(lead.cycles[-1], srl_at=None, opportunity_id=None)
    return with_deal(with_cycle(lead, cycle), event.refused_opportunity_id, is_open=False)


def qualified(lead: Lead, at: datetime) -> Lead:
    opportunity_id = lead.fields.opportunity_id
    cycle = replace(lead.cycles[-1], sql_at=at, opportunity_id=opportunity_id)
    return with_deal(with_cycle(lead, cycle), opportunity_id, is_open=True, qualified=True)


def won(lead: Lead) -> Lead:
    opportunity_id = lead.fields.opportunity_id
    ended = with_outcome(with_cycle(lead, replace(lead.cycles[-1], opportunity_id=opportunity_id)), "won")
    return with_deal(ended, opportunity_id, is_open=False, qualified=True)


def reopened(lead: Lead, event: events.LeadReopened) -> Lead:
    resumed = with_cycle(lead, replace(lead.cycles[-1], outcome=None, reason=None))
    is_qualified = event.after.lifecycle is Lifecycle.SQL
    return with_deal(resumed, event.after.opportunity_id, is_open=True, qualified=is_qualified)


def nurtured(lead: Lead, before: State, event: events.LeadNurtured, at: datetime) -> Lead:
    ended = with_outcome(lead, event.because)
    if event.because != "nurtured" and isinstance(before, Lead):
        ended = with_deal(ended, before.fields.opportunity_id, is_open=False)
    return counting_anew(ended, before, at)


def with_outcome(lead: Lead, outcome: str) -> Lead:
    """Ends the cycle, if one is open: a lead that never became MQL is rejected or nurtured without one."""
    if not lead.cycle_is_open:
        return lead
    return with_cycle(lead, replace(lead.cycles[-1], outcome=outcome, reason=lead.fields.reason))


def with_cycle(lead: Lead, cycle: Cycle) -> Lead:
    return replace(lead, cycles=(*lead.cycles[:-1], cycle))


def with_deal(lead: Lead, opportunity_id: str | None, *, is_open: bool, qualified: bool | None = None) -> Lead:
    deal = lead.deals.get(opportunity_id or "")
    if deal is None or opportunity_id is None:
        return lead
    changed = replace(deal, is_open=is_open, qualified=deal.qualified if qualified is None else qualified)
    return replace(lead, deals={**lead.deals, opportunity_id: changed})


def counting_anew(lead: Lead, before: State, at: datetime) -> Lead:
    """A move of the revisit leaves the lead where it was, with all that it did since."""
    if isinstance(before, Lead) and before.fields.lifecycle is lead.fields.lifecycle:
        return lead
    return replace(lead, counts_after=at, above=False)


def after_all(lead: Lead, decided: Iterable[events.LeadEvent], at: datetime) -> Lead:
    """The lead after events that are decided together."""
    for event in decided:
        lead = evolve(lead, event, at)
    return lead


def statuses_of(lead: Lead) -> dict[BantName, BantStatus]:
    """The statuses of all four questions."""
    return {name: lead.bant[name].status if name in lead.bant else BantStatus.UNKNOWN for name in BANT}


BANT: tuple[BantName, ...] = ("budget", "authority", "need", "timing")
