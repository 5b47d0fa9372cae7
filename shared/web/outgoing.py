"""Requests to receivers: the only place where a service calls an address that somebody named.

The host's name is resolved once, every address that it has is checked, and the connection goes to one of these: a name
that changes its mind between check and connection leads nowhere. Redirects are not followed.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import ip_address

import httpx

from shared.rules.target import IPAddress, RefusedTarget, Target, TargetPolicy, literal_address
from shared.store.cancellation import run_to_completion

SECONDS = 10.0
"""For the whole of a request and its answer, name resolution apart."""
RESOLVE_SECONDS = 5.0
LARGEST_ANSWER = 64 * 1024
"""Bytes that are read of an answer's body. Of its head, the client library reads 100 KiB at most."""
LONGEST_WAIT = timedelta(hours=24)
"""That a receiver may ask for by `Retry-After`."""
LOOKUPS = 32
"""Names that are resolved at once. A lookup cannot be interrupted: one that hangs occupies a thread."""
CONNECTIONS = 8
"""To one receiver."""
GONE = 410
CANNOT_CONNECT = (RefusedTarget, OSError)
Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host. Raises `OSError`; may take long."""


@cache
def tls_context() -> ssl.SSLContext:
    """Made once: reading the machine's certificates takes a tenth of a second."""
    return ssl.create_default_context()


@dataclass(frozen=True)
class Attempt:
    """`status`: of the answer; none when there was none. `error`: why it does not count as delivered."""

    at: datetime
    ms: int
    status: int | None = None
    error: str | None = None
    retry_after: timedelta | None = None

    @property
    def is_delivered(self) -> bool:
        return self.error is None

    @property
    def is_gone(self) -> bool:
        return self.status == GONE


def addresses_of(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for _, _, _, _, sockaddr in found]


@dataclass
class Outgoing:
    """`now`: the clock that times attempts are recorded by."""

    policy: TargetPolicy
    now: Callable[[], datetime]
    resolve_name: Resolve = addresses_of
    lookups: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(LOOKUPS, "resolve"))

    async def resolve(self, target: Target) -> IPAddress:
        """Raises `RefusedTarget` when one of the host's addresses must not be called, `OSError` when it has none."""
        if (literal := literal_address(target.host)) is not None:
            self.policy.check(literal)
            return literal
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await loop.run_in_executor(self.lookups, self.resolve_name, target.host, target.port)
        addresses = [ip_address(each) for each in found]
        if not addresses:
            raise OSError("the host has no address")
        for each in addresses:
            self.policy.check(each)
        return addresses[0]

    async def find(self, url: str) -> tuple[Target, IPAddress]:
        """The URL's parts, and the address to connect to. Raises `CANNOT_CONNECT`."""
        target = self.policy.parse(url)
        return target, await self.resolve(target)

    @asynccontextmanager
    async def connect(self, target: Target, address: IPAddress) -> AsyncIterator["Receiver"]:
        """All requests in the body go to this address."""
        tls = await asyncio.to_thread(tls_context)
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        client = httpx.AsyncClient(verify=tls, trust_env=False, follow_redirects=False, timeout=SECONDS, limits=limits)
        try:
            yield Receiver(client, target, address, self.now)
        finally:
            await run_to_completion(client.aclose())

    def failed(self, error: Exception) -> Attempt:
        """An attempt that came to no connection."""
        return Attempt(self.now(), 0, error=describe(error))


@dataclass(frozen=True)
class Receiver:
    client: httpx.AsyncClient
    target: Target
    address: IPAddress
    now: Callable[[], datetime]

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Attempt:
        """Never raises for what the receiver does. An answer from 200 to 299 counts as delivered."""
        loop = asyncio.get_running_loop()
        at, started = self.now(), loop.time()
        try:
            async with asyncio.timeout(SECONDS):
                response = await self.exchange(body, headers)
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            return Attempt(at, milliseconds(loop.time() - started), error=describe(error))
        return self.answered(response, at, milliseconds(loop.time() - started))

    async def exchange(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """The certificate is checked against the host's name, though the connection goes to its address."""
        async with self.client.stream(
            "POST",
            self.target.url_at(self.address),
            content=body,
            headers={**headers, "Host": self.target.authority},
            extensions={"sni_hostname": self.target.host},
        ) as response:
            size = 0
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > LARGEST_ANSWER:
                    break
            return response

    def answered(self, response: httpx.Response, at: datetime, ms: int) -> Attempt:
        retry_after = parse_retry_after(response.headers.get("retry-after"), at)
        error = None if response.is_success else f"the receiver answered {response.status_code}"
        return Attempt(at, ms, response.status_code, error, retry_after)


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def describe(error: Exception) -> str:
    """Without the error's own text: it may quote what the receiver sent, or tell about networks inside."""
    if isinstance(error, RefusedTarget):
        return f"the address {error}"
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return f"there was no answer within {SECONDS:.0f} seconds"
    if isinstance(error, socket.gaierror):
        return "the host has no address"
    if isinstance(error, httpx.ConnectError | OSError):
        return "there was no connection"
    return "the connection was closed before the answer was complete"


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Seconds, or a date of HTTP. What is neither counts as absent."""
    if not value or not value.isascii():
        return None
    if value.strip().isdecimal():
        return min(timedelta(seconds=int(value.strip()[:9])), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return min((at if at.tzinfo else at.replace(tzinfo=UTC)) - now, LONGEST_WAIT)
