"""The records of a person: leads and prospects, found by the person's id or by an e-mail address."""

from collections.abc import Collection
from typing import NamedTuple

from services.lead_intake.lead.history import HISTORY
from services.lead_intake.person.decider import DECIDER
from services.lead_intake.personal_data.aliases import email_alias, prospect_email_alias
from services.lead_intake.prospect.decider import DECIDER as PROSPECT
from shared.rules.message import Missing, subject_of
from shared.store import aliases
from shared.web.routing.call import Call
from shared.web.routing.folded import no_texts


class PersonRecords(NamedTuple):
    lead_ids: tuple[str, ...]
    prospect_ids: tuple[str, ...]


async def people_with_email(call: Call, email: str) -> list[str]:
    """The id of the person whom the address leads to, as a lead or else as a prospect; none when it leads to nobody."""
    lead_id = await call.subject_of_alias(email_alias(call.context.blind_index, email))
    if lead_id is None:
        return list(await prospects_with(call, [email]))
    return [(await call.fold(HISTORY, lead_id, no_texts)).state.captures[0].person_id]


async def prospects_with(call: Call, emails: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Prospects that have any of the addresses, by the ids of their persons."""
    names = [prospect_email_alias(call.context.blind_index, email) for email in emails]
    async with call.context.reads.connect() as tx:
        found = (await aliases.find(tx, names)).values()
    people = {subject_of(record.subject) for record in found}
    return {
        person_id: tuple(sorted({subject_of(one.stream) for one in found if subject_of(one.subject) == person_id}))
        for person_id in sorted(people)
    }


async def must_have_records(call: Call, person_id: str) -> PersonRecords:
    """Raises `Missing` when there is no such person."""
    records = await find_records(call, person_id)
    if not any(records):
        raise Missing("there is no such person")
    return records


async def find_records(call: Call, person_id: str) -> PersonRecords:
    """The leads and prospects of the person; none after an erasure, which deletes the aliases by which they are
    found."""
    async with call.context.reads.connect() as tx:
        streams = {record.stream for record in await aliases.of_subject(tx, DECIDER.stream(person_id))}
    prospects = {stream for stream in streams if stream.startswith(f"{PROSPECT.kind}-")}
    return PersonRecords(subjects(streams - prospects), subjects(prospects))


def subjects(streams: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(subject_of(stream) for stream in streams))


async def leads_of(call: Call, person_id: str) -> tuple[str, ...]:
    return (await find_records(call, person_id)).lead_ids
