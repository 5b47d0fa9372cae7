"""A browser's post: the fields of a form, and the reasons to suspect that no person filled it. No I/O."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, ConsentQuestion, Kind
from services.lead_intake.connectors.fields import answers_of
from services.lead_intake.connectors.outcomes import Capture
from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.posted import posted_fields
from services.lead_intake.connectors.redaction import redacted
from services.lead_intake.form.events import FormSettings

SECONDS = "_seconds"
"""The field in which a page's script says how long somebody filled the form. Without scripts it is blank."""
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,20})?")


class Post(NamedTuple):
    """`fields`: without blank ones; several values of one name in one text. `origin` and `referrer`: by the browser's
    headers."""

    fields: Mapping[str, str]
    origin: str | None = None
    referrer: str | None = None


def read_post(body: bytes, headers: Mapping[str, str]) -> Post:
    """`headers`: with names in lower case. Raises `Malformed`."""
    referrer = headers.get("referer")
    return Post(merged(posted_fields(body, headers)), headers.get("origin") or origin_of(referrer), referrer)


def merged(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in pairs:
        if "\x00" in name + value:
            raise Malformed("the form has a NUL character")
        if value.strip():
            fields[name] = f"{fields[name]}; {value}" if name in fields else value
    kept = redacted(fields)
    return {name: str(value) for name, value in kept.items()}


def origin_of(url: str | None) -> str | None:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else None


def suspicions(post: Post, settings: FormSettings) -> list[str]:
    """The reasons to suspect that no person posted this; none for people without scripts, or whose browser names no
    origin."""
    reasons = []
    if settings.honeypot is not None and settings.honeypot in post.fields:
        reasons.append("a field was filled that people do not see")
    if settings.least_seconds is not None and SECONDS in post.fields:
        seconds = post.fields[SECONDS]
        if not NUMBER.fullmatch(seconds) or float(seconds) < settings.least_seconds:
            reasons.append("it was filled faster than people can")
    if settings.origins and not is_from(post.origin, settings.origins):
        reasons.append("it came from another page")
    return reasons


def is_from(origin: str | None, origins: Iterable[str]) -> bool:
    """A page may forbid its browser to name it (`null`)."""
    return origin in (None, "null") or (origin or "").lower() in origins


def read_capture(fields: Mapping[str, str], referrer: str | None, form_key: str, settings: FormSettings) -> Capture:
    """Raises `Malformed` when the person has neither e-mail address nor phone number."""
    technical = {SECONDS, settings.honeypot}
    answers = answers_of({name: value for name, value in fields.items() if name not in technical})
    extra = {"landing_url": referrer} if referrer else {}
    submission = Submission(default=settings.source, answers=answers, asset_id=form_key, extra=extra)
    return capture(submission, connection_of(settings))


def connection_of(settings: FormSettings) -> Connection:
    """The settings in the words of connections, whose rules read forms, too."""
    consent = settings.consent
    return Connection(
        "form",
        kind=Kind(settings.source, settings.source_detail, settings.details),
        fields=settings.fields,
        consent=ConsentQuestion(consent.purpose, consent.text_version) if consent else None,
    )
