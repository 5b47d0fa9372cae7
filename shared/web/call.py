"""A request at a route: its caller and conditions, and how the route writes and reads."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow import frontier
from shared.flow.frontier import Frontier
from shared.rules.decider import Decider
from shared.rules.message import MAX_CLOCK_AHEAD, Command, Missing
from shared.rules.sealed import Sealed
from shared.store import aliases, event_store, vault
from shared.store.decision_batch import fold_streams
from shared.store.write_request import AliasClaim, Step, WriteRequest, WriteResult
from shared.web import conditions, freshness
from shared.web.access import Caller, Scope
from shared.web.problems import Forbidden, InvalidRequest
from shared.web.service_context import ServiceContext

T = TypeVar("T")
S = TypeVar("S")
MAX_BACKDATED = timedelta(minutes=5)
"""How far in the past `occurred_at` may lie without the scope `history:write`."""


@dataclass(frozen=True)
class Folded(Generic[S]):
    """The state of one stream with its texts, read in one database snapshot."""

    subject: str
    state: S
    version: int
    texts: Mapping[UUID, Any]

    def text(self, sealed: Sealed[T] | None) -> T | None:
        """The value in the vault; none when it was erased."""
        return None if sealed is None or sealed.ref is None else self.texts.get(sealed.ref)


@dataclass
class Call:
    """Given to a route by `Needs(scope)`."""

    context: ServiceContext
    caller: Caller
    request: Request
    response: Response
    correlation_id: UUID = field(init=False)
    frontier: Frontier = field(init=False)
    """Of the snapshot in `read`."""

    def __post_init__(self) -> None:
        self.correlation_id = self.request.state.correlation_id
        self.response.headers["X-Correlation-Id"] = str(self.correlation_id)
        self.response.headers["Cache-Control"] = "no-store"

    # -- writing ------------------------------------------------------------------------------------------------

    async def write(
        self,
        decider: Decider[Any, Any, Any],
        subject: str,
        command: Command,
        *,
        occurred_at: datetime | None = None,
        claim: AliasClaim | None = None,
        find: Sequence[str] = (),
        also: Sequence[str] = (),
        new: bool = False,
        reply: Callable[[Any], Mapping[str, Any]] = lambda state: {},
    ) -> WriteResult:
        """Returns when the command's events are on disk. Raises a `Refusal`."""
        step = Step(command, self.checked_occurred_at(occurred_at), claim)
        key = self.idempotency_key()
        result = await self.context.committer.write(
            WriteRequest(
                decider,
                decider.stream(subject),
                [step],
                self.caller.name,
                self.correlation_id,
                resolve_by=find,
                also_claim=also,
                is_new_stream=new,
                if_version=conditions.if_version(self.request.headers),
                idempotency_key=key,
                fingerprint=await self.fingerprint() if key else "",
                reply=reply,
            )
        )
        self.set_response_headers(result)
        return result

    def checked_occurred_at(self, occurred_at: datetime | None) -> datetime | None:
        """Refuses an instant in the future, and one in the past without `history:write`. None means now."""
        if occurred_at is None:
            return None
        now = self.context.clock_and_ids.now()
        if occurred_at > now + MAX_CLOCK_AHEAD:
            raise InvalidRequest(
                "occurred_at is in the future", errors=[{"pointer": "/occurred_at", "detail": "in the future"}]
            )
        if occurred_at < now - MAX_BACKDATED:
            self.require("history:write")
        return occurred_at

    def idempotency_key(self) -> str | None:
        """Made of the caller's lineage, method, path and header. Hashed: callers may build keys from personal data."""
        key = conditions.idempotency_key(self.request.headers)
        if key is None:
            return None
        scoped = f"{self.caller.lineage} {self.request.method} {self.request.url.path} {key}"
        return self.context.blind_index.digest(scoped.encode())

    async def fingerprint(self) -> str:
        """A keyed hash of the body as JSON, with its fields sorted. Keyed: the body may hold personal data."""
        body = await self.request.body()
        canonical = orjson.dumps(parse_json(body), option=orjson.OPT_SORT_KEYS) if body else b""
        return self.context.blind_index.digest(canonical)

    def set_response_headers(self, result: WriteResult) -> None:
        self.response.headers["X-Position"] = f"{self.context.service}:{result.position}"
        self.response.headers["ETag"] = f'"{result.version}"'
        if result.replayed:
            self.response.headers["Idempotent-Replayed"] = "true"

    def require(self, scope: Scope) -> None:
        if scope not in self.caller.scopes:
            raise Forbidden(f"the key lacks the scope {scope}")

    # -- reading ------------------------------------------------------------------------------------------------

    async def fold(
        self,
        decider: Decider[Any, S, Any],
        subject: str,
        refs: Callable[[S], Sequence[Sealed[Any] | None]],
        *,
        may_be_new: bool = False,
    ) -> Folded[S]:
        """The current state of one stream, with the texts of `refs`. Raises `Missing` for a stream without events,
        unless it may be new: then the state is the initial one."""
        await self.wait_for_min_position()
        stream = decider.stream(subject)
        async with self.context.reads.connect() as tx:
            head = await event_store.position(tx)
            folded = fold_streams({stream: decider}, await event_store.read_streams(tx, [stream]))[stream]
            if folded.version == 0 and not may_be_new:
                raise Missing(f"there is no {decider.kind} {subject}")
            texts = await vault.read(tx, {sealed.ref for sealed in refs(folded.state) if sealed and sealed.ref})
        self.response.headers["X-Position"] = f"{self.context.service}:{head}"
        self.response.headers["ETag"] = f'"{folded.version}"'
        return Folded(subject, folded.state, folded.version, texts)

    async def subject_of_alias(self, alias: str) -> str | None:
        """The subject of the stream that holds an alias, such as an external id; none when no stream does."""
        await self.wait_for_min_position()
        async with self.context.reads.connect() as tx:
            head = await event_store.position(tx)
            held = (await aliases.find(tx, [alias])).get(alias)
        self.response.headers["X-Position"] = f"{self.context.service}:{head}"
        return None if held is None else held.stream.partition("-")[2]

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A database snapshot of the read models, as new as the caller asks; sets `X-Position` to its frontier."""
        await self.wait_for_min_position()
        async with self.context.reads.connect() as tx:
            self.frontier = await frontier.find(tx, self.context.read_models)
            self.response.headers["X-Position"] = self.format_frontier()
            yield tx

    def format_frontier(self) -> str:
        """The last position of each source that this snapshot of the read models contains: `forecast:3,pipeline:12`."""
        positions = self.frontier.positions
        return conditions.format_positions(
            {source: positions.get(source, 0) for source in self.context.projected_sources}
        )

    async def wait_for_min_position(self) -> None:
        """Raises `PositionNotReached`."""
        await freshness.wait_for_positions(self.context, self.request.headers)


@dataclass(frozen=True)
class Needs:
    """The dependency of every route: checks that the caller has the scope, and gives the route its `Call`."""

    scope: Scope

    async def __call__(self, request: Request, response: Response) -> Call:
        call = Call(request.app.state.context, request.state.caller, request, response)
        call.require(self.scope)
        await refuse_invalid_json(request)
        return call


async def refuse_invalid_json(request: Request) -> None:
    """The framework accepts more than JSON (RFC 8259): NaN, encodings other than UTF-8, lone surrogates. Such a body
    has no canonical form to compare it by, and cannot be repeated in an answer."""
    if request.scope["route"].body_field is not None and (body := await request.body()):
        parse_json(body)


def parse_json(body: bytes) -> Any:
    """Raises `InvalidRequest`."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest("the body is not JSON text", errors=[{"pointer": "", "detail": str(error)}]) from None


async def refuse_unknown_parameters(request: Request) -> None:
    """A query parameter that the route does not know would be ignored silently; it is an error instead. (This is async
    because the framework runs other functions in a thread, at twice the cost of the whole request.)"""
    parameters = request.scope["route"].dependant.query_params
    known = {name for parameter in parameters for name in parameter_names(parameter)}
    for name in request.query_params:
        if name not in known:
            raise InvalidRequest(
                f"unknown query parameter {name!r}", errors=[{"pointer": f"query/{name}", "detail": "unknown"}]
            )


def parameter_names(parameter: Any) -> Collection[str]:
    """One name, or those of all fields when a model stands for the whole query."""
    kind = parameter.field_info.annotation
    return kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else [parameter.alias]


class Accepted(BaseModel):
    """`position`: of the last event written."""

    position: int
