"""One batch of asks decided in memory: later ones see what earlier ones did. No I/O."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.decider import Decider
from shared.rules.message import (
    BEGINNING,
    MAX_CLOCK_AHEAD,
    Erasure,
    Event,
    KeyReused,
    Refusal,
    Rejected,
    Stale,
    StoredEvent,
    TooLarge,
    subject_of,
)
from shared.store.aliases import AliasRecord
from shared.store.event_store import LARGEST_EVENT, Head
from shared.store.idempotency import StoredResponse
from shared.store.vault import VaultEntry
from shared.store.write_request import AliasClaim, Step, WriteOutcome, WriteRequest, WriteResult

CLOCKS_DIFFER = timedelta(seconds=1)
"""By as much honest clocks may: ours among each other, a caller's from ours."""


class Stream(NamedTuple):
    """What is known of one stream after its last event."""

    name: str
    state: Any
    version: int = 0
    position: int = 0
    occurred_at: datetime = BEGINNING

    def after(self, decider: Decider[Any, Any, Any], event: Event, position: int, at: datetime) -> "Stream":
        return Stream(self.name, decider.evolve(self.state, event, at), self.version + 1, position, at)


def fold_streams(deciders: Mapping[str, Decider[Any, Any, Any]], history: Iterable[StoredEvent]) -> dict[str, Stream]:
    streams = {name: Stream(name, decider.initial) for name, decider in deciders.items()}
    for stored in history:
        decider = deciders[stored.stream]
        recorded = decider.parse(stored)
        if recorded is not None:
            streams[stored.stream] = streams[stored.stream].after(
                decider, recorded.event, stored.position, stored.occurred_at
            )
    return streams


@dataclass(slots=True)
class PendingWrites:
    """What asks came to, and is to be written. `lent`: of what is kept, what other services may take over."""

    appended: list[StoredEvent] = field(default_factory=list)
    claimed: list[AliasRecord] = field(default_factory=list)
    kept: list[VaultEntry] = field(default_factory=list)
    lent: set[UUID] = field(default_factory=set)
    adopted: list[tuple[UUID, str]] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    answered: list[StoredResponse] = field(default_factory=list)


class DecisionBatch:
    """Holds what the batch's asks may look at, and collects what is to be written."""

    def __init__(
        self,
        clock_and_ids: ClockAndIds,
        head: Head,
        streams: dict[str, Stream],
        held: Mapping[str, AliasRecord],
        given: Mapping[str, StoredResponse],
    ) -> None:
        self.clock_and_ids, self.position, self.recorded_at = clock_and_ids, head.position, head.earliest
        self.streams, self.held, self.given = streams, dict(held), dict(given)
        self.outcome = PendingWrites()

    def taken(self) -> PendingWrites:
        """What the asks came to that were answered since the last time."""
        outcome, self.outcome = self.outcome, PendingWrites()
        return outcome

    def answer(self, ask: WriteRequest) -> WriteOutcome:
        """Idempotency first, then the caller's version, then the rules."""
        if ask.key is not None and (given := self.given.get(ask.key)):
            return repeated(given, ask)
        draft = Attempt(self, ask, self.streams[self.stream_of(ask)])
        try:
            draft.take()
        except Refusal as refusal:
            return refusal
        return self.accept(draft)

    def stream_of(self, ask: WriteRequest) -> str:
        return next((self.held[alias].stream for alias in ask.find if alias in self.held), ask.stream)

    def accept(self, draft: "Attempt") -> WriteResult:
        stream = draft.stream
        created = stream.version > 0 and draft.before.version == 0
        done = WriteResult(stream.name, stream.version, stream.position, created, draft.ask.reply(stream.state))
        self.streams[stream.name] = stream
        self.position += len(draft.appended)
        self.outcome.appended += draft.appended
        self.claim(draft.claimed)
        self.outcome.kept += draft.kept
        self.outcome.lent |= draft.lent
        self.erase(draft.erased)
        self.outcome.adopted += [(ref, stream.name) for ref in draft.ask.imported_texts if draft.refers_to(ref)]
        self.keep(draft.ask, done)
        return done

    def claim(self, claimed: Sequence[AliasRecord]) -> None:
        self.outcome.claimed += claimed
        self.held |= {held.alias: held for held in claimed}

    def erase(self, subjects: Collection[str]) -> None:
        """Later asks of the batch no longer find the subjects by their aliases."""
        if subjects:
            self.outcome.erased += subjects
            self.held = {alias: held for alias, held in self.held.items() if held.subject not in subjects}

    def keep(self, ask: WriteRequest, done: WriteResult) -> None:
        if ask.key is not None:
            given = StoredResponse(
                ask.key, ask.fingerprint, done.stream, done.version, done.position, done.created, done.body
            )
            self.given[ask.key] = given
            self.outcome.answered.append(given)


def repeated(given: StoredResponse, ask: WriteRequest) -> WriteOutcome:
    if given.fingerprint != ask.fingerprint:
        return KeyReused("this Idempotency-Key was used with another body")
    return WriteResult(given.stream, given.version, given.position, given.created, given.body, replayed=True)


class Attempt:
    """One ask, tried out: nothing reaches the desk until every step is accepted."""

    def __init__(self, desk: DecisionBatch, ask: WriteRequest, stream: Stream) -> None:
        self.desk, self.ask, self.before, self.stream = desk, ask, stream, stream
        self.appended: list[StoredEvent] = []
        self.claimed: list[AliasRecord] = []
        self.kept: list[VaultEntry] = []
        self.lent: set[UUID] = set()
        self.erased: list[str] = []

    def take(self) -> None:
        if self.ask.if_version is not None and self.ask.if_version != self.stream.version:
            raise Stale(f"the current version is {self.stream.version}")
        for step in self.ask.steps:
            if not self.was_taken(step.claim):
                self.decide(step)
                self.claim(step.claim)
        if self.appended:
            self.claimed += [self.holding(AliasClaim(alias)) for alias in self.ask.also if alias not in self.desk.held]

    def was_taken(self, claim: AliasClaim | None) -> bool:
        held = self.desk.held.get(claim.alias) if claim else None
        if claim is None or held is None:
            return False
        if held.stream == self.stream.name and claim.fingerprint in (None, held.fingerprint):
            return True
        raise Rejected(f"taken before by {subject_of(held.stream)}, with another content")

    def claim(self, claim: AliasClaim | None) -> None:
        if claim is not None:
            self.claimed.append(self.holding(claim))

    def holding(self, claim: AliasClaim) -> AliasRecord:
        subject = self.subject if self.appended else self.stream.name
        return AliasRecord(claim.alias, self.stream.name, subject, claim.fingerprint)

    def decide(self, step: Step[Any]) -> None:
        decider = self.ask.decider
        at = self.instant(step)
        references = {**decider.references, **self.ask.references}
        states = {name: self.desk.streams[reference.stream].state for name, reference in references.items()}
        for event in decider.decided(self.stream.state, step.command, at, states):
            self.append(event, at)

    def instant(self, step: Step[Any]) -> datetime:
        """Only a caller who names an instant can be too early; our own clocks are never the caller's fault."""
        last = self.stream.occurred_at
        if step.occurred_at is not None:
            if self.is_too_early(step.occurred_at, last):
                raise Rejected(f"occurred_at lies before what already happened at {last.isoformat()}")
            return max(step.occurred_at, last)
        now = self.ask.cause.occurred_at if self.ask.cause else self.desk.clock_and_ids.now()
        return max(now, last)

    def is_too_early(self, named: datetime, last: datetime) -> bool:
        """Not when it means now, and our clocks differ, or one was ahead when it stamped the stream's last event."""
        now = self.desk.clock_and_ids.now()
        ours = last > now or last - named <= CLOCKS_DIFFER
        return named < last and not (ours and named >= now - MAX_CLOCK_AHEAD)

    def append(self, event: Event, at: datetime) -> None:
        cause = self.ask.cause
        self.subject = event.vault_subject(self.stream.name)
        position = self.desk.position + len(self.appended) + 1
        self.appended.append(
            StoredEvent(
                position,
                cause.event_id_of(len(self.appended)) if cause else self.desk.clock_and_ids.new_id(),
                self.stream.name,
                self.stream.version + 1,
                event.type,
                self.sealed(event),
                at,
                self.desk.recorded_at,
                self.ask.actor,
                self.ask.correlation_id,
                cause.event_id if cause else None,
            )
        )
        if isinstance(event, Erasure):
            self.erased.append(self.subject)
        self.stream = self.stream.after(self.ask.decider, event, position, at)

    def refers_to(self, ref: UUID) -> bool:
        """Only what an event refers to is adopted: what was refused leaves nothing here."""
        return any(str(ref) in event.data for event in self.appended)

    def sealed(self, event: Event) -> str:
        """The event's JSON, its sealed values moved to the vault."""

        def sealer(value: Any) -> UUID:
            ref = self.desk.clock_and_ids.new_id()
            self.kept.append(VaultEntry(ref, self.subject, value))
            if event.shares_texts:
                self.lent.add(ref)
            return ref

        data = event.to_stored(sealer)
        if len(data) > LARGEST_EVENT:
            raise TooLarge(f"the event would have {len(data)} bytes, more than {LARGEST_EVENT}")
        return data
