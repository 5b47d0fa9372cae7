"""A running system, over HTTP, with its answers turned into failures where they are such."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from funnelcast.failure import Failed

PATIENCE = 60.0
"""Seconds for one answer, and for a system that says that it is busy."""
BUSY = (429, 503)
RULES = (404, 409, 422)


class Refused(Failed):
    """A rule said no to this one; another may be taken."""


@asynccontextmanager
async def connected(url: str, key: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout = httpx.Timeout(PATIENCE, connect=5)
    try:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=timeout, trust_env=False) as client:
            yield client
    except httpx.InvalidURL as error:
        raise Failed(f"{url} is not an address: {error}") from None
    except httpx.ConnectError:
        raise Failed(f"nothing answers at {url}: is `funnelcast up` running there?") from None
    except httpx.TransportError as error:
        raise Failed(f"{url} did not answer: {str(error) or type(error).__name__}") from None


async def ask(
    client: httpx.AsyncClient, method: str, path: str, *, patience: float = PATIENCE, **more: Any
) -> httpx.Response:
    """The answer to a request that may be sent twice; a busy system is asked again. Raises `Failed` with its reason."""
    end = asyncio.get_running_loop().time() + patience
    while True:
        response = await client.request(method, path, **more)
        if response.status_code not in BUSY or is_parked(response) or asyncio.get_running_loop().time() > end:
            break
        await asyncio.sleep(pause(response))
    if response.status_code in RULES:
        raise Refused(problem(response))
    if response.is_error:
        raise Failed(problem(response))
    return response


def is_parked(response: httpx.Response) -> bool:
    """Waiting does not help: somebody has to look at the event first."""
    return told(response).get("type") == "parked"


def pause(response: httpx.Response) -> float:
    after = response.headers.get("retry-after", "")
    return min(float(after), 5.0) if after.isdecimal() else 0.5


def problem(response: httpx.Response) -> str:
    """What the answer says, or, when it is not one of ours, what it is."""
    where = f"{response.request.method} {response.request.url.path}: {response.status_code}"
    body = told(response)
    named = "; ".join(f"{one['pointer']}: {one['detail']}" for one in body.get("errors", ()))
    return f"{where} {body.get('detail') or response.reason_phrase}{f' ({named})' if named else ''}"


def told(response: httpx.Response) -> dict[str, Any]:
    if "json" not in response.headers.get("content-type", ""):
        return {}
    body = response.json()
    return body if isinstance(body, dict) else {}
