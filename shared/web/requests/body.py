"""Bodies of requests: their media types, the limits of their sizes, and the bytes as they are received."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from shared.web.errors.problems import BodyTooLarge, UnsupportedType
from shared.web.requests.limits import CapacityLimit

JSON = "application/json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
LARGEST_BODY = 1024 * 1024
LARGEST_BATCH = 16 * 1024 * 1024
LONGEST_LENGTH = 18
"""Digits of a Content-Length. Python refuses to parse numbers of 5,000 digits."""
WITHOUT_BODY = ("GET", "DELETE", "OPTIONS")


@dataclass
class Body:
    """A request's body as it is received. Its size is limited, and the sizes of all bodies in memory together."""

    receive: Receive
    total: CapacityLimit
    limit: int = 0
    size: int = 0

    async def __call__(self) -> Message:
        """Raises `HTTPException`, the only one that the framework lets pass while it reads a body."""
        message = await self.receive()
        size = len(message.get("body", b""))
        if self.size + size > self.limit:
            raise HTTPException(413, f"the body may have {self.limit} bytes")
        if not self.total.acquire(size):
            raise HTTPException(503, f"too many {self.total.what} at once", {"Retry-After": "1"})
        self.size += size
        return message

    async def read(self) -> bytes:
        """The whole body. Raises `HTTPException`, `ClientDisconnect`."""
        parts, more = list[bytes](), True
        while more:
            message = await self()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        return b"".join(parts)


def check_api_body(scope: Scope, headers: Headers) -> int:
    """Refuses a body that is announced as too large, or is neither JSON nor, where that is allowed, a batch. Returns
    the limit of its size."""
    is_batch = scope["path"].endswith(("/batch", "/import"))
    limit = LARGEST_BATCH if is_batch else LARGEST_BODY
    check_length(headers, limit)
    if scope["method"] not in WITHOUT_BODY and (media_type := declared_type(headers)) is not None:
        is_json = media_type == JSON or media_type.endswith("+json")
        if not is_json and not (is_batch and media_type in (NDJSON, CSV)):
            raise UnsupportedType(f"the body must be {NDJSON if is_batch else JSON}")
    return limit


def check_length(headers: Headers, limit: int) -> None:
    length = headers.get("content-length", "0")
    if length.isdecimal() and (len(length) > LONGEST_LENGTH or int(length) > limit):
        raise BodyTooLarge(f"the body may have {limit} bytes")


def declared_type(headers: Headers) -> str | None:
    """The media type without its parameters; none when there is no body. Refuses compressed bodies."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not media_type and headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return None
    if headers.get("content-encoding", "identity").lower() != "identity":  # 1 MiB may unpack to 1 GiB
        raise UnsupportedType("the body must not be compressed")
    return media_type


def replay(body: bytes, receive: Receive) -> Receive:
    """Delivers a body again that was read already."""
    unread = [body]

    async def replayed() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return replayed
