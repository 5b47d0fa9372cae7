"""The public keys with which the issuer of tokens signs them: a JWK set (RFC 7517), from a file or over HTTPS."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from shared.store.database_errors import Busy

log = structlog.get_logger()
HTTPS = "https://"
SECONDS_BETWEEN_READS = 60.0
MAX_AGE_SECONDS = 3600.0
SECONDS_TO_READ = 5.0
MAX_BYTES = 256 * 1024


@dataclass
class IssuerKeys:
    """Reads the keys when one is needed first, when a `kid` is unknown, and when they are an hour old, but at most once
    a minute. While they cannot be read, the last ones stay.

    `source`: a path or an https URL. `algorithms`: only keys of these are used."""

    source: str
    algorithms: frozenset[str]
    now: Callable[[], float] = monotonic
    by_kid: Mapping[str, PyJWK] | None = None
    """None: never read."""
    read_at: float = float("-inf")
    tried_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def find(self, kid: str) -> PyJWK | None:
        """Raises `Busy` when no keys have been read."""
        is_known = self.by_kid is not None and kid in self.by_kid
        if self.is_due(kid) and not (is_known and self.lock.locked()):
            async with self.lock:
                if self.is_due(kid):
                    await self.refresh()
        if self.by_kid is None:
            raise Busy("the keys of the issuer of tokens cannot be read")
        return self.by_kid.get(kid)

    def is_due(self, kid: str) -> bool:
        now = self.now()
        is_old = now - self.read_at >= MAX_AGE_SECONDS
        is_wanted = is_old or self.by_kid is None or kid not in self.by_kid
        return is_wanted and now - self.tried_at >= SECONDS_BETWEEN_READS

    async def refresh(self) -> None:
        """Reads the keys. Until that is done they are due for other requests, too, which wait for it."""
        try:
            self.by_kid = parse_keys(await read(self.source), self.algorithms)
        except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("issuer_keys_not_read", error=type(error).__name__)
        else:
            self.read_at = self.now()
        finally:
            self.tried_at = self.now()


async def read(source: str) -> bytes:
    """Raises `OSError`, `httpx.HTTPError`, or `ValueError` when there is too much. Redirects are errors."""
    if not source.startswith(HTTPS):
        return await asyncio.to_thread(Path(source).read_bytes)
    async with (
        asyncio.timeout(SECONDS_TO_READ),
        httpx.AsyncClient() as client,
        client.stream("GET", source) as answer,
    ):
        answer.raise_for_status()
        return await body_of(answer)


async def body_of(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            raise ValueError("the key set is too large")
    return bytes(body)


def parse_keys(text: bytes, algorithms: frozenset[str]) -> dict[str, PyJWK]:
    """The keys for signatures by these algorithms, by `kid`; others are left out. Raises `ValueError` when it is no key
    set."""
    document = json.loads(text)
    if not (isinstance(document, dict) and isinstance(document.get("keys"), list)):
        raise ValueError("this is no JWK set")
    keys = ((each["kid"], parse_key(each)) for each in document["keys"] if is_usable(each))
    return {kid: key for kid, key in keys if key is not None and key.algorithm_name in algorithms}


def is_usable(key: Any) -> bool:
    return isinstance(key, dict) and isinstance(key.get("kid"), str) and key.get("use", "sig") == "sig"


def parse_key(key: dict[str, Any]) -> PyJWK | None:
    """The key; None for a kind that is not supported."""
    try:
        return PyJWK(key)
    except PyJWTError:
        return None
