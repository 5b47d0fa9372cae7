"""One lead and its deals. Each service reacts to the other's events in their order, however late."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.pipeline import reactions as pipeline_reactions
from services.pipeline.opportunity import commands as deal_commands
from services.pipeline.opportunity.decider import DECIDER as OPPORTUNITY
from services.pipeline.opportunity.state import Closed, Open
from services.pipeline.process.decider import DECIDER as PROCESS
from services.pipeline.setting.decider import DECIDER as PIPELINE_SETTING
from services.pipeline.upstream import qualification as read_by_pipeline
from services.qualification import reactions as qualification_reactions
from services.qualification.lead import commands as lead_commands
from services.qualification.lead.decider import DECIDER as LEAD
from services.qualification.lead.fields import BantStatus, Engagement, Lifecycle, Profile
from services.qualification.lead.state import Lead
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.setting.decider import DECIDER as QUALIFICATION_SETTING
from services.qualification.upstream import pipeline as read_by_qualification
from shared.rules.message import Event, Refusal, StoredEvent
from shared.rules.reaction import Reaction

BEGAN = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEAD_ID = "ada"
MET = lead_commands.BantItem(status=BantStatus.MET)
BANT = lead_commands.Bant(budget=MET, authority=MET, need=MET, timing=MET)
FOR_LEADS = {"models": MODEL.initial, "settings": QUALIFICATION_SETTING.initial}
FOR_DEALS = {"processes": PROCESS.initial, "settings": PIPELINE_SETTING.initial}


@dataclass
class Both:
    """`to_pipeline`, `to_qualification`: the events that the other service has not read yet."""

    lead: Any = LEAD.initial
    deals: dict[str, Any] = field(default_factory=dict)
    to_pipeline: deque[StoredEvent] = field(default_factory=deque)
    to_qualification: deque[StoredEvent] = field(default_factory=deque)
    minutes: int = 0

    def __post_init__(self) -> None:
        engagement = Engagement("capture-1", "newsletter", BEGAN, profile=Profile(domain="acme.com"))
        captured = lead_commands.RecordEngagement(person_id="p", external_id=None, engagement=engagement)
        bant = lead_commands.ChangeBant(bant=BANT, by="sam", stored_evidence={})
        assert self.command_lead(captured)
        assert self.command_lead(bant)

    @property
    def current(self) -> Lead:
        assert isinstance(self.lead, Lead)
        return self.lead

    @property
    def lifecycle(self) -> Lifecycle:
        return self.current.fields.lifecycle

    def open_deals(self) -> list[str]:
        return [name for name, deal in self.deals.items() if isinstance(deal, Open)]

    def now(self) -> datetime:
        self.minutes += 1
        return BEGAN + timedelta(minutes=self.minutes)

    # -- commands --------------------------------------------------------------------------------------------------

    def command_lead(self, command: lead_commands.LeadCommand) -> bool:
        """False when the command is refused."""
        at = self.now()
        try:
            decided = LEAD.decided(self.lead, command, at, FOR_LEADS)
        except Refusal:
            return False
        for event in decided:
            self.lead = LEAD.evolve(self.lead, event, at)
            self.to_pipeline.append(stored(f"lead-{LEAD_ID}", event, at))
        return True

    def command_deal(self, name: str, command: deal_commands.OpportunityCommand) -> bool:
        at = self.now()
        state = self.deals.get(name, OPPORTUNITY.initial)
        try:
            decided = OPPORTUNITY.decided(state, command, at, FOR_DEALS)
        except Refusal:
            return False
        for event in decided:
            state = OPPORTUNITY.evolve(state, event, at)
            self.to_qualification.append(stored(f"opportunity-{name}", event, at))
        self.deals[name] = state
        return True

    def hand_over(self, name: str) -> bool:
        body = lead_commands.HandOver(owner="ann")
        return self.command_lead(lead_commands.HandOverAsDeal(body=body, opportunity_id=name, account_won=False))

    def qualify(self, name: str) -> bool:
        return self.command_deal(name, deal_commands.Qualify())

    def win(self, name: str) -> bool:
        return self.command_deal(name, deal_commands.PermittedWin(body=deal_commands.Win()))

    def lose(self, name: str) -> bool:
        return self.command_deal(name, deal_commands.Lose(reason="duplicate"))

    def recycle(self, name: str) -> bool:
        return self.command_deal(name, deal_commands.Recycle(reason="bad_timing"))

    def reopen(self, name: str) -> bool:
        body = deal_commands.Reopen(reason="other", close_date=date(2026, 12, 31))
        return self.command_deal(name, deal_commands.PermittedReopen(body=body, may_change_ended_periods=True))

    # -- reactions -------------------------------------------------------------------------------------------------

    def deliver_to_pipeline(self) -> None:
        for reaction in reacted(read_by_pipeline.PARSE, pipeline_reactions.react, self.to_pipeline.popleft()):
            self.command_deal(reaction.subject, reaction.command)  # type: ignore[arg-type]

    def deliver_to_qualification(self) -> None:
        event = self.to_qualification.popleft()
        for reaction in reacted(read_by_qualification.PARSE, qualification_reactions.react, event):
            assert reaction.subject == LEAD_ID
            self.command_lead(reaction.command)  # type: ignore[arg-type]

    def settle(self) -> None:
        """Delivers until both services have read everything."""
        for _ in range(10_000):
            if self.to_pipeline:
                self.deliver_to_pipeline()
            elif self.to_qualification:
                self.deliver_to_qualification()
            else:
                return
        raise AssertionError("the services answer each other for ever")

    def check(self) -> None:
        """Checks what must hold when both services have read all events."""
        lead = self.current
        for name, deal in self.deals.items():
            if isinstance(deal, Open | Closed) and LEAD_ID in deal.fields.lead_ids:
                assert lead.deals[name].is_open == isinstance(deal, Open), name
        current = self.deals.get(lead.fields.opportunity_id or "")
        if self.lifecycle in (Lifecycle.SRL, Lifecycle.SQL):
            assert isinstance(current, Open)
            assert current.fields.qualified == (self.lifecycle is Lifecycle.SQL)
        if self.lifecycle is Lifecycle.CUSTOMER:
            assert isinstance(current, Closed)
            assert current.fields.outcome == "won"
        if lead.cycles and lead.cycles[-1].outcome in ("lost", "recycled"):
            ended_by = self.deals[lead.cycles[-1].opportunity_id or ""]
            assert isinstance(ended_by, Closed)
            assert ended_by.fields.outcome == lead.cycles[-1].outcome


def stored(stream: str, event: Event, at: datetime) -> StoredEvent:
    data = event.to_stored(lambda value: UUID(int=1))
    event_id = uuid5(NAMESPACE_URL, f"{stream} {at} {event.type}")
    return StoredEvent(1, event_id, stream, 1, event.type, data, at, at, "tester", UUID(int=2), None)


def reacted(parse: Any, react: Callable[[Any], Sequence[Reaction]], event: StoredEvent) -> Sequence[Reaction]:
    recorded = parse(event)
    return react(recorded) if recorded else []
