"""A running system, called over HTTP. Error answers become `Failed`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from funnelcast.failure import Failed

TIMEOUT = 60.0
"""Seconds for one answer, and for a system that answers that it is busy."""
BUSY = (429, 503)
REFUSED = (404, 409, 422)
MAX_RETRY_DELAY, DEFAULT_RETRY_DELAY = 5.0, 0.5


class Refused(Failed):
    """A rule refused this request; the next request may be accepted."""


@asynccontextmanager
async def open_client(url: str, key: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout = httpx.Timeout(TIMEOUT, connect=5)
    try:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=timeout, trust_env=False) as client:
            yield client
    except httpx.InvalidURL as error:
        raise Failed(f"{url} is not an address: {error}") from None
    except httpx.ConnectError:
        raise Failed(f"nothing answers at {url}: is `funnelcast up` running there?") from None
    except httpx.TransportError as error:
        raise Failed(f"{url} did not answer: {str(error) or type(error).__name__}") from None


async def request(
    client: httpx.AsyncClient, method: str, path: str, *, retry_for: float = TIMEOUT, **options: Any
) -> httpx.Response:
    """The answer to a request that may be sent twice. While the system is busy, the request is repeated for `retry_for`
    seconds. Raises `Refused` for 404, 409 and 422, `Failed` for other errors."""
    deadline = asyncio.get_running_loop().time() + retry_for
    while True:
        response = await client.request(method, path, **options)
        if response.status_code not in BUSY or is_parked(response) or asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(retry_delay(response))
    if response.status_code in REFUSED:
        raise Refused(error_text(response))
    if response.is_error:
        raise Failed(error_text(response))
    return response


def is_parked(response: httpx.Response) -> bool:
    """Whether a parked key holds the answer up: repeating does not help before somebody releases the key."""
    return json_body(response).get("type") == "parked"


def retry_delay(response: httpx.Response) -> float:
    seconds = response.headers.get("retry-after", "")
    return min(float(seconds), MAX_RETRY_DELAY) if seconds.isdecimal() else DEFAULT_RETRY_DELAY


def error_text(response: httpx.Response) -> str:
    """Request, status and detail, with the fields at fault."""
    request_line = f"{response.request.method} {response.request.url.path}: {response.status_code}"
    body = json_body(response)
    fields = "; ".join(f"{error['pointer']}: {error['detail']}" for error in body.get("errors", ()))
    return f"{request_line} {body.get('detail') or response.reason_phrase}{f' ({fields})' if fields else ''}"


def json_body(response: httpx.Response) -> dict[str, Any]:
    """The body; empty when the answer is no JSON object, such as a proxy's error page."""
    if "json" not in response.headers.get("content-type", ""):
        return {}
    body = response.json()
    return body if isinstance(body, dict) else {}
