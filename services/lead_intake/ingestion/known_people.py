"""Outcomes of deliveries about a known person: activities, changes of profile and address, erasure."""

from services.lead_intake.connectors import outcomes
from services.lead_intake.connectors.outcomes import PersonRef
from services.lead_intake.ingestion.receipt import Receipt
from services.lead_intake.lead import decider as lead
from services.lead_intake.lead.capture_body import PersonInput
from services.lead_intake.lead.commands import ChangeProfile, RecordActivity
from services.lead_intake.lead.events import Source
from services.lead_intake.lead.history import HISTORY
from services.lead_intake.lead.lenient import read_leniently
from services.lead_intake.personal_data.aliases import (
    Identity,
    awaited_alias,
    email_alias,
    identity,
    vendor_person_alias,
)
from services.lead_intake.personal_data.erasure import erase
from services.lead_intake.personal_data.suppressions import suppress, suppression_of
from shared.rules.message import Missing, Rejected
from shared.store.aliases import BlindIndex
from shared.store.write_request import Step, WriteResult
from shared.web.routing.call import Call
from shared.web.routing.folded import no_texts

PersonOutcome = outcomes.Activity | outcomes.ProfileChange | outcomes.IdentityChange | outcomes.Erasure


async def record(call: Call, receipt: Receipt, outcome: PersonOutcome) -> WriteResult:
    """Raises `ValidationError` when the person is not named by anything that can be read, `Missing` when nobody is
    known by it, `Rejected` when a new address is another person's."""
    match outcome:
        case outcomes.Activity():
            return await record_activity(call, receipt, outcome)
        case outcomes.ProfileChange():
            return await change_profile(call, receipt, outcome)
        case outcomes.IdentityChange():
            return await change_address(call, receipt, outcome)
        case outcomes.Erasure():
            return await erase_person(call, outcome)


def described(outcome: PersonOutcome) -> str:
    """The outcome in words, without personal data."""
    match outcome:
        case outcomes.Activity():
            return f"the activity {outcome.kind}"
        case outcomes.ProfileChange():
            return "a change of a person's profile"
        case outcomes.IdentityChange():
            return "a change of a person's address"
        case outcomes.Erasure():
            return "the erasure of a person"


async def record_activity(call: Call, receipt: Receipt, outcome: outcomes.Activity) -> WriteResult:
    """An activity of an unknown person may be a suppression."""
    consent = receipt.connection.consent
    command = RecordActivity(
        activity_id=str(call.context.clock_and_ids.new_id()),
        kind=outcome.kind,
        engaged_at=receipt.time_of(outcome.occurred_at),
        external_id=outcome.external_id,
        connection_id=receipt.connection_id,
        purpose=consent.purpose if consent else None,
    )
    try:
        return await write(call, identity_of_person(call.context.blind_index, outcome.person), command)
    except Missing:
        suppressed = await suppress(call, outcome.person.email, command)
        if suppressed is None:
            raise
        return suppressed


async def change_profile(call: Call, receipt: Receipt, outcome: outcomes.ProfileChange) -> WriteResult:
    ref = outcome.person
    person = dict(outcome.fields.get("person") or {}) | {
        name: value for name, value in (("email", ref.email), ("phone", ref.phone)) if value is not None
    }
    body = read_leniently({"source": Source.OTHER, "person": person, "company": outcome.fields.get("company")})
    command = ChangeProfile(
        person=body.person,
        company=body.company,
        changed_at=receipt.time_of(outcome.occurred_at),
        external_id=outcome.external_id,
        connection_id=receipt.connection_id,
    )
    return await write(call, identity_of_person(call.context.blind_index, ref), command)


async def change_address(call: Call, receipt: Receipt, outcome: outcomes.IdentityChange) -> WriteResult:
    """The new address leads to the person from now on, and so does the old one."""
    index = call.context.blind_index
    person = PersonInput.model_validate({"email": outcome.new.email, "phone": outcome.new.phone})
    who = identity_of_person(index, outcome.old)
    if person.email is not None and await belongs_to_another(call, who, email_alias(index, person.email)):
        raise Rejected("the new address leads to another lead: merge the two")
    command = ChangeProfile(
        person=person,
        changed_at=receipt.time_of(outcome.occurred_at),
        external_id=outcome.external_id,
        connection_id=receipt.connection_id,
    )
    return await write(call, who, command)


async def belongs_to_another(call: Call, who: Identity, alias: str) -> bool:
    """Whether another person has the alias."""
    owner = await call.subject_of_alias(alias)
    owners = [await call.subject_of_alias(each) for each in who.resolve_by]
    return owner is not None and owner not in owners


async def erase_person(call: Call, outcome: outcomes.Erasure) -> WriteResult:
    who = identity_of_person(call.context.blind_index, outcome.person)
    for alias in who.resolve_by:
        lead_id = await call.subject_of_alias(alias)
        if lead_id is not None:
            folded = await call.fold(HISTORY, lead_id, no_texts)
            return await erase(call, folded.state.captures[0].person_id)
    raise Missing("there is no such person")


def identity_of_person(blind_index: BlindIndex, ref: PersonRef) -> Identity:
    """The aliases by which the person of an outcome is found: without an address, the vendor's own id of the person.
    Raises `ValidationError` when nothing of them can be read."""
    vendor = [vendor_person_alias(blind_index, ref.vendor_id)] if ref.vendor_id else []
    if vendor and ref.email is None and ref.phone is None:
        return Identity(vendor, [], {})
    who = identity(blind_index, PersonInput.model_validate({"email": ref.email, "phone": ref.phone}))
    return Identity([*who.resolve_by, *vendor], [], who.unless)


async def write(call: Call, who: Identity, command: RecordActivity | ChangeProfile) -> WriteResult:
    context = call.context
    email = command.person.email if isinstance(command, ChangeProfile) else None
    claimed = [email_alias(context.blind_index, email)] if email else []
    request = call.write_request(
        lead.DECIDER,
        str(context.clock_and_ids.new_id()),
        [Step(command)],
        resolve_by=who.resolve_by,
        resolve_unless=who.unless,
        also_claim=claimed,
        watched=[awaited_alias(alias) for alias in claimed],
        is_new_stream=True,
        alias_references=suppression_of(context.blind_index, email),
    )
    return await context.committer.write(request)
