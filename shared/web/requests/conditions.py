"""Conditional request headers: Idempotency-Key, If-Match, X-Min-Position, Prefer, X-Correlation-Id, On-Behalf-Of."""

import re
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from uuid import UUID, uuid5

from starlette.datastructures import Headers

from shared.web.errors.problems import BadRequest, InvalidRequest

LONGEST_WAIT = 30
"""Seconds."""
NODE = re.compile(r"[a-z0-9._-]{1,100}")
CORRELATION = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
ETAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
"""An entity tag (RFC 9110 §8.8.3), without bytes outside ASCII."""
ETAGS = re.compile(rf"{ETAG}(?:[ \t]*,[ \t]*{ETAG})*")
EACH_ETAG = re.compile(ETAG)
VERSION = re.compile(r'"(0|[1-9][0-9]{0,8})"')
LENIENT_HANDLING = re.compile(r"(?:^|[,;\s])handling=lenient(?:$|[,;\s])")
POSITION = re.compile(r"([a-z_]{1,40}):([0-9]{1,18})")
WAIT = re.compile(r"(?:^|[,;\s])wait=([0-9]{1,4})(?:$|[,;\s])")
SENT_ONCE = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-type",
        b"host",
        b"idempotency-key",
        b"if-match",
        b"last-event-id",
        b"on-behalf-of",
        b"x-correlation-id",
        b"x-min-position",
    }
)
"""The headers of which only one may be sent: all that are read but `Prefer`, which may be sent several times (RFC
7240)."""


LENIENT: ContextVar[bool] = ContextVar("lenient", default=False)
"""Whether the request at hand is to be read leniently: what cannot be read is left out, and named in the answer. The
guard sets it. A context variable, because the framework reads bodies before it calls anything of a route's."""


def header_problem(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest(f"{name} {detail}", errors=[{"pointer": f"header/{name}", "detail": detail}])


def refuse_repeated(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Refuses a header that was sent twice: which of its values counts would be a guess. Raises `BadRequest`."""
    seen = set[bytes]()
    for name, _ in headers:
        if name in SENT_ONCE:
            if name in seen:
                raise repeated_header(name.decode())
            seen.add(name)


def require_host(http_version: str, headers: Headers) -> None:
    """RFC 9112 §3.2: a request of HTTP/1.1 without a host is answered with 400. Raises `BadRequest`."""
    if http_version == "1.1" and "host" not in headers:
        detail = "is missing, and HTTP/1.1 asks for it"
        raise BadRequest(f"Host {detail}", errors=[{"pointer": "header/Host", "detail": detail}])


def repeated_header(name: str) -> BadRequest:
    detail = "was sent twice, and may be sent once"
    return BadRequest(f"{name} {detail}", errors=[{"pointer": f"header/{name}", "detail": detail}])


def preferences(headers: Headers) -> str:
    return ",".join(headers.getlist("prefer"))


def idempotency_key(headers: Headers) -> str | None:
    key = headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise header_problem("Idempotency-Key", "must have 1 to 255 printable ASCII characters")
    return key


def refuse_idempotency_key(headers: Headers, why: str) -> None:
    """Raises `InvalidRequest` for a request with one: it would be ignored."""
    if idempotency_key(headers) is not None:
        raise header_problem("Idempotency-Key", f"is refused {why}")


def if_versions(headers: Headers) -> frozenset[int] | None:
    """The stream versions in `If-Match`; none for `*` and without the header. Weak tags and tags of others are well
    formed and match no version (RFC 9110 §13.1.1)."""
    expected = headers.get("if-match")
    if expected is None or expected == "*":
        return None
    if not ETAGS.fullmatch(expected):
        raise header_problem("If-Match", 'must be ETags, such as "7", or *')
    tags = (VERSION.fullmatch(tag) for tag in EACH_ETAG.findall(expected))
    return frozenset(int(match[1]) for match in tags if match)


def min_positions(headers: Headers) -> Mapping[str, int]:
    """`pipeline:123,forecast:7`: position by source."""
    value = headers.get("x-min-position")
    if value is None:
        return {}
    matches = [POSITION.fullmatch(part.strip()) for part in value.split(",")]
    if not all(matches):
        raise header_problem("X-Min-Position", "must be a list of source:position, such as pipeline:123")
    return {match[1]: int(match[2]) for match in matches if match}


def wait_seconds(headers: Headers) -> int:
    """`Prefer: wait=5`; 0 without it."""
    match = WAIT.search(preferences(headers))
    return min(int(match[1]), LONGEST_WAIT) if match else 0


def is_lenient(headers: Headers) -> bool:
    """`Prefer: handling=lenient` (RFC 7240)."""
    return LENIENT_HANDLING.search(preferences(headers)) is not None


def format_positions(positions: Mapping[str, int]) -> str:
    return ",".join(f"{source}:{position}" for source, position in sorted(positions.items()))


def on_behalf_of(headers: Headers) -> str | None:
    """The org node that the caller acts for."""
    node = headers.get("on-behalf-of")
    if node is not None and not NODE.fullmatch(node):
        raise header_problem("On-Behalf-Of", "must be the id of an org node")
    return node


def correlation_id(headers: Headers, default: UUID, digest: Callable[[bytes], str]) -> UUID:
    """The caller's `X-Correlation-Id`; a text that is not a UUID is mapped to one. `digest` is keyed: events have the
    id for ever, and callers may make theirs of personal data."""
    value = headers.get("x-correlation-id")
    if not value:
        return default
    try:
        return UUID(value)
    except ValueError:
        return uuid5(CORRELATION, digest(value.encode()))
