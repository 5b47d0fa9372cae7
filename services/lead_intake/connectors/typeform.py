"""Typeform: one form response, as JSON. Its token is the guard against replays, since the signature has no stamp."""

from collections.abc import Iterator
from datetime import datetime

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Delivery, Json, JsonObject, Verification
from services.lead_intake.connectors.fields import FormAnswer, answer, answers_of
from services.lead_intake.connectors.outcomes import Ignored, Outcome
from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.reader import Reader, external_id
from services.lead_intake.connectors.signatures import base64_hmac, signed
from services.lead_intake.connectors.values import instant, object_at, objects_at, text, value_at
from services.lead_intake.lead.events import Source

MEANINGS = {"email": "email", "phone_number": "phone"}


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    given = [delivery.headers.get("typeform-signature")]
    return signed(given, connection.secrets, lambda secret: f"sha256={base64_hmac(secret, delivery.body)}")


def identify(value: JsonObject, connection: Connection) -> str | None:
    return external_id(connection, value_at(value, "form_response", "token"))


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    match text(value.get("event_type")):
        case "form_response":
            yield capture(submission(value, connection), connection)
        case "form_response_partial":
            yield Ignored("the form was not submitted")
        case None:
            raise Malformed("the event has no type")
        case _:
            yield Ignored("an unknown type of event")


def submission(value: JsonObject, connection: Connection) -> Submission:
    response = object_at(value, "form_response")
    form_id = response.get("form_id")
    titles = {text(one.get("id")): one.get("title") for one in objects_at(response, "definition", "fields")}
    answers = [read_answer(one, titles) for one in objects_at(response, "answers")]
    box, wording = legal_consent(response, titles)
    return Submission(
        default=Source.CONTACT_FORM,
        answers=[*answers, *answers_of(object_at(response, "hidden"))],
        kind_ids=(form_id,),
        asset_id=form_id,
        title=value_at(response, "definition", "title"),
        occurred_at=instant(response.get("submitted_at")),
        external_id=identify(value, connection),
        consent=box,
        consent_wording=wording,
    )


def read_answer(one: JsonObject, titles: dict[str | None, Json]) -> FormAnswer:
    kind, field = text(one.get("type")), object_at(one, "field")
    title = titles.get(text(field.get("id")))
    return answer(field.get("ref"), answer_value(one, kind), field.get("id"), title, meaning=MEANINGS.get(kind or ""))


def answer_value(one: JsonObject, kind: str | None) -> Json:
    """The value stands under the name of its type; choices have labels, and what was typed in beside them."""
    match kind:
        case "choice":
            return value_at(one, "choice", "label") or value_at(one, "choice", "other")
        case "choices":
            choices = object_at(one, "choices")
            labels = choices.get("labels")
            return [*(labels if isinstance(labels, list) else []), choices.get("other")]
        case _:
            return one.get(kind or "")


def legal_consent(response: JsonObject, titles: dict[str | None, Json]) -> tuple[bool | None, str | None]:
    """The answer to a field of the type that the vendor made for terms; other yes-or-no fields may ask anything."""
    for one in objects_at(response, "answers"):
        if value_at(one, "field", "type") == "legal" and isinstance(one.get("boolean"), bool):
            return one["boolean"], text(titles.get(text(value_at(one, "field", "id"))))
    return None, None


READER = Reader(verify, interpret, identify)
