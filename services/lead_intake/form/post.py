"""What a browser posts: the fields of a form, and why a person may not have filled it. No I/O."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, ConsentQuestion, Kind
from services.lead_intake.connectors.fields import answers_of
from services.lead_intake.connectors.outcomes import Capture
from services.lead_intake.connectors.parsing import MOST_FIELDS, Malformed, form_fields
from services.lead_intake.connectors.redaction import redacted
from services.lead_intake.form.events import FormSettings

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
SECONDS = "_seconds"
"""The field in which a page's script says how long somebody filled the form. Without scripts it is blank."""
BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
DISPOSITION = re.compile(rb"^content-disposition:\s*form-data\b(.*)$", re.IGNORECASE | re.MULTILINE)
PARAMETER = re.compile(rb';\s*(name|filename)=(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
ESCAPES = ((b"%22", b'"'), (b"%0D", b"\r"), (b"%0A", b"\n"))
"""In names of fields, as browsers write them."""
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,20})?")


class Post(NamedTuple):
    """`fields`: without blank ones; several values of one name in one text. `origin` and `referrer`: by the browser's
    headers."""

    fields: Mapping[str, str]
    origin: str | None = None
    referrer: str | None = None


def read_post(body: bytes, headers: Mapping[str, str]) -> Post:
    """`headers`: with names in lower case. Raises `Malformed`."""
    content_type = headers.get("content-type", "")
    is_multipart = content_type.partition(";")[0].strip().lower() == MULTIPART
    pairs = multipart_fields(body, content_type) if is_multipart else form_fields(body)
    referrer = headers.get("referer")
    return Post(merged(pairs), headers.get("origin") or origin_of(referrer), referrer)


def merged(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in pairs:
        if "\x00" in name + value:
            raise Malformed("the form has a NUL character")
        if value.strip():
            fields[name] = f"{fields[name]}; {value}" if name in fields else value
    kept = redacted(fields)
    return {name: str(value) for name, value in kept.items()}


def multipart_fields(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """Names and values of the parts, in their order; of a file its name alone (RFC 7578). Raises `Malformed`."""
    found = BOUNDARY.search(content_type)
    if found is None:
        raise Malformed("the form's parts have no boundary")
    delimiter = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
    parts = (b"\r\n" + body).split(delimiter, MOST_FIELDS + 2)[1:]
    for part in parts:
        if part.startswith(b"--"):
            return
        yield part_field(part)
    raise Malformed("the form does not end, or has too many fields")


def part_field(part: bytes) -> tuple[str, str]:
    head, blank_line, content = part.partition(b"\r\n\r\n")
    disposition = DISPOSITION.search(head.replace(b"\r\n", b"\n"))
    if not blank_line or disposition is None:
        raise Malformed("a part of the form has no name")
    parameters = {kind.lower(): quoted or plain for kind, quoted, plain in PARAMETER.findall(disposition[1])}
    if b"name" not in parameters:
        raise Malformed("a part of the form has no name")
    try:
        return unescaped(parameters[b"name"]).decode(), parameters.get(b"filename", content).decode()
    except UnicodeDecodeError as error:
        raise Malformed("the form is not in utf-8") from error


def unescaped(name: bytes) -> bytes:
    for escape, character in ESCAPES:
        name = name.replace(escape, character)
    return name


def origin_of(url: str | None) -> str | None:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else None


def suspicions(post: Post, settings: FormSettings) -> list[str]:
    """Why a person may not have posted this; none for people without scripts, or whose browser names no origin."""
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
