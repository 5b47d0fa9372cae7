"""A batch of write requests decided in memory: each sees what the ones before it changed. No I/O."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.fields import format_instant
from shared.rules.message import (
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
from shared.store.claims import AliasClaim
from shared.store.event_store import LARGEST_EVENT, Head
from shared.store.idempotency import StoredResponse
from shared.store.pending_writes import PendingWrites
from shared.store.stream import Stream
from shared.store.vault import VaultEntry
from shared.store.write_request import Step, WriteOutcome, WriteRequest, WriteResult

TOLERATED_CLOCK_SKEW = timedelta(seconds=1)
"""The skew between the clocks of our own processes, and between a caller's clock and ours."""


class DecisionBatch:
    """Holds all that the batch's requests may depend on, and collects what is to be written."""

    def __init__(
        self,
        clock_and_ids: ClockAndIds,
        head: Head,
        streams: dict[str, Stream],
        aliases: Mapping[str, AliasRecord],
        responses: Mapping[str, StoredResponse],
    ) -> None:
        self.clock_and_ids, self.position, self.recorded_at = clock_and_ids, head.position, head.earliest
        self.streams, self.aliases, self.responses = streams, dict(aliases), dict(responses)
        self.pending = PendingWrites()

    def take_pending(self) -> PendingWrites:
        """The writes of the requests decided since the last call."""
        pending, self.pending = self.pending, PendingWrites()
        return pending

    def decide(self, request: WriteRequest) -> WriteOutcome:
        """Checks the idempotency key first, then what the caller may change, then `if_versions`, then the rules."""
        if request.idempotency_key is not None and (stored := self.responses.get(request.idempotency_key)):
            return replay(stored, request, self.holders_of(request.watched))
        decision = RequestDecision(self, request, self.streams[self.stream_of(request)])
        try:
            decision.run()
        except Refusal as refusal:
            return refusal
        return self.accept(decision)

    def states_for(self, request: WriteRequest) -> dict[str, Any]:
        """The states that the request's decisions depend on, by field of the context. An alias that nobody holds has
        none."""
        references = {**request.decider.references, **request.references}
        streams = {name: reference.stream for name, reference in references.items()}
        held = ((name, self.aliases.get(one.alias)) for name, one in request.alias_references.items())
        streams |= {name: record.stream for name, record in held if record is not None}
        return {name: self.streams[stream].state for name, stream in streams.items()}

    def stream_of(self, request: WriteRequest) -> str:
        known = (alias for alias in request.resolve_by if alias in self.aliases)
        counting = (alias for alias in known if request.resolve_unless.get(alias) not in self.aliases)
        return next((self.aliases[alias].stream for alias in counting), request.stream)

    def holders_of(self, aliases: Sequence[str]) -> Sequence[str]:
        return tuple(dict.fromkeys(self.aliases[alias].stream for alias in aliases if alias in self.aliases))

    def accept(self, decision: "RequestDecision") -> WriteResult:
        request, stream = decision.request, decision.stream
        created = stream.version > 0 and decision.before.version == 0
        result = WriteResult(
            stream.name,
            stream.version,
            stream.position,
            created,
            request.reply(stream.state),
            watched=self.holders_of(request.watched),
            written=len(decision.writes.events),
        )
        self.streams[stream.name] = stream
        self.position += len(decision.writes.events)
        self.aliases |= {record.alias: record for record in decision.writes.claimed}
        self.forget_aliases_of(decision.writes.erased)
        self.pending.add(decision.writes)
        self.keep_response(request, result)
        return result

    def forget_aliases_of(self, erased: Collection[str]) -> None:
        """Forgets the aliases, so that later requests of the batch no longer find an erased subject."""
        if erased:
            self.aliases = {alias: record for alias, record in self.aliases.items() if record.subject not in erased}

    def keep_response(self, request: WriteRequest, result: WriteResult) -> None:
        key = request.idempotency_key
        if key is not None:
            ids = (result.stream, result.version, result.position, result.created, result.body)
            self.responses[key] = StoredResponse(key, request.fingerprint, *ids)
            self.pending.responses.append(self.responses[key])


def replay(stored: StoredResponse, request: WriteRequest, watched: Sequence[str]) -> WriteOutcome:
    if stored.fingerprint != request.fingerprint:
        return KeyReused("this Idempotency-Key was used with another body")
    answer = (stored.stream, stored.version, stored.position, stored.created, stored.body)
    return WriteResult(*answer, replayed=True, watched=watched)


class RequestDecision:
    """The decision on one request. Nothing of it reaches the batch until every step is accepted."""

    def __init__(self, batch: DecisionBatch, request: WriteRequest, stream: Stream) -> None:
        self.batch, self.request, self.before, self.stream = batch, request, stream, stream
        self.writes, self.states = PendingWrites(), batch.states_for(request)

    def run(self) -> None:
        request = self.request
        if request.permit is not None:
            request.permit(self.stream.state)
        if request.if_versions is not None and self.stream.version not in request.if_versions:
            raise Stale(f"the current version is {self.stream.version}")
        accepted = self.count_accepted_before()
        for step in request.steps[accepted:]:
            if not self.was_accepted_before(step.claim):
                self.decide(step)
                self.claim(step.claim)
        self.claim(request.history_claims.claim_of_rest(accepted))
        if self.writes.events:
            free = (alias for alias in request.also_claim if alias not in self.batch.aliases)
            self.writes.claimed += [self.record_of(AliasClaim(alias)) for alias in free]
            self.import_texts()

    def was_accepted_before(self, claim: AliasClaim | None) -> bool:
        owner = self.batch.aliases.get(claim.alias) if claim else None
        if claim is None or owner is None:
            return False
        if owner.stream == self.stream.name and claim.fingerprint in (None, owner.fingerprint):
            return True
        raise self.taken_by(owner)

    def count_accepted_before(self) -> int:
        count, other = self.request.history_claims.compare(self.batch.aliases, self.stream.name)
        if other is not None:
            raise self.taken_by(other)
        return count

    def taken_by(self, owner: AliasRecord) -> Rejected:
        if self.request.permit is not None:  # it may lie outside what the caller may see
            return Rejected("taken before, with another content")
        return Rejected(f"taken before by {subject_of(owner.stream)}, with another content")

    def claim(self, claim: AliasClaim | None) -> None:
        if claim is not None:
            self.writes.claimed.append(self.record_of(claim))

    def record_of(self, claim: AliasClaim) -> AliasRecord:
        subject = self.subject if self.writes.events else self.stream.name
        return AliasRecord(claim.alias, self.stream.name, subject, claim.fingerprint)

    def decide(self, step: Step[Any]) -> None:
        at = self.instant_of(step)
        for event in self.request.decider.decided(self.stream.state, step.command, at, self.states):
            self.append(event, at)

    def instant_of(self, step: Step[Any]) -> datetime:
        """The instant at which the step's events occur. Only a caller's own `occurred_at` can be too early: the skew of
        our own clocks is never a caller's fault."""
        last = self.stream.occurred_at
        if step.occurred_at is not None:
            if not step.may_be_late and self.is_too_early(step.occurred_at, last):
                raise Rejected(f"occurred_at lies before the stream's last event, at {format_instant(last)}")
            return max(step.occurred_at, last)
        cause = self.request.cause
        return max(cause.occurred_at if cause else self.own_instant(), last)

    def own_instant(self) -> datetime:
        """The present by this process's clock. It is read later than the database's, and may be ahead of it; but
        nothing happens after it was recorded. A clock that is too far ahead is wrong, and not corrected."""
        now, recorded_at = self.batch.clock_and_ids.now(), self.batch.recorded_at
        return recorded_at if recorded_at < now <= recorded_at + MAX_CLOCK_AHEAD else now

    def is_too_early(self, occurred_at: datetime, last: datetime) -> bool:
        """Whether the instant lies before the stream's last event. It does not count as too early when the caller means
        now: our clocks may differ, or a fast clock may have stamped the last event."""
        if occurred_at >= last:
            return False
        now = self.batch.clock_and_ids.now()
        is_skew = last > now or last - occurred_at <= TOLERATED_CLOCK_SKEW
        return not (is_skew and occurred_at >= now - MAX_CLOCK_AHEAD)

    def append(self, event: Event, at: datetime) -> None:
        request, cause, number = self.request, self.request.cause, len(self.writes.events)
        self.subject = event.vault_subject(self.stream.name)
        position = self.batch.position + number + 1
        self.writes.events.append(
            StoredEvent(
                position,
                cause.event_id_of(number) if cause else self.batch.clock_and_ids.new_id(),
                self.stream.name,
                self.stream.version + 1,
                event.type,
                self.seal(event),
                at,
                self.batch.recorded_at,
                request.actor,
                request.correlation_id,
                cause.event_id if cause else None,
                request.on_behalf_of,
            )
        )
        if isinstance(event, Erasure):
            self.writes.erased.append(self.subject)
        self.stream = self.stream.after(request.decider, event, position, at)

    def import_texts(self) -> None:
        """Imports the texts that an event refers to, and no others: a refused request leaves none here."""
        for ref in self.request.imported_texts:
            if any(str(ref) in event.data for event in self.writes.events):
                self.writes.imported_texts.append((ref, self.stream.name))

    def seal(self, event: Event) -> str:
        """The event's JSON text. Its sealed values go to the vault."""

        def sealer(value: Any) -> UUID:
            ref = self.batch.clock_and_ids.new_id()
            self.writes.vault.append(VaultEntry(ref, self.subject, value))
            if event.shares_texts:
                self.writes.shared_texts.add(ref)
            return ref

        data = event.to_stored(sealer)
        if len(data) > LARGEST_EVENT:
            raise TooLarge(f"the event would have {len(data)} bytes, more than {LARGEST_EVENT}")
        return data
