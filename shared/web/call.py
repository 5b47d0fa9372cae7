"""One request at a route: who asks, under which conditions; how it writes and reads."""

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
BACKDATED = timedelta(minutes=5)


@dataclass(frozen=True)
class Folded(Generic[S]):
    """A single resource, from its stream and the vault in one database snapshot."""

    subject: str
    state: S
    version: int
    texts: Mapping[UUID, Any]

    def text(self, sealed: Sealed[T] | None) -> T | None:
        """The value in the vault; none when it was erased."""
        return None if sealed is None or sealed.ref is None else self.texts.get(sealed.ref)


@dataclass
class Call:
    """Carried to a route by `Needs(scope)`."""

    context: ServiceContext
    caller: Caller
    request: Request
    response: Response
    correlation_id: UUID = field(init=False)
    frontier: Frontier = field(init=False)
    """Of the snapshot that `read` gave."""

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
        """Returns when the command's events are on disk; raises the refusal."""
        step = Step(command, self.dated(occurred_at), claim)
        key = self.idempotency_key()
        done = await self.context.committer.write(
            WriteRequest(
                decider,
                decider.stream(subject),
                [step],
                self.caller.name,
                self.correlation_id,
                find=find,
                also=also,
                new=new,
                if_version=conditions.if_version(self.request.headers),
                key=key,
                fingerprint=await self.fingerprint() if key else "",
                reply=reply,
            )
        )
        self.tell(done)
        return done

    def dated(self, occurred_at: datetime | None) -> datetime | None:
        """A caller's own instant: not ahead of our clock, and in the past only with `history:write`."""
        if occurred_at is None:
            return None
        now = self.context.clock_and_ids.now()
        if occurred_at > now + MAX_CLOCK_AHEAD:
            raise InvalidRequest(
                "occurred_at is in the future", errors=[{"pointer": "/occurred_at", "detail": "in the future"}]
            )
        if occurred_at < now - BACKDATED:
            self.require("history:write")
        return occurred_at

    def idempotency_key(self) -> str | None:
        """Of the caller's lineage, method, path and header; hashed, because callers make theirs of what they know."""
        key = conditions.idempotency_key(self.request.headers)
        if key is None:
            return None
        scoped = f"{self.caller.lineage} {self.request.method} {self.request.url.path} {key}"
        return self.context.blind_index.digest(scoped.encode())

    async def fingerprint(self) -> str:
        """Of the body as JSON, whatever the order of its fields. Keyed: the body may hold personal data."""
        body = await self.request.body()
        canonical = orjson.dumps(parse_json(body), option=orjson.OPT_SORT_KEYS) if body else b""
        return self.context.blind_index.digest(canonical)

    def tell(self, done: WriteResult) -> None:
        self.response.headers["X-Position"] = f"{self.context.service}:{done.position}"
        self.response.headers["ETag"] = f'"{done.version}"'
        if done.replayed:
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
        """The state of one stream, current, with the texts that `refs` names. Raises `Missing` when it has no event,
        unless what has none is its initial state all the same."""
        await self.be_fresh()
        stream = decider.stream(subject)
        async with self.context.reads.connect() as tx:
            head = await event_store.position(tx)
            known = fold_streams({stream: decider}, await event_store.read_streams(tx, [stream]))[stream]
            if known.version == 0 and not may_be_new:
                raise Missing(f"there is no {decider.kind} {subject}")
            texts = await vault.read(tx, {sealed.ref for sealed in refs(known.state) if sealed and sealed.ref})
        self.response.headers["X-Position"] = f"{self.context.service}:{head}"
        self.response.headers["ETag"] = f'"{known.version}"'
        return Folded(subject, known.state, known.version, texts)

    async def subject_of_alias(self, alias: str) -> str | None:
        """The id that an external id or another alias leads to, now."""
        await self.be_fresh()
        async with self.context.reads.connect() as tx:
            head = await event_store.position(tx)
            held = (await aliases.find(tx, [alias])).get(alias)
        self.response.headers["X-Position"] = f"{self.context.service}:{head}"
        return None if held is None else held.stream.partition("-")[2]

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A database snapshot of the read models, as fresh as the caller asked; its frontier is in `X-Position`."""
        await self.be_fresh()
        async with self.context.reads.connect() as tx:
            self.frontier = await frontier.find(tx, self.context.projections)
            self.response.headers["X-Position"] = self.shown_frontier()
            yield tx

    def shown_frontier(self) -> str:
        """The last position of each source applied to the read models in this snapshot."""
        positions = self.frontier.positions
        return conditions.format_positions({source: positions.get(source, 0) for source in self.context.projected})

    async def be_fresh(self) -> None:
        """Waits for `X-Min-Position`. Raises `NotYet` rather than give an older answer."""
        await freshness.wait_for_positions(self.context, self.request.headers)


@dataclass(frozen=True)
class Needs:
    """A route's dependency: the scope that its caller must have. Gives the route its `Call`."""

    scope: Scope

    async def __call__(self, request: Request, response: Response) -> Call:
        call = Call(request.app.state.context, request.state.caller, request, response)
        call.require(self.scope)
        await refuse_invalid_json(request)
        return call


async def refuse_invalid_json(request: Request) -> None:
    """The framework's reader takes more than JSON is (RFC 8259): NaN, other encodings than UTF-8, half a character.
    Such a body could neither be compared with another nor be answered."""
    if request.scope["route"].body_field is not None and (body := await request.body()):
        parse_json(body)


def parse_json(body: bytes) -> Any:
    """Its value."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest("the body is no JSON text", errors=[{"pointer": "", "detail": str(error)}]) from None


async def refuse_unknown_parameters(request: Request) -> None:
    """A query parameter that the route does not know is an error: it would else be silently without effect. (A
    function that is not async would be sent to a thread, at twice the cost of the whole request.)"""
    known = {name for parameter in request.scope["route"].dependant.query_params for name in names(parameter)}
    for name in request.query_params:
        if name not in known:
            raise InvalidRequest(
                f"unknown query parameter {name!r}", errors=[{"pointer": f"query/{name}", "detail": "unknown"}]
            )


def names(parameter: Any) -> Collection[str]:
    """Of one parameter; a model of the whole query has the names of its fields."""
    told = parameter.field_info.annotation
    return told.model_fields if isinstance(told, type) and issubclass(told, BaseModel) else [parameter.alias]


class Accepted(BaseModel):
    """The position of the write's last event."""

    position: int
