"""What a delivery says of a person whom nobody has captured yet: it waits in quarantine until a delivery or a form
captures the person. After a capture by `POST /leads`, which is the hot path, an operator releases it.

The wait is found by aliases of the person, not by a read model: whichever of the two is stored last sees the other.
"""

from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from services.lead_intake.capture_request import identity, vendor_person_alias
from services.lead_intake.connection import stored
from services.lead_intake.connectors import READERS, outcomes
from services.lead_intake.connectors.reader import reread
from services.lead_intake.known_people import PersonOutcome, record, whose
from services.lead_intake.lead.commands import PersonInput
from services.lead_intake.quarantine import commands
from services.lead_intake.quarantine.decider import DECIDER
from services.lead_intake.quarantine.state import Waiting
from services.lead_intake.received import Receipt
from shared.rules.message import Missing, Rejected
from shared.store import aliases, event_store, vault
from shared.store.aliases import BlindIndex
from shared.store.decision_batch import fold_streams
from shared.store.write_request import Step
from shared.web.call import Call

MOST_EARLY = 8
"""Of one person. Those beyond wait for an operator."""


async def free_aliases(call: Call, outcome: PersonOutcome) -> list[str]:
    """What the quarantine of an early outcome claims. An erasure waits for nobody: a later capture is a new beginning.
    Raises `ValidationError` when the person is not named by anything that can be read."""
    if isinstance(outcome, outcomes.Erasure):
        return []
    ref = outcome.old if isinstance(outcome, outcomes.IdentityChange) else outcome.person
    slots = [
        early_aliases(call.context.blind_index, alias) for alias in whose(call.context.blind_index, ref).resolve_by
    ]
    async with call.context.reads.connect() as tx:
        held = await aliases.find(tx, [slot for of_alias in slots for slot in of_alias])
    return [free for of_alias in slots if (free := next((slot for slot in of_alias if slot not in held), None))]


async def record_early(call: Call, person: PersonInput, vendor_person_id: str | None = None) -> None:
    """Records what waits for a person who was captured just now, in the order in which it came."""
    index = call.context.blind_index
    vendor = [vendor_person_alias(index, vendor_person_id)] if vendor_person_id else []
    slots = [slot for alias in (*identity(index, person).also_claim, *vendor) for slot in early_aliases(index, alias)]
    async with call.context.reads.connect() as tx:
        held = await aliases.find(tx, slots)
    for quarantine_id in unique(held[slot].stream.partition("-")[2] for slot in slots if slot in held):
        await record_waiting(call, quarantine_id)


async def record_waiting(call: Call, quarantine_id: str) -> bool:
    """Whether the person was known, so that the delivery is released."""
    stream = DECIDER.stream(quarantine_id)
    async with call.context.reads.connect() as tx:
        state = fold_streams({stream: DECIDER}, await event_store.read_streams(tx, [stream]))[stream].state
        if not isinstance(state, Waiting) or state.kept.ref is None:
            return False
        kept = (await vault.read(tx, [state.kept.ref])).get(state.kept.ref)
    connection = await stored.load(call.context, state.connection_id or "")
    if connection is None:
        return False
    receipt = Receipt(state.connection_id or "", connection, state.received_at)
    if not await record_each(call, receipt, reread(READERS[connection.connector], kept, connection).outcomes):
        return False
    request = call.write_request(DECIDER, quarantine_id, [Step(commands.ReleaseDelivery(capture_ids=()))])
    await call.context.committer.write(request)
    return True


async def record_each(call: Call, receipt: Receipt, found: Iterable[outcomes.Outcome]) -> bool:
    """Activities and changes alone; captures beside them were taken before."""
    early = [
        one for one in found if isinstance(one, outcomes.Activity | outcomes.ProfileChange | outcomes.IdentityChange)
    ]
    if any(isinstance(one, outcomes.Activity) and one.undone for one in early):
        return False
    try:
        for one in early:
            await record(call, receipt, one)
    except (ValidationError, Missing, Rejected):
        return False
    return bool(early)


def early_aliases(blind_index: BlindIndex, alias: str) -> list[str]:
    return [blind_index.index(f"early {slot}", alias) for slot in range(MOST_EARLY)]


def unique(ids: Iterable[str]) -> Sequence[str]:
    return list(dict.fromkeys(ids))
