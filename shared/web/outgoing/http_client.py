"""A client of HTTP/1.1: one request after the other over a connection to an address that was chosen before."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import cast

import httptools

from shared.rules.target import Target

LARGEST_BODY = 64 * 1024
"""Bytes that are read of an answer's body: with more, it counts as read, and the connection is closed."""
LARGEST_HEAD = 100 * 1024


class IncompleteResponse(Exception):
    """The connection ended before the answer was complete, or what came was no answer. `has_begun`: something came."""

    def __init__(self, *, has_begun: bool) -> None:
        super().__init__()
        self.has_begun = has_begun


@dataclass(frozen=True)
class ResponseHead:
    """`headers`: by their names in lower case; of several with one name the last."""

    status: int
    headers: Mapping[str, str]

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class ClientConnection(asyncio.Protocol):
    """`can_be_reused`: for another request. `idle_since`: on the event loop's clock."""

    def __init__(self) -> None:
        self.can_be_reused, self.idle_since = True, 0.0
        self.begin()

    def begin(self) -> None:
        self.answered: asyncio.Future[ResponseHead] | None = None
        self.parser = httptools.HttpResponseParser(self)
        self.headers: dict[str, str] = {}
        self.status, self.size, self.body_size = 0, 0, 0

    async def exchange(self, request: bytes) -> ResponseHead:
        """Raises `IncompleteResponse`. Whoever cancels it must close the connection."""
        self.begin()
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        answer = await self.answered
        self.idle_since = asyncio.get_running_loop().time()
        return answer

    def close(self) -> None:
        self.can_be_reused = False
        self.transport.abort()

    # -- of the transport -------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # those of uvloop are no instances of it

    def data_received(self, data: bytes) -> None:
        if self.answered is None or self.answered.done():
            self.close()  # nobody asked for it
            return
        self.size += len(data)
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, UnicodeError):
            self.fail()
        if self.status and (self.body_size > LARGEST_BODY or self.size > LARGEST_HEAD + LARGEST_BODY):
            self.finish(reuse=False)  # the size: without a body, chunk extensions and trailers may go on for ever
        elif not self.status and self.size > LARGEST_HEAD:
            self.fail()

    def connection_lost(self, error: Exception | None) -> None:
        self.can_be_reused = False
        ends_with_connection = not {"content-length", "transfer-encoding"} & self.headers.keys()
        if self.status and ends_with_connection and error is None:
            self.finish(reuse=False)
        self.fail()

    # -- of the parser ----------------------------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.status = self.parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self.body_size += len(body)

    def on_message_complete(self) -> None:
        if 100 <= self.status < 200:
            self.status, self.headers = 0, {}
        else:
            self.finish(reuse=self.parser.should_keep_alive())

    def finish(self, *, reuse: bool) -> None:
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(ResponseHead(self.status, self.headers))
            if not reuse:
                self.close()

    def fail(self) -> None:
        if self.answered is not None and not self.answered.done():
            self.answered.set_exception(IncompleteResponse(has_begun=self.size > 0))
            self.close()


async def connect(target: Target, address: IPv4Address | IPv6Address, tls: ssl.SSLContext) -> ClientConnection:
    """The certificate is checked against the host's name, though the connection goes to its address. Raises
    `OSError`."""
    is_secure, loop = target.scheme == "https", asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        ClientConnection,
        str(address),
        target.port,
        ssl=tls if is_secure else None,
        server_hostname=target.host.removesuffix(".") if is_secure else None,
    )
    return connection


def post_request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    """`headers`: none of those that every request has."""
    fields = {"Host": target.authority, "Accept": "*/*", "Content-Length": str(len(body)), **headers}
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line break in a header")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
