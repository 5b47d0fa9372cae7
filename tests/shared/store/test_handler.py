"""The one way to write: positions, versions, instants, aliases, vault, idempotency, all in one transaction."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.rules.message import KeyReused, Rejected, Stale, StoredEvent, TooLarge
from shared.store import aliases, decision_batch, event_store, handler, vault
from shared.store.claims import AliasClaim, HistoryClaims
from shared.store.pending_writes import PendingWrites
from shared.store.write_request import Step, WriteRequest, WriteResult
from tests.running import Clock
from tests.shared.store.conftest import Write
from tests.shared.tally import CORRELATION, DECIDER, Add, Adopt, Wipe, cause, limit_request, request


async def stored(store: AsyncEngine) -> list[StoredEvent]:
    async with store.connect() as tx:
        return await event_store.read_after(tx, 0, 1000)


async def test_positions_and_versions_are_gapless_and_a_refusal_leaves_no_gap(store: AsyncEngine, write: Write) -> None:
    await write(limit_request(10))
    answers = await write(
        request("a", Add(n=4)), request("b", Add(n=11)), request("a", Add(n=6)), request("b", Add(n=1))
    )
    events = await stored(store)
    assert [type(answer).__name__ for answer in answers] == ["WriteResult", "Rejected", "WriteResult", "WriteResult"]
    assert [(event.position, event.stream, event.version) for event in events] == [
        (1, "limit-all", 1),
        (2, "tally-a", 1),
        (3, "tally-a", 2),
        (4, "tally-b", 1),
    ]


async def test_a_later_request_sees_what_an_earlier_one_of_its_batch_did(write: Write) -> None:
    first, second, third = await write(request("a", Add(n=7)), limit_request(8), request("a", Add(n=2)))
    assert isinstance(first, WriteResult)
    assert isinstance(second, WriteResult)
    assert isinstance(third, Rejected)


async def test_what_follows_is_decided_while_postgres_writes(
    store: AsyncEngine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    async def write(tx: AsyncConnection, pending: PendingWrites) -> None:
        order.append("writing")
        for _ in range(5):
            await asyncio.sleep(0)
        order.append(f"written {len(pending.events)}")

    def decided(state: Any) -> dict[str, Any]:
        order.append("decided")
        return {}

    monkeypatch.setattr(handler, "DECIDED_AT_ONCE", 2)
    monkeypatch.setattr(handler, "write", write)
    async with store.connect() as tx:
        answers = await handler.handle(
            tx, clock.clock_and_ids(), [request("a", Add(n=1), reply=decided) for _ in range(3)]
        )
    assert order == ["decided", "decided", "writing", "decided", "written 2", "writing", "written 1"]
    assert [answer.version for answer in answers if isinstance(answer, WriteResult)] == [1, 2, 3]


async def test_of_a_new_stream_nothing_is_read_unless_an_alias_leads_elsewhere(write: Write) -> None:
    await write(request("a", Add(n=1), also_claim=["x"]))
    (found,) = await write(request("b", Add(n=1), resolve_by=["x"], is_new_stream=True))
    assert isinstance(found, WriteResult)
    assert (found.stream, found.version) == ("tally-a", 2)
    with pytest.raises(IntegrityError, match="events_stream_version_key"):
        await write(request("a", Add(n=1), is_new_stream=True))


async def test_all_steps_of_a_request_happen_or_none(store: AsyncEngine, write: Write) -> None:
    await write(limit_request(10))
    (answer,) = await write(request("a", Add(n=9), Add(n=9)))
    assert isinstance(answer, Rejected)
    assert len(await stored(store)) == 1


async def test_an_answer_that_changes_nothing_names_the_last_event(write: Write) -> None:
    await write(request("a", Add(n=1)))
    (again,) = await write(request("a", Add(n=0)))
    assert again == WriteResult("tally-a", 1, 1, False, {})


async def test_the_same_key_and_body_is_answered_again_and_another_body_refused(
    store: AsyncEngine, write: Write
) -> None:
    keyed = {"idempotency_key": "caller POST /x k1", "reply": lambda state: {"total": state.total}}
    (first,) = await write(request("a", Add(n=3), fingerprint="body", **keyed))
    (again,) = await write(request("elsewhere", Add(n=3), fingerprint="body", **keyed))
    (other,) = await write(request("a", Add(n=4), fingerprint="other", **keyed))
    assert first == WriteResult("tally-a", 1, 1, True, {"total": 3}, written=1)
    assert again == WriteResult("tally-a", 1, 1, True, {"total": 3}, replayed=True)
    assert isinstance(other, KeyReused)
    assert len(await stored(store)) == 1


async def test_refusals_are_decided_anew(write: Write) -> None:
    await write(limit_request(1))
    (refused,) = await write(request("a", Add(n=2), idempotency_key="k"))
    await write(limit_request(5))
    (accepted,) = await write(request("a", Add(n=2), idempotency_key="k"))
    assert isinstance(refused, Rejected)
    assert isinstance(accepted, WriteResult)


async def test_repeats_of_a_key_within_one_batch_are_one(store: AsyncEngine, write: Write) -> None:
    answers = await write(*(request("a", Add(n=1), idempotency_key="k") for _ in range(5)))
    assert [answer.replayed for answer in answers if isinstance(answer, WriteResult)] == [False, True, True, True, True]
    assert len(await stored(store)) == 1


async def test_the_version_of_if_match_is_checked_after_the_key_and_before_the_rule(write: Write) -> None:
    await write(request("a", Add(n=1), idempotency_key="k"), limit_request(1))
    stale, replayed, refused = await write(
        request("a", Add(n=9), if_versions=frozenset({3})),
        request("a", Add(n=1), idempotency_key="k", if_versions=frozenset({9})),
        request("a", Add(n=9), if_versions=frozenset({1})),
    )
    assert isinstance(stale, Stale)
    assert isinstance(replayed, WriteResult)
    assert isinstance(refused, Rejected)


async def test_an_alias_finds_the_stream_also_within_the_batch(write: Write) -> None:
    answers = await write(
        request("one", Add(n=1), resolve_by=["mail:1"], also_claim=["mail:1"]),
        request("two", Add(n=2), resolve_by=["mail:1"], also_claim=["mail:1"]),
    )
    (later,) = await write(request("three", Add(n=4), resolve_by=["mail:9", "mail:1"]))
    assert [answer.stream for answer in (*answers, later) if isinstance(answer, WriteResult)] == ["tally-one"] * 3


async def test_a_claim_is_passed_over_with_the_same_content_and_refused_with_another(
    store: AsyncEngine, write: Write
) -> None:
    def fact(name: str, content: str) -> WriteRequest:
        step = Step(Add(n=1), claim=AliasClaim("fact:1", content))
        return WriteRequest(DECIDER, f"tally-{name}", [step], "tester", CORRELATION)

    first, again, changed, stranger = await write(fact("a", "x"), fact("a", "x"), fact("a", "y"), fact("b", "x"))
    assert isinstance(first, WriteResult)
    assert again == WriteResult("tally-a", 1, 1, False, {})
    assert isinstance(changed, Rejected)
    assert "taken before by a" in str(stranger)
    assert len(await stored(store)) == 1


def past(name: str, *contents: str) -> WriteRequest:
    aliases = [f"fact:{number}" for number, _ in enumerate(contents)]
    steps = [Step(Add(n=1)) for _ in contents]
    return WriteRequest(
        DECIDER,
        f"tally-{name}",
        steps,
        "tester",
        CORRELATION,
        also_claim=["id"],
        history_claims=HistoryClaims(aliases, contents),
    )


async def test_a_history_may_grow_and_has_a_row_for_each_time_it_has_grown(store: AsyncEngine, write: Write) -> None:
    answers = await write(
        past("a", "w", "x"), past("a", "w"), past("a", "w", "x", "y", "z"), past("a", "w", "x", "y", "z")
    )
    assert [answer.version for answer in answers if isinstance(answer, WriteResult)] == [2, 2, 4, 4]
    async with store.connect() as tx:
        found = await aliases.of_subject(tx, "tally-a")
    assert {(one.alias, one.fingerprint) for one in found} == {("fact:0", "w,x"), ("fact:2", "y,z"), ("id", None)}


@pytest.mark.parametrize("other", [("v",), ("w", "v"), ("w", "x", "v"), ("w", "x", "y", "v")])
async def test_a_history_that_differs_is_refused_at_any_step(write: Write, other: tuple[str, ...]) -> None:
    await write(past("a", "w", "x"), past("a", "w", "x", "y", "z"))
    differing, stranger = await write(past("a", *other), past("b", "w"))
    assert [str(answer) for answer in (differing, stranger)] == ["taken before by a, with another content"] * 2


async def test_a_history_that_was_stored_with_a_row_for_each_step_goes_on(store: AsyncEngine, write: Write) -> None:
    steps = [Step(Add(n=1), claim=AliasClaim(f"fact:{number}", content)) for number, content in enumerate("wx")]
    await write(WriteRequest(DECIDER, "tally-a", steps, "tester", CORRELATION))
    longer, differing = await write(past("a", "w", "x", "y"), past("a", "w", "v"))
    assert (isinstance(longer, WriteResult), isinstance(differing, Rejected)) == (True, True)
    assert len(await stored(store)) == 3


async def test_free_text_goes_to_the_vault_and_the_event_refers_to_it(store: AsyncEngine, write: Write) -> None:
    await write(request("a", Add(n=1, note="call Ada back")))
    (event,) = await stored(store)
    assert "Ada" not in event.data
    (note,) = DECIDER.fold((fact.event, fact.occurred_at) for fact in DECIDER.parse.all([event])).notes
    assert note.ref is not None
    async with store.connect() as tx:
        assert await vault.read(tx, [note.ref]) == {note.ref: "call Ada back"}


async def test_a_lent_text_is_adopted_under_the_new_subject(store: AsyncEngine, write: Write) -> None:
    await write(request("a", Add(n=1, note="Acme renewal")))
    ref = await only_ref(store)
    async with store.begin() as tx:  # the other service has a vault of its own
        await tx.execute(text("DELETE FROM vault"))
    await write(request("b", Adopt(n=1, note=ref), imported_texts=[ref]))
    async with store.connect() as tx:
        row = (await tx.execute(text("SELECT ref, subject, value FROM vault"))).one()
    assert tuple(row) == (ref, "tally-b", "Acme renewal")


async def test_a_lent_text_that_no_event_refers_to_is_not_adopted(store: AsyncEngine, write: Write) -> None:
    await write(request("a", Add(n=1, note="Acme renewal")))
    ref = await only_ref(store)
    async with store.begin() as tx:
        await tx.execute(text("DELETE FROM vault"))
    await write(request("b", Add(n=1), imported_texts=[ref]))
    async with store.connect() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM vault"))).scalar_one() == 0


async def only_ref(store: AsyncEngine) -> UUID:
    async with store.connect() as tx:
        return UUID(str((await tx.execute(text("SELECT ref FROM vault"))).scalar_one()))


async def test_erasure_empties_the_vault_and_the_aliases_and_nothing_is_kept_afterwards(
    store: AsyncEngine, write: Write
) -> None:
    await write(
        request("a", Add(n=1, note="Ada"), also_claim=["mail:1"]),
        request("b", Add(n=1, note="Bob"), also_claim=["mail:2"]),
    )
    await write(request("a", Wipe()))
    await write(request("a", Add(n=1, note="Ada again"), also_claim=["mail:3"]))
    async with store.connect() as tx:
        assert set((await tx.execute(text("SELECT value #>> '{}' FROM vault"))).scalars()) == {"Bob"}
        assert set(await aliases.find(tx, ["mail:1", "mail:2", "mail:3"])) == {"mail:2"}
        assert set((await tx.execute(text("SELECT value #>> '{}' FROM exchange.lent"))).scalars()) == {"Bob"}
    assert len(await stored(store)) == 4


async def test_instants_never_fall_within_a_stream_and_only_a_named_one_is_refused(
    store: AsyncEngine, write: Write, clock: Clock
) -> None:
    start = clock.instant
    await write(request("a", Add(n=1)))
    clock.instant = start - timedelta(hours=1)
    (own_clock,) = await write(request("a", Add(n=1)))
    clock.instant = start
    (named_too_early,) = await write(named(start - timedelta(seconds=2)))
    assert isinstance(own_clock, WriteResult)
    assert isinstance(named_too_early, Rejected)
    assert [event.occurred_at for event in await stored(store)] == [start, start]


async def test_a_clock_of_ours_that_was_wrong_is_not_the_fault_of_who_names_an_instant(
    store: AsyncEngine, write: Write, clock: Clock
) -> None:
    ahead = clock.instant + timedelta(hours=1)
    clock.instant = ahead
    await write(named(ahead))
    clock.instant = ahead - timedelta(hours=1)
    (by_the_true_clock,) = await write(named(clock.instant))
    (of_yesterday,) = await write(named(clock.instant - timedelta(days=1)))
    clock.instant = ahead + timedelta(seconds=1)
    (by_a_clock_that_differs,) = await write(named(ahead - timedelta(milliseconds=150)))
    assert isinstance(by_the_true_clock, WriteResult)
    assert isinstance(of_yesterday, Rejected)
    assert isinstance(by_a_clock_that_differs, WriteResult)
    assert [event.occurred_at for event in await stored(store)] == [ahead] * 3


@pytest.mark.parametrize("ahead", [timedelta(milliseconds=20), timedelta(minutes=4)])
async def test_what_we_stamp_ourselves_never_happens_after_it_was_recorded(
    store: AsyncEngine, write: Write, clock: Clock, ahead: timedelta
) -> None:
    async with store.connect() as tx:
        clock.instant = (await tx.execute(select(func.clock_timestamp()))).scalar_one() + ahead
    await write(*(request(subject, Add(n=1)) for subject in "aab"))
    events = await stored(store)
    assert all(event.occurred_at <= event.recorded_at for event in events)


def named(at: datetime) -> WriteRequest:
    return WriteRequest(DECIDER, "tally-a", [Step(Add(n=1), occurred_at=at)], "tester", CORRELATION)


async def test_recorded_at_never_falls_and_lies_after_what_the_relay_promised(store: AsyncEngine, write: Write) -> None:
    promised = datetime(2101, 1, 1, tzinfo=UTC)
    await write(request("a", Add(n=1)))
    async with store.begin() as tx:
        await tx.execute(text("UPDATE published SET clock = :promised").bindparams(promised=promised))
    await write(request("a", Add(n=1)), request("b", Add(n=1)))
    first, second, third = await stored(store)
    assert first.recorded_at < promised < second.recorded_at == third.recorded_at


async def test_a_reaction_happens_no_earlier_than_its_cause_and_its_ids_follow_from_it(
    store: AsyncEngine, write: Write, clock: Clock
) -> None:
    upstream = cause(UUID(int=5), clock.instant + timedelta(seconds=2))
    await write(request("a", Add(n=1), cause=upstream))
    (event,) = await stored(store)
    assert (event.occurred_at, event.event_id) == (upstream.occurred_at, upstream.event_id_of(0))
    assert event.causation_id == UUID(int=5)


async def test_an_event_keeps_the_org_node_that_its_caller_acted_for(store: AsyncEngine, write: Write) -> None:
    await write(request("a", Add(n=1))._replace(on_behalf_of="north"), request("a", Add(n=1)))
    events = await stored(store)
    assert [event.on_behalf_of for event in events] == ["north", None]
    assert [event.on_behalf_of for event in DECIDER.parse.all(events)] == ["north", None]


async def test_an_event_that_the_log_could_not_carry_is_refused_alone(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_batch, "LARGEST_EVENT", 33)
    small, large = await write(request("a", Add(n=1)), request("b", Add(n=10**5), Add(n=10**5), Add(n=10**5)))
    assert isinstance(small, WriteResult)
    assert isinstance(large, TooLarge)
