"""Leads of Facebook as tools read them back and pass them on: in the vendor's shape, or flattened."""

import re

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Json, JsonObject
from services.lead_intake.connectors.fields import FormAnswer, answer
from services.lead_intake.connectors.outcomes import Ignored, Outcome
from services.lead_intake.connectors.reader import external_id
from services.lead_intake.connectors.redaction import plain_name
from services.lead_intake.connectors.values import answer_text, from_seconds, instant, objects_at, text, unanimous
from services.lead_intake.lead.classification import words
from services.lead_intake.lead.events import Source

ABOUT_THE_LEAD = words("""
    id leadid leadgenid createdtime adid adname adsetid adsetname adgroupid campaignid campaignname formid formname
    pageid isorganic platform customdisclaimerresponses fielddata""")
TEST_ADDRESSES = frozenset(("test@fb.com", "test@meta.com"))
TEST_ANSWER = "test lead: dummy data"
SHEET_PREFIX = re.compile(r"\A(?:l|p|c|f|ag|as):(?=\+?[0-9]+\Z)")
"""An export to a sheet marks the kind of an id or a phone number like this."""


def lead_id(value: JsonObject, connection: Connection) -> str | None:
    lead = plainly_named(value)
    found = lead.get("leadgenid") or lead.get("leadid") or lead.get("id")
    return external_id(connection, without_prefix(found))


def lead_outcome(value: JsonObject, connection: Connection) -> Outcome:
    lead, answers = plainly_named(value), answers_in(value)
    if any(is_test(one) for one in answers):
        return Ignored("a test lead")
    boxes = objects_at(lead, "customdisclaimerresponses")
    created = lead.get("createdtime")
    campaign, form = without_prefix(lead.get("campaignid")), without_prefix(lead.get("formid"))
    made = Submission(
        default=Source.PAID,
        answers=answers,
        kind_ids=(form, campaign),
        asset_id=campaign or form,
        occurred_at=instant(created) or from_seconds(created),
        external_id=lead_id(value, connection),
        extra={"utm_campaign": lead.get("campaignname")},
        consent=unanimous(box.get("is_checked") or False for box in boxes),
        consent_wording="; ".join(filter(None, (text(box.get("checkbox_key")) for box in boxes))) or None,
    )
    return capture(made, connection)


def plainly_named(value: JsonObject) -> JsonObject:
    return {plain_name(name): one for name, one in value.items()}


def answers_in(value: JsonObject) -> list[FormAnswer]:
    """Tools pass the answers on as the vendor's list, as an object, or beside the lead's own fields."""
    data = plainly_named(value).get("fielddata")
    listed = [(one.get("name"), one.get("values", one.get("value"))) for one in objects_at({"in": data}, "in")]
    named = data.items() if isinstance(data, dict) else ()
    beside = [(name, one) for name, one in value.items() if plain_name(name) not in ABOUT_THE_LEAD]
    return [answer(name, without_prefix(one)) for name, one in (*listed, *named, *beside)]


def without_prefix(value: Json) -> Json:
    found = answer_text(value)
    return None if found is None else SHEET_PREFIX.sub("", found)


def is_test(one: FormAnswer) -> bool:
    found = (text(one.value) or "").lower()
    return TEST_ANSWER in found or found in TEST_ADDRESSES
