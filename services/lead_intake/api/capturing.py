"""From the body of a capture to what is asked of the store: who it may be, and what makes it one capture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.lead_intake.lead.commands import CaptureLead, PersonInput, RecordCapture
from services.lead_intake.lead.contact import mailbox
from services.lead_intake.lead.state import State, must_be_there, same_capture
from shared.rules.message import MAX_CLOCK_AHEAD
from shared.store.aliases import BlindIndex
from shared.store.write_request import AliasClaim
from shared.web.call import Call
from shared.web.problems import InvalidRequest

BACKDATED = timedelta(days=30)
"""How far back an engagement may lie for a key without `history:write`."""


def capture_of(call: Call, told: CaptureLead, *, keyed: bool) -> RecordCapture:
    """`keyed`: the request has an Idempotency-Key, by which a repetition is known."""
    new_id = call.context.clock_and_ids.new_id
    return RecordCapture(
        told=told,
        capture_id=str(new_id()),
        person_id=str(new_id()),
        engaged_at=engaged_at(call, told),
        unnamed=not keyed and told.external_id is None,
    )


def engaged_at(call: Call, told: CaptureLead) -> datetime:
    now = call.context.clock_and_ids.now()
    must_have_happened(told.occurred_at, now, "/occurred_at")
    must_have_happened(told.consent.at if told.consent else None, now, "/consent/at")
    if told.occurred_at is not None and told.occurred_at < now - BACKDATED:
        call.require("history:write")
    return told.occurred_at or now


def must_have_happened(instant: datetime | None, now: datetime, pointer: str) -> None:
    if instant is not None and instant > now + MAX_CLOCK_AHEAD:
        raise InvalidRequest(
            "the engagement is in the future", errors=[{"pointer": pointer, "detail": "in the future"}]
        )


@dataclass(frozen=True)
class Identity:
    """`find`: the aliases that lead to the person, the stronger first. `also`: what the person is known by from now.

    Colleagues share a switchboard's number, and must not become one lead: beside an e-mail address a phone leads
    only to somebody who gave no address.
    """

    find: list[str]
    also: list[str]


def identity(blind_index: BlindIndex, person: PersonInput) -> Identity:
    phone = blind_index.index("phone", person.phone) if person.phone else None
    alone = blind_index.index("phone alone", person.phone) if person.phone else None
    if person.email is None:
        return Identity([name for name in (phone,) if name], [name for name in (phone, alone) if name])
    email = blind_index.index("email", mailbox(person.email))
    return Identity([email, *([alone] if alone else [])], [email, *([phone] if phone else [])])


def claim_of(blind_index: BlindIndex, told: CaptureLead) -> AliasClaim | None:
    """The submission's own name. Its content is compared in normal form, whatever the order of its fields."""
    if told.external_id is None:
        return None
    content = orjson.dumps(told.model_dump(mode="json", exclude_none=True), option=orjson.OPT_SORT_KEYS)
    return AliasClaim(external_alias(blind_index, told.external_id), blind_index.digest(content))


def external_alias(blind_index: BlindIndex, external_id: str) -> str:
    return blind_index.index("capture", external_id)


def answered(asked: RecordCapture) -> Callable[[State], Mapping[str, Any]]:
    """The ids of the capture that this one became, or repeats."""

    def ids(state: State) -> Mapping[str, Any]:
        lead = must_be_there(state)
        known = same_capture(lead, asked)
        return {"person_id": lead.person_id, "capture_id": known.capture_id if known else None}

    return ids
