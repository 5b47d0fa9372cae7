"""LinkedIn lead forms: notifications (ids alone), and responses as they are read back by a tool."""

import re
from collections.abc import Iterator
from datetime import datetime

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Delivery, Json, JsonObject, Reply, Verification
from services.lead_intake.connectors.fields import FormAnswer, answer
from services.lead_intake.connectors.outcomes import Ignored, NeedsLookup, Outcome
from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.reader import Reader, each_of_array, external_id
from services.lead_intake.connectors.signatures import challenge_reply, has_token, hex_hmac, signed
from services.lead_intake.connectors.values import (
    flag,
    from_milliseconds,
    looks_like_email,
    objects_at,
    text,
    unanimous,
    value_at,
)
from services.lead_intake.lead.events import Source

FORM = re.compile(r"leadGenForm:(\d+)")
SOURCES = {"SPONSORED": Source.PAID, "EVENT": Source.EVENT}


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    given = delivery.headers.get("x-li-signature")
    if given is None:
        return has_token(delivery, connection)
    return signed([given], connection.secrets, lambda secret: hex_hmac(secret, b"hmacsha256=" + delivery.body))


def handshake(delivery: Delivery, connection: Connection) -> Reply | None:
    """The address is validated when it is saved, and again every two hours."""
    challenge = delivery.query.get("challengeCode")
    if delivery.method != "GET" or challenge is None or not connection.secrets:
        return None
    return challenge_reply(challenge, connection, ("challengeCode", "challengeResponse"))


def identify(value: JsonObject, connection: Connection) -> str | None:
    """A lead's making and its deletion, and the response itself, are three elements."""
    if is_notification(value):
        return external_id(connection, value.get("leadAction"), last_part(value.get("leadGenFormResponse")))
    return external_id(connection, last_part(value.get("id")))


def is_notification(value: JsonObject) -> bool:
    return "leadAction" in value or "leadGenFormResponse" in value


def last_part(urn: Json) -> str | None:
    found = text(urn)
    return None if found is None else found.rpartition(":")[2] or None


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    if is_notification(value):
        yield notification(value, connection)
    elif isinstance(value.get("formResponse"), dict):
        yield response(value, connection)
    else:
        raise Malformed("neither a notification nor a response")


def notification(value: JsonObject, connection: Connection) -> Outcome:
    lead = last_part(value.get("leadGenFormResponse"))
    if lead is None:
        raise Malformed("the notification names no lead")
    ids = {name: text(value.get(name)) for name in ("leadGenFormResponse", "leadGenForm", "leadType")}
    present = {name: found for name, found in ids.items() if found}
    at = from_milliseconds(value.get("occurredAt"))
    match text(value.get("leadAction")):
        case "CREATED":
            return NeedsLookup(present, "capture", at, external_id(connection, lead))
        case "DELETED":
            return NeedsLookup(present, "erasure", at, external_id(connection, lead))
        case _:
            return Ignored("an action that needs nothing done")


def response(value: JsonObject, connection: Connection) -> Outcome:
    if flag(value.get("testLead")):
        return Ignored("a test lead")
    boxes = objects_at(value, "formResponse", "consentResponses")
    form = FORM.search(text(value.get("versionedLeadGenFormUrn")) or "")
    campaign = last_part(value_at(value, "leadMetadata", "sponsoredLeadMetadata", "campaign"))
    form_id = form[1] if form else None
    made = Submission(
        default=SOURCES.get(text(value.get("leadType")) or "", Source.CONTACT_FORM),
        answers=map(read_answer, objects_at(value, "formResponse", "answers")),
        kind_ids=(form_id, campaign),
        asset_id=campaign or form_id,
        occurred_at=from_milliseconds(value.get("submittedAt")),
        external_id=identify(value, connection),
        consent=unanimous(box.get("accepted") for box in boxes),
    )
    return capture(made, connection)


def read_answer(one: JsonObject) -> FormAnswer:
    """Questions have numbers; the settings say which asks what. An address is known by its look."""
    given = value_at(one, "answerDetails", "textQuestionAnswer", "answer")
    options = value_at(one, "answerDetails", "multipleChoiceAnswer", "options")
    return answer(one.get("questionId"), given or options, meaning="email" if looks_like_email(given) else None)


READER = Reader(verify, interpret, identify, each_of_array, handshake)
