"""Some leads in intake and in qualification, which reads intake's events in their order, however late."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.lead_intake.lead import commands as capture_commands
from services.lead_intake.lead.consent import current_consents
from services.lead_intake.lead.context import Context as IntakeContext
from services.lead_intake.lead.decider import DECIDER as INTAKE
from services.lead_intake.lead.decider import decide as decide_capture
from services.lead_intake.lead.history import HISTORY, History
from services.lead_intake.lead.state import Lead as CapturedLead
from services.lead_intake.person.events import PersonErased
from services.qualification.lead.context import Context
from services.qualification.lead.decider import DECIDER as LEAD
from services.qualification.lead.decider import decide
from services.qualification.lead.events import LeadEvent
from services.qualification.lead.state import Lead, NotExisting
from services.qualification.model.events import Rule, ScoringModel, When
from services.qualification.model.state import Models
from services.qualification.reactions import react
from services.qualification.scoring.engagement import contributions
from services.qualification.scoring.score import score
from services.qualification.setting.state import Settings
from services.qualification.upstream import intake as read_by_qualification
from shared.rules.message import BEGINNING, Event, Refusal, StoredEvent
from shared.rules.reaction import Reaction
from tests.lead_intake.captures import body
from tests.qualification.models import model, rule
from tests.spec import NOON

CLICK = Rule(
    rule="click", group="content", when=When(kind="email_clicked", source="webinar"), points=7, half_life_days=3
)
BOUNCE = Rule(rule="bounce", group="negative", when=When(kind="bounced"), points=-10)
MODEL: ScoringModel = model(
    45,
    rule("webinar", 30, 14, "content"),
    rule("newsletter", 25, 7, "content"),
    rule("contact_form", 20),
    CLICK,
    BOUNCE,
    caps={"content": 60},
)
MODELS = Models({1: MODEL}, 1)
ASKED = [NOON + timedelta(days=days, hours=1) for days in (0, 1, 30)]


@dataclass(frozen=True)
class Capture:
    lead_id: str
    capture_id: str
    source: str
    minute: int
    consent: tuple[str, str | None] | None = None

    @property
    def command(self) -> capture_commands.RecordCapture:
        status, text_version = self.consent or (None, None)
        consent = {"status": status, "purpose": "news", "text_version": text_version} if status else None
        return capture_commands.RecordCapture(
            body=body(source=self.source, details=None, consent=consent, external_id=f"form:{self.capture_id}"),
            capture_id=self.capture_id,
            person_id=f"person-{self.lead_id}",
            engaged_at=NOON + timedelta(minutes=self.minute),
            is_anonymous=False,
            content=self.capture_id,
        )


@dataclass(frozen=True)
class Activity:
    lead_id: str
    activity_id: str
    kind: Any
    minute: int

    @property
    def command(self) -> capture_commands.RecordActivity:
        return capture_commands.RecordActivity(
            activity_id=self.activity_id,
            kind=self.kind,
            engaged_at=NOON + timedelta(minutes=self.minute),
            external_id=f"tool:{self.activity_id}",
        )


@dataclass
class Both:
    """`unread`: intake's events that qualification has not read yet. Time passes with every command."""

    captured: dict[str, Any] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    leads: dict[str, Any] = field(default_factory=dict)
    decided: list[tuple[str, LeadEvent]] = field(default_factory=list)
    unread: deque[StoredEvent] = field(default_factory=deque)
    minutes: int = 0

    @property
    def now(self) -> datetime:
        return NOON + timedelta(hours=2, minutes=self.minutes)

    def command_lead(self, lead_id: str, command: capture_commands.LeadCommand, other: str | None = None) -> bool:
        """False when intake refuses it."""
        self.minutes += 1
        state = self.captured.get(lead_id, INTAKE.initial)
        context = IntakeContext(self.captured.get(other or "", INTAKE.initial))
        try:
            events = decide_capture(state, command, self.now, context)
        except Refusal:
            return False
        for event in events:
            self.captured[lead_id] = INTAKE.evolve(self.captured.get(lead_id, INTAKE.initial), event, self.now)
            self.histories[lead_id] = HISTORY.evolve(self.histories.get(lead_id, History()), event, self.now)
            self.write(f"lead-{lead_id}", event)
        return True

    def merge(self, lead_id: str, into: str) -> bool:
        """Merges leads as the route does: all or nothing."""
        if lead_id == into or {lead_id, into} - self.captured.keys():
            return False
        absorbed = self.captured[lead_id].absorbed
        if not self.command_lead(lead_id, capture_commands.MergeInto(into=into, absorbed=absorbed), into):
            return False
        for each in absorbed:
            assert self.command_lead(each, capture_commands.MoveToSurvivor(into=into), lead_id)
            assert self.command_lead(into, capture_commands.AbsorbLead(lead_id=each, into=into), each)
            assert self.command_lead(lead_id, capture_commands.SeparateLead(lead_id=each, was_into=lead_id), each)
        return self.command_lead(into, capture_commands.AbsorbLead(lead_id=lead_id, into=into), lead_id)

    def unmerge(self, lead_id: str) -> bool:
        lead = self.captured.get(lead_id)
        if not isinstance(lead, CapturedLead) or lead.merged_into is None:
            return False
        was_into = lead.merged_into
        beside = self.captured[was_into].absorbed
        assert self.command_lead(lead_id, capture_commands.Unmerge(was_into=was_into, beside=beside), was_into)
        for each in beside:
            if lead_id in self.captured[each].merged_path:
                assert self.command_lead(each, capture_commands.MoveBack(into=lead_id), lead_id)
                assert self.command_lead(was_into, capture_commands.SeparateLead(lead_id=each, was_into=was_into), each)
                assert self.command_lead(lead_id, capture_commands.AbsorbLead(lead_id=each, into=lead_id), each)
        return self.command_lead(was_into, capture_commands.SeparateLead(lead_id=lead_id, was_into=was_into), lead_id)

    def erase(self, lead_id: str) -> None:
        """Erases the person with all merged leads."""
        self.write("person-any", PersonErased(lead_ids=tuple(self.group_of(lead_id))))

    def write(self, stream: str, event: Event) -> None:
        position = len(self.unread) + self.minutes * 100
        data = event.to_stored(lambda value: UUID(int=7))
        name = uuid5(NAMESPACE_URL, f"{stream}/{position}/{event.type}")
        self.unread.append(
            StoredEvent(position, name, stream, 1, event.type, data, self.now, self.now, "tester", name, None)
        )

    def deliver(self) -> None:
        recorded = read_by_qualification.PARSE(self.unread.popleft())
        for reaction in react(recorded) if recorded else ():
            self.react(reaction)

    def settle(self) -> None:
        while self.unread:
            self.deliver()

    def react(self, reaction: Reaction) -> None:
        """A repeated reaction adds nothing."""
        self.decide(reaction)
        before = len(self.decided)
        self.decide(reaction)
        assert len(self.decided) == before

    def decide(self, reaction: Reaction) -> None:
        other = reaction.references.get("other")
        other_id = other.stream.partition("-")[2] if other else ""
        context = Context(MODELS, Settings(), self.leads.get(other_id, NotExisting()))
        state = self.leads.get(reaction.subject, NotExisting())
        for event in decide(state, reaction.command, self.now, context):  # type: ignore[arg-type]
            state = self.leads[reaction.subject] = LEAD.evolve(state, event, self.now)
            self.decided.append((reaction.subject, event))

    def group_of(self, lead_id: str) -> list[str]:
        """The survivor first, then the leads that are merged into it."""
        lead = self.captured[lead_id]
        survivor = lead.merged_into or lead_id
        return [survivor, *self.captured[survivor].absorbed]

    def shown(self, lead_id: str) -> Mapping[str, Any]:
        """The fields that do not depend on the order of arrival."""
        survivor, *absorbed = self.group_of(lead_id)
        history = self.histories[survivor]
        for other in absorbed:
            history = history.with_all_of(self.histories[other])
        consents = current_consents(history.captures, history.consents, history.activities)
        return {
            "captures": sorted(capture.capture_id for capture in history.captures),
            "activities": sorted(activity.activity_id for activity in history.activities),
            "consents": [(consent.purpose, consent.status, consent.at) for consent in consents],
            "scores": self.scores(survivor),
        }

    def scores(self, lead_id: str) -> list[tuple[Decimal, tuple[Any, ...]]]:
        lead = self.leads[lead_id]
        assert isinstance(lead, Lead)
        results = [score(lead.engagements, BEGINNING, MODEL, at) for at in ASKED]
        return [(result.engagement, contributions(result.parts, MODEL.caps)) for result in results]
