"""The services' public HTTP API, called with the session of the person who looks at a page."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import httpx

SECONDS = 15.0
"""The seconds for one answer of a service, and for all that a page asks."""
CONNECTIONS = httpx.Limits(max_connections=200, max_keepalive_connections=50)
FORBIDDEN = 403
REFUSALS = (FORBIDDEN, 404, 409, 412, 422)
"""The errors that a page shows beside what the person sent."""
VISIBLE = re.compile(r"[!-~]+")
"""The characters that a header may have whose value comes from an address or a form."""
UNREACHABLE = "the service did not answer; nothing was lost"
UNCERTAIN = "the service did not answer, so it may have been written or not: look before you send it again"


@dataclass(frozen=True)
class FieldError:
    """`pointer`: the field that the service found wrong."""

    pointer: str
    detail: str


class ApiError(Exception):
    """An answer that is an error, in the API's own words. `retry_after`: seconds until it may be asked again."""

    def __init__(
        self, status: int, title: str, detail: str, errors: Sequence[FieldError] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail = status, title, detail
        self.errors, self.retry_after = errors, retry_after

    @property
    def is_refusal(self) -> bool:
        return self.status in REFUSALS


class ApiResponse(NamedTuple):
    """`position`: what the answer includes, or what a write made."""

    body: Any
    etag: str | None
    position: str


@dataclass(frozen=True)
class Api:
    """`after`: the position of a write that every answer must include, such as `forecast:12`. `deadline`: by the loop's
    clock, when a service counts as one that does not answer."""

    http: httpx.AsyncClient
    token: str = field(repr=False)
    after: str | None = None
    deadline: float | None = None

    async def get(self, path: str, **parameters: Any) -> Any:
        """The body of the answer. Parameters that are None are left out. Raises `ApiError`."""
        return (await self.request("GET", path, parameters=parameters)).body

    async def get_if_allowed(self, path: str, **parameters: Any) -> Any:
        """The body; None for a person who may not read it."""
        try:
            return await self.get(path, **parameters)
        except ApiError as error:
            if error.status == FORBIDDEN:
                return None
            raise

    async def request(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        body: Any = None,
        if_match: str | None = None,
        idempotency_key: UUID | None = None,
    ) -> ApiResponse:
        """Raises `ApiError`."""
        headers = {"Authorization": f"Bearer {self.token}"} | self.conditions(method, if_match, idempotency_key)
        chosen = {name: value for name, value in (parameters or {}).items() if value not in (None, "")}
        try:
            async with asyncio.timeout_at(self.deadline):
                response = await self.http.request(method, path, params=chosen, json=body, headers=headers)
        except (httpx.TransportError, TimeoutError):
            detail = UNREACHABLE if method == "GET" else UNCERTAIN
            raise ApiError(503, "Service Unavailable", detail, retry_after=2) from None
        if response.is_error:
            raise error_of(response)
        found = response.json() if response.content else None
        return ApiResponse(found, response.headers.get("etag"), response.headers.get("x-position", ""))

    def conditions(self, method: str, if_match: str | None, idempotency_key: UUID | None) -> dict[str, str]:
        found = {"If-Match": if_match, "Idempotency-Key": idempotency_key and str(idempotency_key)}
        if method == "GET" and self.after:
            found |= {"X-Min-Position": self.after, "Prefer": "wait=5"}
        chosen = {name: value for name, value in found.items() if value}
        if not all(map(VISIBLE.fullmatch, chosen.values())):
            raise ApiError(422, "Unprocessable Content", "the position or the version is none that a page gave")
        return chosen


def error_of(response: httpx.Response) -> ApiError:
    body = problem_body(response)
    errors = [FieldError(str(each["pointer"]), str(each["detail"])) for each in body.get("errors", ())]
    retry = response.headers.get("retry-after", "")
    title = str(body.get("title") or response.reason_phrase)
    detail = str(body.get("detail") or "the service gave no reason")
    return ApiError(response.status_code, title, detail, errors, int(retry) if retry.isdecimal() else None)


def problem_body(response: httpx.Response) -> dict[str, Any]:
    """The problem document; empty when the answer is none, such as the error page of a proxy."""
    if "json" not in response.headers.get("content-type", ""):
        return {}
    body = response.json()
    return body if isinstance(body, dict) else {}


def make_client(services_url: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    timeout = httpx.Timeout(SECONDS, connect=2)
    return httpx.AsyncClient(
        base_url=services_url, timeout=timeout, limits=CONNECTIONS, trust_env=False, transport=transport
    )
