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

from shared.rules.target import IPAddress, RefusedTarget, Target, TargetPolicy, literal_address
from shared.web.outgoing import http_client
from shared.web.outgoing.http_client import ClientConnection, IncompleteResponse, ResponseHead

SECONDS = 10.0
"""Seconds for the whole of a request and its answer, name resolution apart."""
RESOLVE_SECONDS = 3.0
"""Less than the time in which the requests of a batch must begin: a lookup that takes longer must fail, or there would
never be an attempt."""
REUSED_WITHIN = 3.0
"""Seconds that a connection may be idle. Many servers close theirs after five."""
LONGEST_WAIT = timedelta(hours=24)
"""The longest wait that a receiver may ask for by `Retry-After`."""
LOOKUPS = 32
"""The names that are resolved at once. A lookup cannot be interrupted: one that hangs occupies a thread, for whoever
asks for its name meanwhile."""
CONNECTIONS = 8
"""The connections to one receiver."""
GONE = 410
CANNOT_CONNECT = (RefusedTarget, OSError)
Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host. Raises `OSError`; may take long."""


@cache
def tls_context() -> ssl.SSLContext:
    """The context of all connections, made once: reading the machine's certificates takes a tenth of a second."""
    return ssl.create_default_context()


class UnresolvedHost(OSError):
    """The host's name has no address, or none was found in time."""


@dataclass(frozen=True)
class DeliveryAttempt:
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
    """`now`: the clock that times attempts are recorded by. `running`: the lookups that have not ended."""

    policy: TargetPolicy
    now: Callable[[], datetime]
    resolve_name: Resolve = addresses_of
    lookups: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(LOOKUPS, "resolve"))
    running: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = field(default_factory=dict)

    async def resolve(self, target: Target) -> IPAddress:
        """Raises `RefusedTarget` when one of the host's addresses must not be called, `OSError` when it has none."""
        if (literal := literal_address(target.host)) is not None:
            self.policy.check(literal)
            return literal
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = await asyncio.shield(self.look_up(target.host, target.port))
        except TimeoutError:
            raise UnresolvedHost(f"the host's name was not resolved within {RESOLVE_SECONDS:.0f} seconds") from None
        addresses = [ip_address(each) for each in found]
        if not addresses:
            raise UnresolvedHost("the host has no address")
        for each in addresses:
            self.policy.check(each)
        return addresses[0]

    def look_up(self, host: str, port: int) -> asyncio.Future[Sequence[str]]:
        running = self.running.get((host, port))
        if running is None:
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(self.lookups, self.resolve_name, host, port)
            self.running[host, port] = running
            running.add_done_callback(lambda ended: self.forget_lookup(host, port, ended))
        return running

    def forget_lookup(self, host: str, port: int, ended: asyncio.Future[Sequence[str]]) -> None:
        del self.running[host, port]
        if not ended.cancelled():
            ended.exception()  # it counts as seen, also when nobody waits any more

    async def find(self, url: str) -> tuple[Target, IPAddress]:
        """The URL's parts, and the address to connect to. Raises `CANNOT_CONNECT`."""
        target = self.policy.parse(url)
        return target, await self.resolve(target)

    @asynccontextmanager
    async def connect(self, target: Target, address: IPAddress) -> AsyncIterator["Receiver"]:
        """Gives a receiver at this address, and closes it at the end."""
        receiver = await self.receiver(target, address)
        try:
            yield receiver
        finally:
            receiver.close()

    async def receiver(self, target: Target, address: IPAddress) -> "Receiver":
        """A receiver at this address, which whoever takes it closes."""
        return Receiver(target, address, await asyncio.to_thread(tls_context), self.now)

    def failed(self, error: Exception) -> DeliveryAttempt:
        """An attempt that came to no connection."""
        return DeliveryAttempt(self.now(), 0, error=describe(error))


@dataclass
class KeptReceivers:
    """Receivers by names, with their connections, from one request to the next. The address is found anew each time:
    another one gets connections of its own."""

    outgoing: Outgoing
    kept: dict[str, "Receiver"] = field(default_factory=dict)

    async def find(self, name: str, url: str) -> "Receiver":
        """Raises `CANNOT_CONNECT`."""
        target, address = await self.outgoing.find(url)
        receiver = self.kept.get(name)
        if receiver is None or (receiver.target, receiver.address) != (target, address):
            self.forget(name)
            receiver = self.kept[name] = await self.outgoing.receiver(target, address)
        return receiver

    def forget(self, name: str) -> None:
        if (receiver := self.kept.pop(name, None)) is not None:
            receiver.close()

    def close_idle(self) -> None:
        for receiver in self.kept.values():
            receiver.close_idle()

    def close(self) -> None:
        for name in list(self.kept):
            self.forget(name)


@dataclass
class Receiver:
    """`idle`: connections that may be used for another request, the latest last."""

    target: Target
    address: IPAddress
    tls: ssl.SSLContext
    now: Callable[[], datetime]
    idle: list[ClientConnection] = field(default_factory=list)
    is_closed: bool = False

    async def post(self, body: bytes, headers: Mapping[str, str]) -> DeliveryAttempt:
        """Never raises for what the receiver does. An answer from 200 to 299 counts as delivered."""
        loop = asyncio.get_running_loop()
        at, started = self.now(), loop.time()
        try:
            async with asyncio.timeout(SECONDS):
                response = await self.exchange(body, headers)
        except (IncompleteResponse, TimeoutError, OSError) as error:
            return DeliveryAttempt(at, milliseconds(loop.time() - started), error=describe(error))
        return self.attempt_of(response, at, milliseconds(loop.time() - started))

    async def exchange(self, body: bytes, headers: Mapping[str, str]) -> ResponseHead:
        """A connection that the receiver closed meanwhile is replaced by a new one, once."""
        request = http_client.post_request(self.target, headers, body)
        if (connection := self.take_idle()) is not None:
            try:
                return await self.exchange_over(connection, request)
            except IncompleteResponse as error:
                if error.has_begun:
                    raise
        return await self.exchange_over(await http_client.connect(self.target, self.address, self.tls), request)

    async def exchange_over(self, connection: ClientConnection, request: bytes) -> ResponseHead:
        try:
            answer = await connection.exchange(request)
        except BaseException:
            connection.close()
            raise
        self.give_back(connection)
        return answer

    def take_idle(self) -> ClientConnection | None:
        self.close_idle()
        return self.idle.pop() if self.idle else None

    def give_back(self, connection: ClientConnection) -> None:
        if self.is_closed:
            connection.close()
        elif connection.can_be_reused:
            self.idle.append(connection)

    def close_idle(self) -> None:
        """Closes those that were not used for so long that the receiver may close them at any moment."""
        oldest = asyncio.get_running_loop().time() - REUSED_WITHIN
        for connection in self.idle:
            if connection.idle_since < oldest:
                connection.close()
        self.idle = [connection for connection in self.idle if connection.can_be_reused]

    def close(self) -> None:
        self.is_closed = True
        for connection in self.idle:
            connection.close()

    def attempt_of(self, response: ResponseHead, at: datetime, ms: int) -> DeliveryAttempt:
        retry_after = parse_retry_after(response.headers.get("retry-after"), at)
        error = None if response.is_success else f"the receiver answered {response.status}"
        return DeliveryAttempt(at, ms, response.status, error, retry_after)


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def describe(error: Exception) -> str:
    """The kind of an error in words. Its own text may quote what the receiver sent, or tell about networks inside."""
    if isinstance(error, RefusedTarget):
        return f"the address {error}"
    if isinstance(error, UnresolvedHost):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the certificate is not valid for the host"
    if isinstance(error, TimeoutError):
        return f"there was no answer within {SECONDS:.0f} seconds"
    if isinstance(error, socket.gaierror):
        return "the host has no address"
    if isinstance(error, OSError):
        return "there was no connection"
    return "the connection was closed before the answer was complete"


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The time to wait, from seconds or a date of HTTP. Anything else counts as absent."""
    if not value or not value.isascii():
        return None
    if value.strip().isdecimal():
        return min(timedelta(seconds=int(value.strip()[:9])), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter for an hour that no integer of C holds
        return None
    return min((at if at.tzinfo else at.replace(tzinfo=UTC)) - now, LONGEST_WAIT)
