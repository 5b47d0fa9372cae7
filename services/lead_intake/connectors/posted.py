"""The fields that a form posts, in either of the encodings that browsers have for them."""

import re
from collections.abc import Iterator, Mapping

from services.lead_intake.connectors.parsing import MOST_FIELDS, Malformed, form_fields

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
DISPOSITION = re.compile(rb"^content-disposition:\s*form-data\b(.*)$", re.IGNORECASE | re.MULTILINE)
PARAMETER = re.compile(rb';\s*(name|filename)=(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
ESCAPES = ((b"%22", b'"'), (b"%0D", b"\r"), (b"%0A", b"\n"))
"""The escapes in names of fields, as browsers write them."""


def posted_fields(body: bytes, headers: Mapping[str, str], charset: str = "utf-8") -> Iterator[tuple[str, str]]:
    """`headers`: with names in lower case. `charset`: of a urlencoded form. Raises `Malformed`."""
    content_type = headers.get("content-type", "")
    return multipart_fields(body, content_type) if media_type(headers) == MULTIPART else form_fields(body, charset)


def is_form(headers: Mapping[str, str]) -> bool:
    return media_type(headers) in (URLENCODED, MULTIPART)


def media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def multipart_fields(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """The names and values of the parts, in their order; a file's value is its name alone (RFC 7578). Raises
    `Malformed`."""
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
