"""Salesforce's web-to-lead form, posted by a browser: no proof, no id, no time, no retry; the browser wants a page."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Delivery, JsonObject, Reply, Verification, Verified
from services.lead_intake.connectors.fields import answers_of, person_ref
from services.lead_intake.connectors.outcomes import Activity, Ignored, Outcome
from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.posted import posted_fields
from services.lead_intake.connectors.reader import Part, Reader
from services.lead_intake.connectors.values import flag, text
from services.lead_intake.lead.classification import words
from services.lead_intake.lead.events import Source

TECHNICAL = words("""
    oid orgid returl debug debugemail submit captcha_settings g-recaptcha-response encoding""")
"""Fields that steer the vendor's own address. They differ between a submission and its repetition."""
FLAGS = words("emailoptout faxoptout donotcall campaign_id member_status lead_source recordtype")
"""Fields that say nothing of the person."""
SOURCES: Mapping[str, Source] = {"webinar": Source.WEBINAR, "advertisement": Source.PAID}
"""The sources by the words that forms have in `lead_source`."""
PAGE = b"<!doctype html><title>Thank you</title><p>Thank you. Your request was received.</p>"


def verify(delivery: Delivery, connection: Connection, now: datetime) -> Verification:
    """Accepts every delivery to the connection: nothing in a public form is secret but its address."""
    return Verified()


def split(delivery: Delivery) -> list[Part]:
    fields: dict[str, str] = {}
    for name, value in fields_of(delivery):
        if name.lower() not in TECHNICAL and value.strip():
            fields[name] = f"{fields[name]}; {value}" if name in fields else value
    return [("", fields)]


def fields_of(delivery: Delivery) -> Iterator[tuple[str, str]]:
    return posted_fields(delivery.body, delivery.headers, delivery.query.get("encoding") or "utf-8")


def identify(value: JsonObject, connection: Connection) -> str | None:
    return None


def interpret(value: JsonObject, connection: Connection) -> Iterator[Outcome]:
    if not value:
        yield Ignored("the form is blank")
        return
    named = {name.lower(): one for name, one in value.items()}
    campaign, lead_source = named.get("campaign_id"), named.get("lead_source")
    fields = {name: one for name, one in value.items() if name.lower() not in FLAGS}
    made = Submission(
        default=Source.CONTACT_FORM,
        source=SOURCES.get((text(lead_source) or "").lower()),
        answers=answers_of(fields),
        kind_ids=(campaign, lead_source),
        asset_id=campaign,
    )
    yield capture(made, connection)
    if flag(named.get("emailoptout")) and named.get("email"):
        yield Activity("unsubscribed", person_ref(named["email"]), None, None)


def acknowledge(delivery: Delivery, connection: Connection) -> Reply:
    """Redirects to the page that the form names, if its host is allowed: else anybody could send people anywhere from
    here."""
    target = return_url(delivery)
    if target is not None and is_allowed(target, connection):
        return Reply(303, "text/html", b"", target)
    return Reply(200, "text/html; charset=utf-8", PAGE)


def return_url(delivery: Delivery) -> str | None:
    try:
        fields = list(fields_of(delivery))
    except Malformed:
        return None
    return next((value for name, value in fields if name.lower() == "returl"), None)


def is_allowed(url: str, connection: Connection) -> bool:
    """Browsers read a backslash as a slash, and drop line breaks: such an address leads elsewhere than it says."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and "@" not in parts.netloc
    return plain and parts.scheme in ("https", "http") and host in connection.redirect_hosts


READER = Reader(verify, interpret, identify, split, acknowledge=acknowledge, repeats_within=timedelta(minutes=10))
