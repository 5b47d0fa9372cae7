"""Outcomes of deliveries about a person who was not captured yet, or about a capture whose body is still to be looked
up: they wait in quarantine until the capture comes, however that happens.

What waits is found by an alias, not by a read model: whichever of the two is stored last, the wait or the person's own
alias, sees the other.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from services.lead_intake.awaited_person import commands as awaited
from services.lead_intake.awaited_person.decider import DECIDER as AWAITED
from services.lead_intake.connectors import READERS, outcomes
from services.lead_intake.connectors.reader import reread
from services.lead_intake.ingestion import stored_connection
from services.lead_intake.ingestion.capture_request import external_alias
from services.lead_intake.ingestion.known_people import identity_of_person, record
from services.lead_intake.ingestion.receipt import Receipt
from services.lead_intake.lead.history import HISTORY
from services.lead_intake.personal_data.aliases import awaited_alias
from services.lead_intake.quarantine import commands as quarantine
from services.lead_intake.quarantine.decider import DECIDER as QUARANTINE
from services.lead_intake.quarantine.state import Waiting
from shared.rules.decider import Decider
from shared.rules.message import Missing, Rejected, subject_of
from shared.store import event_store, vault
from shared.store.aliases import BlindIndex
from shared.store.stream import fold_streams
from shared.store.write_request import Step, WriteResult
from shared.web.routing.call import Call

S = TypeVar("S")


Early = outcomes.Activity | outcomes.ProfileChange | outcomes.IdentityChange
"""The outcomes that wait for their person. An erasure waits for nobody: a later capture is a new beginning."""


def aliases_awaited(blind_index: BlindIndex, outcome: outcomes.Outcome) -> Sequence[str]:
    """The aliases by any of which the person or the capture will be known. Raises `ValidationError` when a person is
    not named by anything that can be read."""
    match outcome:
        case outcomes.NeedsLookup(wanted="capture", external_id=str(external_id)):
            return [external_alias(blind_index, external_id)]
        case outcomes.IdentityChange():
            return identity_of_person(blind_index, outcome.old).resolve_by
        case outcomes.Activity() | outcomes.ProfileChange():
            return identity_of_person(blind_index, outcome.person).resolve_by
        case _:
            return []


async def await_capture(call: Call, outcome: outcomes.Outcome, quarantine_id: str) -> int | None:
    """The position of the delivery's release, if the capture came meanwhile."""
    names = [awaited_alias(alias) for alias in aliases_awaited(call.context.blind_index, outcome)]
    released = await record_early(call, [await begin_wait(call, name, quarantine_id) for name in names])
    return released.get(quarantine_id)


async def begin_wait(call: Call, name: str, quarantine_id: str) -> str:
    subject, step = str(call.context.clock_and_ids.new_id()), Step(awaited.AwaitPerson(quarantine_id=quarantine_id))
    request = call.write_request(AWAITED, subject, [step], resolve_by=[name], also_claim=[name], is_new_stream=True)
    return (await call.context.committer.write(request)).stream


async def with_early(call: Call, result: WriteResult) -> WriteResult:
    """Records what waited for what was written. The result has the position of the last event of all that."""
    released = await record_early(call, result.watched)
    return result._replace(position=max([result.position, *released.values()]))


async def record_early(call: Call, streams: Iterable[str]) -> dict[str, int]:
    """Records what waits for captures that came, in the order in which it was delivered, and then what waits for the
    addresses that this makes known. The positions of the releases, by quarantine id."""
    released, queue = dict[str, int](), list(streams)
    for stream in queue:  # which grows
        tried = list[str]()
        for quarantine_id in (await fold(call, AWAITED, subject_of(stream))).quarantine_ids:
            writes = await record_waiting(call, quarantine_id)
            if writes is not None:
                tried.append(quarantine_id)
            if writes:
                released[quarantine_id] = writes[-1].position
                queue += (found for write in writes for found in write.watched if found not in queue)
        await end_wait(call, subject_of(stream), tried)
    return released


async def end_wait(call: Call, subject: str, tried: Sequence[str]) -> None:
    step = Step(awaited.EndWait(quarantine_ids=tuple(tried)))
    await call.context.committer.write(call.write_request(AWAITED, subject, [step]))


async def record_waiting(call: Call, quarantine_id: str) -> list[WriteResult] | None:
    """Records what waits. The writes, with the release last; none of them when a person has to decide, None when nobody
    is known yet."""
    state = await fold(call, QUARANTINE, quarantine_id)
    if not isinstance(state, Waiting) or state.kept.ref is None:
        return []
    async with call.context.reads.connect() as tx:
        kept = (await vault.read(tx, [state.kept.ref])).get(state.kept.ref)
    connection = await stored_connection.load(call.context, state.connection_id or "")
    if connection is None:
        return []
    receipt = Receipt(state.connection_id or "", connection, state.received_at)
    found = reread(READERS[connection.connector], kept, connection).outcomes
    try:
        captures = [await looked_up(call, one) for one in found if isinstance(one, outcomes.NeedsLookup)]
        writes = await record_each(call, receipt, [one for one in found if isinstance(one, Early)])
    except Missing:
        return None
    except (ValidationError, Rejected):
        return []
    if not captures and not writes:
        return []
    command = quarantine.ReleaseDelivery(capture_ids=tuple(captures))
    return [*writes, await call.context.committer.write(call.write_request(QUARANTINE, quarantine_id, [Step(command)]))]


async def looked_up(call: Call, outcome: outcomes.NeedsLookup) -> str:
    """The id of the capture that the looked-up body yielded. Raises `Missing`."""
    for alias in aliases_awaited(call.context.blind_index, outcome):
        lead_id = await call.subject_of_alias(alias)
        captures = (await fold(call, HISTORY, lead_id)).captures if lead_id else []
        for capture in captures:
            if capture.external_id == outcome.external_id:
                return capture.capture_id
    raise Missing("it was not looked up yet")


async def record_each(call: Call, receipt: Receipt, found: Sequence[Early]) -> list[WriteResult]:
    """Records the outcomes; nothing when one of them takes back what a person did."""
    if any(isinstance(one, outcomes.Activity) and one.undone for one in found):
        return []
    return [await record(call, receipt, one) for one in found]


async def fold(call: Call, decider: Decider[Any, S, Any], subject: str) -> S:
    stream = decider.stream(subject)
    async with call.context.reads.connect() as tx:
        state: S = fold_streams({stream: decider}, await event_store.read_streams(tx, [stream]))[stream].state
    return state
