"""Google Ads: one lead of an advertisement's form. The form's key stands in the body; nothing is signed."""

from collections.abc import Iterator
from datetime import datetime

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Delivery, JsonObject, Unverified, Verification
from services.lead_intake.connectors.fields import FormAnswer, answer
from services.lead_intake.connectors.outcomes import Ignored, Outcome
from services.lead_intake.connectors.parsing import Malformed, json_value
from services.lead_intake.connectors.reader import Reader, external_id
from services.lead_intake.connectors.signatures import signed
from services.lead_intake.connectors.values import flag, instant, objects_at, text, value_at
from services.lead_intake.lead.events import Source


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    try:
        given = text(value_at(json_value(delivery.body), "google_key"))
    except Malformed as error:
        return Unverified(str(error))
    return signed([given], connection.secrets, lambda secret: secret)


def identify(value: JsonObject, connection: Connection) -> str | None:
    return external_id(connection, value.get("lead_id"))


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    if flag(value.get("is_test")):
        yield Ignored("a test lead")
        return
    campaign, form = value.get("campaign_id"), value.get("form_id")
    made = Submission(
        default=Source.PAID,
        answers=[read_answer(column) for column in objects_at(value, "user_column_data")],
        kind_ids=(form, campaign),
        asset_id=campaign or form,
        occurred_at=instant(value.get("lead_submit_time")),
        external_id=identify(value, connection),
        extra={"click_id": value.get("gcl_id")},
    )
    yield capture(made, connection)


def read_answer(column: JsonObject) -> FormAnswer:
    """The column's name is in the advertiser's language, or missing; its id is the same for all."""
    return answer(column.get("column_id"), column.get("string_value"), column.get("column_name"))


READER = Reader(verify, interpret, identify)
