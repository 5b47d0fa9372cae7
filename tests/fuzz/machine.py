"""A decider under any commands in any order, on the desk that decides for the store, only without a database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from pydantic import BaseModel

from services.pipeline.opportunity.commands import Link
from shared.rules.message import Command, RecordedEvent, Refusal, StoredEvent
from shared.rules.sealed import Sealed
from shared.store.aliases import AliasRecord
from shared.store.claims import AliasClaim
from shared.store.decision_batch import DecisionBatch
from shared.store.event_store import LARGEST_EVENT, Head
from shared.store.stream import fold_streams
from shared.store.write_request import Step, WriteRequest, WriteResult
from tests.fuzz.commands import BEGINNINGS, COMMANDS
from tests.fuzz.deciders import AnyDecider
from tests.running import Clock
from tests.spec import NOON

NEWS = (
    *("person.accessed", "opportunity.texts_erased", "hand_over.refused", "connection.secret_rotated"),
    *("override.set", "call.submitted", "webhook.changed", "webhook.secret_rotated"),
)
"""Each look at a person's data is one more; texts that were written since are emptied, too; to each hand-over there is
an answer, because reactions, which ask this, are carried out once by their checkpoint; secrets may be set again; an
override that is stated again has a new basis, and texts that are sealed, such as notes and addresses, are not
compared."""
Invariant = Callable[[Any, Sequence[tuple[Any, datetime]]], None]


@dataclass
class Store:
    """The committed events, and the open transaction."""

    deciders: Mapping[str, AnyDecider]
    clock: Clock = field(default_factory=lambda: Clock(NOON))
    stored: list[StoredEvent] = field(default_factory=list)
    aliases: dict[str, AliasRecord] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        self.batch = self.opened()

    def opened(self) -> DecisionBatch:
        last = self.stored[-1] if self.stored else None
        earliest = max(self.clock.now(), last.recorded_at) if last else self.clock.now()
        head = Head(last.position if last else 0, earliest)
        return DecisionBatch(
            self.clock.clock_and_ids(), head, fold_streams(self.deciders, self.stored), self.aliases, {}
        )

    @property
    def history(self) -> list[StoredEvent]:
        return [*self.stored, *self.batch.pending.events]

    def commit(self) -> None:
        pending = self.batch.take_pending()
        self.stored += pending.events
        self.aliases |= {record.alias: record for record in pending.claimed}
        self.batch = self.opened()

    def ask(self, stream: str, command: Command, *, key: str | None = None) -> WriteResult | Refusal:
        self.asked += 1
        # Of a further name the alias alone knows that the deal has it: the deal shows its first one.
        claim = AliasClaim(command.external_id) if isinstance(command, Link) else None
        step = Step(command, claim=claim)
        return self.batch.decide(
            WriteRequest(
                self.deciders[stream], stream, [step], "tester", UUID(int=1), idempotency_key=key, fingerprint="same"
            )
        )


def machine(decider: AnyDecider, commands: Sequence[type[Command]], invariant: Invariant) -> type[Any]:
    """`commands`: those of the decider. What it looks at changes meanwhile, too."""
    stream = decider.stream("it")
    looked_at = {look.stream: look.decider for look in decider.references.values()}
    beginnings = BEGINNINGS.get(decider.kind, st.none())
    own = st.one_of([COMMANDS[each] for each in commands])

    class AnyOrder(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.store = Store({stream: decider, **looked_at})

        @initialize(begins=st.integers(0, 3), command=beginnings)
        def begin(self, begins: int, command: Command | None) -> None:
            if begins and command is not None and type(command) in commands:
                asked(self.store, stream, command)

        @rule(command=own)
        def ask(self, command: Command) -> None:
            asked(self.store, stream, command)
            check(self.store, stream, invariant)

        @rule(command=own)
        def ask_with_a_key(self, command: Command) -> None:
            repeated(self.store, stream, command)

        @rule()
        def commit(self) -> None:
            committed(self.store)

        @rule(minutes=st.integers(0, 90))
        def pass_by(self, minutes: int) -> None:
            self.store.clock.instant += timedelta(minutes=minutes)

    for name, reference in looked_at.items():
        setattr(AnyOrder, f"change_{reference.kind}", rule(command=commands_on(reference))(changing(name)))
    return AnyOrder


def commands_on(decider: AnyDecider) -> st.SearchStrategy[Any]:
    package = decider.decide.__module__.rpartition(".")[0]
    return st.one_of([COMMANDS[each] for each in COMMANDS if each.__module__.startswith(package)])


def changing(stream: str) -> Callable[[Any, Command], None]:
    def change(machine: Any, command: Command) -> None:
        asked(machine.store, stream, command)

    return change


def asked(store: Store, stream: str, command: Command) -> None:
    """A refusal writes nothing; what is carried out, is written gaplessly, can be read, and is not done twice."""
    before, known = len(store.history), store.batch.streams[stream]
    answer = store.ask(stream, command)
    if isinstance(answer, Refusal):
        assert str(answer), "a refusal says why"
        assert len(store.history) == before, "a refusal leaves no event"
        assert store.batch.streams[stream] is known, "and no trace"
    else:
        assert answer.version == known.version + len(store.history) - before
    before = len(store.history)
    store.ask(stream, command)
    added = [event.type for event in store.history[before:] if event.type not in NEWS]
    assert not added, "a repeated command adds nothing"


def repeated(store: Store, stream: str, command: Command) -> None:
    """Repeats a request with its key, whatever happened meanwhile."""
    key = f"key {store.asked}"
    first = store.ask(stream, command, key=key)
    store.clock.instant += timedelta(minutes=5)
    before = len(store.history)
    again = store.ask(stream, command, key=key)
    if isinstance(first, WriteResult):
        assert isinstance(again, WriteResult)
        assert (again.version, again.position, again.replayed) == (first.version, first.position, True)
        assert len(store.history) == before


def committed(store: Store) -> None:
    """Read back from JSON, the events give the state that was decided on."""
    seen = {name: plain(known.state) for name, known in store.batch.streams.items()}
    store.commit()
    assert {name: plain(known.state) for name, known in store.batch.streams.items()} == seen


def check(store: Store, stream: str, invariant: Invariant) -> None:
    history = store.history
    assert [event.position for event in history] == list(range(1, len(history) + 1)), "positions are gapless"
    mine = [event for event in history if event.stream == stream]
    assert [event.version for event in mine] == list(range(1, len(mine) + 1)), "versions are gapless"
    assert all(len(event.data) <= LARGEST_EVENT for event in mine)
    instants = [event.occurred_at for event in mine]
    assert instants == sorted(instants), "time does not go back in a stream"
    assert [event.recorded_at for event in history] == sorted(event.recorded_at for event in history)
    parsed = [read(store.deciders[stream], event) for event in mine]
    invariant(store.batch.streams[stream].state, [(one.event, one.occurred_at) for one in parsed])


def read(decider: AnyDecider, event: StoredEvent) -> RecordedEvent[Any]:
    recorded = decider.parse(event)
    assert recorded is not None
    assert recorded.event.type == event.type
    return recorded


def plain(value: Any) -> Any:
    """Without what tells a text that is still at hand from one in the vault."""
    match value:
        case Sealed():
            return "sealed"
        case BaseModel():
            return type(value), {name: plain(getattr(value, name)) for name in type(value).model_fields}
        case Mapping():
            return {key: plain(each) for key, each in value.items()}
        case tuple() | list():
            return [plain(each) for each in value]
        case _ if is_dataclass(value):
            return type(value), {each.name: plain(getattr(value, each.name)) for each in fields(value)}
        case _:
            return value
