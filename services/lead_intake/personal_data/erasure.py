"""Erasing a person, whether the API or a vendor asks for it."""

from collections.abc import Awaitable, Callable, Collection
from functools import partial
from itertools import product

from services.lead_intake.lead.commands import RecordActivity
from services.lead_intake.person import commands
from services.lead_intake.person.decider import DECIDER
from services.lead_intake.personal_data.mentions import erase_mentions
from services.lead_intake.personal_data.merged_leads import emails_of, fold_lead, person_ids
from services.lead_intake.personal_data.person_records import PersonRecords, find_records, prospects_with
from services.lead_intake.personal_data.suppressions import suppress
from shared.store.write_request import Step, WriteResult
from shared.web.routing.call import Call

WriteErasure = Callable[[commands.ErasePerson], Awaitable[WriteResult]]


async def erase(call: Call, person_id: str, write: WriteErasure | None = None) -> WriteResult:
    """Erases a person and their companions. `write`: of the person's own erasure, by default without the conditions of
    the HTTP request. Raises `Missing` when there is no such person."""
    records = await find_records(call, person_id)
    await erase_companions(call, person_id, records)
    result = await (write or partial(write_erasure, call, person_id))(commands.ErasePerson(**records._asdict()))
    await erase_companions(call, person_id, records)  # those that were merged meanwhile: no more can be, now
    return result


async def write_erasure(call: Call, person_id: str, command: commands.ErasePerson) -> WriteResult:
    return await call.context.committer.write(call.write_request(DECIDER, person_id, [Step(command)]))


async def erase_companions(call: Call, person_id: str, records: PersonRecords) -> None:
    """Erases what goes with a person: deliveries in quarantine, and the other persons of merged leads and same
    addresses."""
    emails = [email for lead_id in records.lead_ids for email in await emails_of(call, lead_id)]
    await keep_suppressions(call, records, emails)
    await erase_mentions(call, emails)
    for other_id in await same_people(call, records, emails) - {person_id}:
        others = await find_records(call, other_id)
        if any(others):
            await write_erasure(call, other_id, commands.ErasePerson(**others._asdict()))


async def keep_suppressions(call: Call, records: PersonRecords, emails: Collection[str]) -> None:
    """Keeps people unsubscribed who come again after the erasure: the blind index alone knows that."""
    leads = [(await fold_lead(call, lead_id)).state for lead_id in records.lead_ids]
    activities = [RecordActivity.of(activity) for lead in leads for activity in lead.activities]
    for activity, email in product(activities, emails):
        await suppress(call, email, activity)


async def same_people(call: Call, records: PersonRecords, emails: Collection[str]) -> set[str]:
    """The ids of all persons that are this one: of merged leads, and of prospects with the same addresses."""
    merged = [person_ids((await fold_lead(call, lead_id)).state) for lead_id in records.lead_ids]
    return {*await prospects_with(call, emails), *(person_id for people in merged for person_id in people)}
