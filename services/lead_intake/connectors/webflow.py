"""Webflow: submissions of a site's forms, in the second version of its hooks and in the first."""

from collections.abc import Iterator
from datetime import datetime

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Delivery, JsonObject, Verification
from services.lead_intake.connectors.fields import answers_of
from services.lead_intake.connectors.outcomes import Ignored, Outcome
from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.reader import Reader, external_id
from services.lead_intake.connectors.signatures import MILLISECOND, all_of, fresh, has_token, hex_hmac, signed
from services.lead_intake.connectors.values import instant, object_at, text
from services.lead_intake.lead.events import Source


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    """Hooks made in the site's settings are unsigned: their address carries the secret."""
    given = delivery.headers.get("x-webflow-signature")
    if given is None:
        return has_token(delivery, connection)
    stamp = delivery.headers.get("x-webflow-timestamp", "")
    message = f"{stamp}:".encode(errors="replace") + delivery.body
    proof = signed([given], connection.secrets, lambda secret: hex_hmac(secret, message))
    return all_of(fresh(stamp, now, MILLISECOND), proof)


def submitted(value: JsonObject) -> JsonObject:
    """The second version wraps the form in an event; the first sends it bare."""
    return object_at(value, "payload") if "payload" in value or "triggerType" in value else value


def identify(value: JsonObject, connection: Connection) -> str | None:
    form = submitted(value)
    return external_id(connection, form.get("id") or form.get("_id"))


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    if "triggerType" in value and text(value["triggerType"]) != "form_submission":
        yield Ignored("not about a form")
        return
    form = submitted(value)
    if not isinstance(form.get("data"), dict):
        raise Malformed("the form has no data")
    made = Submission(
        default=Source.CONTACT_FORM,
        answers=answers_of(form["data"]),
        kind_ids=(form.get("formId"), form.get("name")),
        asset_id=form.get("formId") or form.get("name"),
        title=form.get("name"),
        occurred_at=instant(form.get("submittedAt")) or instant(form.get("d")),
        external_id=identify(value, connection),
    )
    yield capture(made, connection)


READER = Reader(verify, interpret, identify)
