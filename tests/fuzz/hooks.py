"""The hooks of schemathesis for Funnelcast: the format of bodies, values of earlier answers, the meaning of 422."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, DeserializationContext, HookContext, Response, SerializationContext
from schemathesis.core.failures import Failure

from services.lead_intake.lead.events import Source
from shared.web.documents.openapi import READ_HEADERS, WRITE_HEADERS
from tests.fuzz.document import NDJSON
from tests.fuzz.fits import Fits
from tests.fuzz.rules import beyond_the_document

FIRST, LAST = datetime(2020, 1, 1), datetime(2026, 10, 1)  # noqa: DTZ001  a zone is written behind them
NODES = ("acme", "b", "c")
WORDS: Mapping[str, Sequence[str]] = {
    "pipeline": ("default", "default", "loans"),
    "stage": ("unqualified", "proposal"),
    "to_stage": ("unqualified", "qualified", "proposal", "negotiation"),
    "owner": NODES,
    "parent": NODES,
    "account": ("acme.com", "engines.example"),
    "phone": ("+4930901820", "+12125550123"),
    "domain": ("acme.com", "engines.example"),
    "landing_url": ("https://acme.com/a?b=c",),
    "url": ("https://127.0.0.1:9/hook",),
    "country": ("DE", "US"),
    "amount": ("1000.00", "0.5", "7"),
    "currency": ("EUR", "USD"),
    "reason": ("no_need", "other"),
}
"""Values that are known to somebody, in the place of fields whose own are known to nobody."""
SOURCES = frozenset(Source)
OF_DETAILS = {"list": "newsletter", "asset_id": "gated_content", "webinar_id": "webinar"}
FREE = {name: re.compile(r"[a-z0-9][a-z0-9._-]{0,99}") for name in WORDS} | {
    "phone": re.compile(r"\S[ -~]{0,38}"),
    "domain": re.compile(r"\S[ -~]{0,250}"),
    "landing_url": re.compile(r"[ -~]{1,2000}"),
    "url": re.compile(r"https?://[!-~]{1,1990}"),
    "country": re.compile(r"[A-Za-z]{2}"),
    "amount": re.compile(r"[0-9]{1,15}(\.[0-9]{1,10})?"),
    "currency": re.compile(r"[A-Z]{3}"),
}
"""Values that the document allows there: only such are exchanged, or what is wrong would become right. (The generator's
word for what is in no enumeration begins with an underscore.)"""
MOST_POSITIONS = 40


def register() -> None:
    """Registers the hooks, once in a process."""
    schemathesis.serializer(NDJSON)(as_lines)
    schemathesis.deserializer(NDJSON)(from_lines)
    schemathesis.openapi.media_type("text/csv", tables())
    schemathesis.openapi.format("email", addresses())
    schemathesis.openapi.format("idn-email", addresses())
    schemathesis.openapi.format("date-time", instants())
    for hook in (filter_failure, map_body, map_headers):
        schemathesis.hook(hook)


# -- how bodies are written ------------------------------------------------------------------------------------------


def as_lines(context: SerializationContext, value: Any) -> bytes:
    lines = value if isinstance(value, list) else [value]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def from_lines(context: DeserializationContext, response: Response) -> list[Any]:
    return [json.loads(line) for line in response.content.splitlines()]


def tables() -> st.SearchStrategy[bytes]:
    header = st.sampled_from(["id,name,kind,parent", "id,name,kind,parent,from", "id,name", ""])
    cell = st.sampled_from(["acme", "b", "c", "person", "unit", "", "=1+1", '"', "2020-01-01"])
    rows = st.lists(st.lists(cell, min_size=3, max_size=5).map(",".join), max_size=5)
    return st.builds(lambda first, rest: "\n".join([first, *rest]).encode(), header, rows)


def addresses() -> st.SearchStrategy[str]:
    names, hosts = st.sampled_from(["jane", "o.hara", "müller"]), st.sampled_from(["acme.com", "gmail.com"])
    return st.builds("{}@{}".format, names, hosts)


def instants() -> st.SearchStrategy[str]:
    """Mostly such as happen, now and then any."""
    usual = st.datetimes(min_value=FIRST, max_value=LAST)
    return st.one_of(usual, usual, usual, st.datetimes()).map(lambda at: f"{at.isoformat()}Z")


# -- values that lead on ---------------------------------------------------------------------------------------------


def map_body(context: HookContext, body: Any) -> Any:
    return led_on(body, crc32(repr(body).encode()))


def led_on(body: Any, choice: int) -> Any:
    """Replaces values by known ones, in fields alone that may have any value: a valid request stays valid, an invalid
    one invalid."""
    if isinstance(body, list):
        return [led_on(each, choice + number) for number, each in enumerate(body)]
    if not isinstance(body, dict):
        return body
    led = {name: led_on(value, choice + 1) for name, value in body.items()}
    for name in led.keys() & WORDS.keys():
        if choice % 4 and isinstance(led[name], str) and FREE[name].fullmatch(led[name]):
            led[name] = WORDS[name][choice % len(WORDS[name])]
    details = led.get("details")
    if isinstance(details, dict) and isinstance(led.get("source"), str) and led["source"] in SOURCES:
        led["source"] = next((source for name, source in OF_DETAILS.items() if name in details), "demo_request")
    return led


def map_headers(context: HookContext, headers: Any) -> Any:
    """Versions and positions that there may be."""
    if not isinstance(headers, dict) or context.operation is None:
        return headers
    version, position = headers.get("If-Match"), headers.get("X-Min-Position")
    if isinstance(version, str) and fits("If-Match", version) and len(version) > len('"1"'):
        headers["If-Match"] = "*"
    if isinstance(position, str) and fits("X-Min-Position", position):
        number = crc32(position.encode()) % MOST_POSITIONS
        headers["X-Min-Position"] = f"{context.operation.path.split('/')[1]}:{number}"
    return headers


def fits(name: str, value: str) -> bool:
    return bool(re.fullmatch(({**READ_HEADERS, **WRITE_HEADERS})[name][0].get("pattern", ".*"), value))


# -- what is no failure ----------------------------------------------------------------------------------------------


def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """False for what is none."""
    match type(failure).__name__:
        case "RejectedPositiveData":
            return not (is_not_yet(response) or (response.status_code == 422 and is_explained(response, case)))
        case "AcceptedNegativeData" if case.media_type == NDJSON:
            # The batch is taken, the line is not.
            return not any("status" in line for line in map(json.loads, response.content.splitlines()))
        case "AcceptedNegativeData":
            return not has_a_right_body(failure, case, response)
        case "ServerError":
            return not is_not_yet(response)
        case "AllowHeaderMismatch":
            # `GET /leads/{lead_id}` answers there too, for a lead of the name `batch`.
            return not case.path.endswith(("/batch", "/lookup"))
        case _:
            return True


def is_explained(response: Response, case: Case[Any]) -> bool:
    problem = response.json()
    table = case.media_type == "text/csv"  # the document knows no cells
    ours = any(is_no_header_of_ours(response, error) for error in problem.get("errors", ()))
    return table or ours or beyond_the_document(problem)


def has_a_right_body(failure: Failure, case: Case[Any], response: Response) -> bool:
    """Schemathesis makes a text null, and takes it for wrong where the document allows null. (An address may have
    letters that `format: email` has not: so formats are only looked at where one is what is wrong.)"""
    body, why = response.request.body, str(failure)
    sent = body.encode() if isinstance(body, str) else body
    if "in body" not in why or not isinstance(sent, bytes):
        return False
    route = f"{case.method} {case.operation.path}"
    return Fits.of(case.operation.schema.raw_schema, route, formats="`format`" in why).body(sent)


def is_not_yet(response: Response) -> bool:
    """The two 503 that a client brings about: the position that it asked for is not reached; the organisation was never
    read in which it acts for a node, or asks for the events of one."""
    if response.status_code != 503:
        return False
    headers, query = response.request.headers, response.request.url or ""
    match response.json()["type"]:
        case "not_yet":
            return "X-Min-Position" in headers
        case "chart_stale":
            return "On-Behalf-Of" in headers or "node=" in query
        case _:
            return False


def is_no_header_of_ours(response: Response, error: Mapping[str, str]) -> bool:
    """Schemathesis writes header values of letters and digits only, and takes them for what the pattern says."""
    place, _, name = error["pointer"].partition("/")
    return place == "header" and not fits(name, str(response.request.headers.get(name, "")))
