"""What a request's headers ask of its answer: Idempotency-Key, If-Match, X-Min-Position, Prefer."""

import re
from collections.abc import Mapping
from uuid import UUID, uuid5

from starlette.datastructures import Headers

from shared.web.problems import InvalidRequest

LONGEST_WAIT = 30
CORRELATION = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
ETAG = re.compile(r'"([0-9]{1,9})"')
POSITION = re.compile(r"([a-z_]{1,40}):([0-9]{1,18})")
WAIT = re.compile(r"(?:^|[,;\s])wait=([0-9]{1,4})(?:$|[,;\s])")


def header_problem(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest(f"{name} {detail}", errors=[{"pointer": f"header/{name}", "detail": detail}])


def idempotency_key(headers: Headers) -> str | None:
    key = headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise header_problem("Idempotency-Key", "must have 1 to 255 printable ASCII characters")
    return key


def if_version(headers: Headers) -> int | None:
    """The stream version that `If-Match` names."""
    expected = headers.get("if-match")
    if expected is None or expected == "*":
        return None
    match = ETAG.fullmatch(expected)
    if match is None:
        raise header_problem("If-Match", 'must be an ETag of ours, such as "7", or *')
    return int(match[1])


def min_positions(headers: Headers) -> Mapping[str, int]:
    """`pipeline:123,forecast:7` by source."""
    named = headers.get("x-min-position")
    if named is None:
        return {}
    found = [POSITION.fullmatch(part.strip()) for part in named.split(",")]
    if not all(found):
        raise header_problem("X-Min-Position", "must be a list of source:position, such as pipeline:123")
    return {match[1]: int(match[2]) for match in found if match}


def wait_seconds(headers: Headers) -> int:
    """`Prefer: wait=5`; without it the answer comes at once."""
    match = WAIT.search(headers.get("prefer", ""))
    return min(int(match[1]), LONGEST_WAIT) if match else 0


def format_positions(positions: Mapping[str, int]) -> str:
    return ",".join(f"{source}:{position}" for source, position in sorted(positions.items()))


def correlation_id(headers: Headers, otherwise: UUID) -> UUID:
    """The caller's `X-Correlation-Id` (any text; one that is no UUID is mapped to one), else the one given."""
    named = headers.get("x-correlation-id")
    if not named:
        return otherwise
    try:
        return UUID(named)
    except ValueError:
        return uuid5(CORRELATION, named)
