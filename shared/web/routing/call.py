"""A request at a route: its caller and conditions, and how the route writes and reads."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypedDict, TypeVar, Unpack
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow import frontier
from shared.flow.frontier import Frontier
from shared.rules.decider import Decider, Reference
from shared.rules.message import MAX_CLOCK_AHEAD, Command, E, Missing
from shared.rules.sealed import Sealed
from shared.store import aliases, event_store, vault
from shared.store.claims import AliasClaim, HistoryClaims
from shared.store.folded_streams import read_folded, read_states
from shared.store.write_request import AliasReference, Step, WriteRequest, WriteResult
from shared.web.callers.access import HISTORY_WRITE, Caller, Scope
from shared.web.callers.place import EVERYTHING, Subtree
from shared.web.errors.problems import Forbidden, InvalidRequest
from shared.web.requests import conditions
from shared.web.requests.input import parse_json
from shared.web.routing import freshness
from shared.web.routing.folded import Folded, History
from shared.web.service_context import ServiceContext

S = TypeVar("S")
IsVisible = Callable[[AsyncConnection, S, Subtree], Awaitable[bool]]
"""Whether a caller may see what has this state. Called in the snapshot of the state, for confined callers alone."""
MAX_BACKDATED = timedelta(minutes=5)
"""The longest time that `occurred_at` may lie in the past without the scope `history:write`."""


class WriteOptions(TypedDict, total=False):
    """The fields of `WriteRequest` that routes set."""

    resolve_by: Sequence[str]
    resolve_unless: Mapping[str, str]
    also_claim: Sequence[str]
    is_new_stream: bool
    is_long: bool
    reply: Callable[[Any], Mapping[str, Any]]
    references: Mapping[str, Reference]
    alias_references: Mapping[str, AliasReference]
    watched: Sequence[str]
    permit: Callable[[Any], None] | None
    history_claims: HistoryClaims


@dataclass
class Call:
    """Given to a route by `Needs`."""

    context: ServiceContext
    caller: Caller
    request: Request
    response: Response
    correlation_id: UUID = field(init=False)
    frontier: Frontier = field(init=False)
    """The frontier of the snapshot in `read`."""
    found_subtree: Subtree | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.correlation_id = self.request.state.correlation_id
        self.response.headers["X-Correlation-Id"] = str(self.correlation_id)
        self.response.headers["Cache-Control"] = "no-store"

    @property
    def subtree(self) -> Subtree:
        """The part of the organisation that the caller may see, in the snapshot of `read`. Raises `RuntimeError` for a
        confined caller before there is one: a route that asks too early must not show everything."""
        if self.found_subtree is not None:
            return self.found_subtree
        if self.caller.is_confined:
            raise RuntimeError("the subtree of a confined caller was not found yet")
        return EVERYTHING

    # -- writing ------------------------------------------------------------------------------------------------

    async def write(
        self,
        decider: Decider[Any, Any, Any],
        subject: str,
        command: Command,
        *,
        occurred_at: datetime | None = None,
        claim: AliasClaim | None = None,
        **options: Unpack[WriteOptions],
    ) -> WriteResult:
        """Writes under the request's conditions: idempotency key and expected version. Returns when the events are on
        disk. Raises a `Refusal`."""
        step, key = Step(command, self.checked_occurred_at(occurred_at), claim), self.idempotency_key()
        result = await self.context.committer.write(
            self.write_request(decider, subject, [step], **options)._replace(
                if_versions=conditions.if_versions(self.request.headers),
                idempotency_key=key,
                fingerprint=await self.fingerprint() if key else "",
            )
        )
        self.set_response_headers(result)
        return result

    def write_request(
        self,
        decider: Decider[Any, Any, Any],
        subject: str,
        steps: Sequence[Step[Any]],
        **options: Unpack[WriteOptions],
    ) -> WriteRequest:
        """A write request of this caller, without the conditions of the HTTP request."""
        return WriteRequest(
            decider,
            decider.stream(subject),
            steps,
            self.caller.name,
            self.correlation_id,
            on_behalf_of=self.caller.on_behalf_of,
            **options,
        )

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
            self.require(HISTORY_WRITE)
        return occurred_at

    def idempotency_key(self) -> str | None:
        """A hash of the caller's lineage and place, method, path and header: callers may build their keys from personal
        data."""
        key = conditions.idempotency_key(self.request.headers)
        if key is None:
            return None
        caller = str(self.caller.lineage)
        if self.caller.is_confined:
            caller += f"|{self.caller.node or ''}|{self.caller.on_behalf_of or ''}"
        scoped = f"{caller} {self.request.method} {self.request.url.path} {key}"
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
        """Raises `Forbidden` for a caller without the scope: for what needs another scope than the route."""
        require_scope(self.caller, scope)

    # -- reading ------------------------------------------------------------------------------------------------

    async def fold(
        self,
        decider: Decider[Any, S, Any],
        subject: str,
        refs: Callable[[S], Sequence[Sealed[Any] | None]],
        *,
        may_be_new: bool = False,
        is_visible: IsVisible[S] | None = None,
    ) -> Folded[S]:
        """The current state of one stream, with the texts of `refs`. Raises `Missing` for a stream without events,
        unless it may be new: then the state is the initial one; and for one that is not visible at the caller's place.
        `is_visible`: none if it is visible everywhere."""
        stream = decider.stream(subject)
        async with self.read_store() as (tx, subtree):
            folded = (await read_folded(tx, {stream: decider}))[stream]
            is_there = folded.version > 0 or may_be_new
            if not await may_see(tx, folded.state, subtree, is_visible) or not is_there:
                raise Missing(f"there is no {decider.kind} {subject}")
            texts = await vault.read(tx, {sealed.ref for sealed in refs(folded.state) if sealed and sealed.ref})
        self.response.headers["ETag"] = f'"{folded.version}"'
        return Folded(subject, folded.state, folded.version, texts=texts)

    async def history(
        self,
        decider: Decider[Any, S, E],
        subject: str,
        refs: Callable[[E], Sequence[Sealed[Any] | None]],
        *,
        is_visible: IsVisible[S] | None = None,
    ) -> History[E]:
        """All events of one stream, with the texts of `refs`. Raises `Missing` for a stream without events, and for one
        that is not visible at the caller's place. `is_visible`: none if it is visible everywhere."""
        async with self.read_store() as (tx, subtree):
            recorded = decider.parse.all(await event_store.read_streams(tx, [decider.stream(subject)]))
            state = decider.fold((each.event, each.occurred_at) for each in recorded)
            if not await may_see(tx, state, subtree, is_visible) or not recorded:
                raise Missing(f"there is no {decider.kind} {subject}")
            sealed = [one for each in recorded for one in refs(each.event)]
            texts = await vault.read(tx, {one.ref for one in sealed if one and one.ref})
        self.response.headers["ETag"] = f'"{recorded[-1].version}"'
        return History(recorded, subtree, texts=texts)

    @asynccontextmanager
    async def read_store(self) -> AsyncIterator[tuple[AsyncConnection, Subtree]]:
        """A database snapshot of the store, with what the caller may see in it; sets `X-Position` to its head. Raises
        as `read` does."""
        await self.wait_until_readable()
        async with self.context.reads.connect() as tx:
            head = await event_store.position(tx)
            yield tx, await self.find_subtree(tx)
        self.set_head(head)

    async def states(
        self, tx: AsyncConnection, decider: Decider[Any, S, Any], subjects: Sequence[str]
    ) -> Mapping[str, S]:
        """The states of many streams, without texts, in the snapshot of `read`."""
        return await read_states(tx, decider, subjects)

    async def subject_of_alias(self, alias: str) -> str | None:
        """The subject of the stream that holds an alias, such as an external id; none when no stream does."""
        await self.wait_until_readable()
        async with self.context.reads.connect() as tx:
            head = await event_store.position(tx)
            if self.context.places is not None:
                await self.find_subtree(tx)
            held = (await aliases.find(tx, [alias])).get(alias)
        self.set_head(head)
        return None if held is None else held.stream.partition("-")[2]

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A database snapshot of the read models, as new as the caller asks; sets `X-Position` to its frontier, and
        `subtree` to what the caller may see in it. Raises `OrganisationStale`, `Forbidden` and `NotFound`, as `Places`
        does."""
        await self.wait_until_readable()
        async with self.context.reads.connect() as tx:
            self.frontier = await frontier.find(tx, self.context.read_models, confined=self.caller.is_confined)
            self.found_subtree = await self.subtree_at(tx, self.frontier)
            self.response.headers["X-Position"] = self.format_frontier()
            yield tx

    async def current_subtree(self) -> Subtree:
        """The part of the organisation that the caller may change, as of now: for the `permit` of a write. Raises as
        `read` does."""
        if not self.caller.is_confined:
            return EVERYTHING
        await self.wait_until_readable()
        async with self.context.reads.connect() as tx:
            return await self.find_subtree(tx)

    async def find_subtree(self, tx: AsyncConnection) -> Subtree:
        """The part of the organisation that the caller may see, in the snapshot of this transaction. For a caller that
        is not confined no statement is needed."""
        if not self.caller.is_confined:
            return EVERYTHING
        self.frontier = await frontier.find(tx, self.context.read_models, confined=True)
        return await self.subtree_at(tx, self.frontier)

    async def subtree_at(self, tx: AsyncConnection, of_snapshot: Frontier) -> Subtree:
        if not self.caller.is_confined:
            return EVERYTHING
        if self.context.places is None:
            raise Forbidden(f"{self.context.service} does not keep the organisation")
        reads = self.request.method == "GET"
        return await self.context.places.subtree(tx, of_snapshot, self.caller, reads=reads)

    def set_head(self, head: int) -> None:
        """Sets `X-Position` to the head of the store; for a confined caller also to what decided its subtree."""
        positions, places = {self.context.service: head}, self.context.places
        if self.caller.is_confined and places is not None and places.organisation.source != self.context.service:
            source = places.organisation.source
            positions[source] = self.frontier.positions.get(source, 0)
        self.response.headers["X-Position"] = conditions.format_positions(positions)

    def format_frontier(self) -> str:
        """The last position of each source that this snapshot of the read models contains: `forecast:3,pipeline:12`."""
        positions = self.frontier.positions
        return conditions.format_positions(
            {source: positions.get(source, 0) for source in self.context.projected_sources}
        )

    async def wait_until_readable(self) -> None:
        """Waits as `wait_for_min_position` does; for a confined caller also until the age of the organisation is
        known."""
        await self.wait_for_min_position()
        if self.caller.is_confined and self.context.places is not None:
            await self.context.places.age.wait_until_known()

    async def wait_until_complete(self) -> None:
        """Waits until the read models have everything that was accepted before: for a command on all that a list shows.
        Raises `PositionNotReached`."""
        await freshness.wait_until_complete(self.context, self.request.headers, self.caller.lineage)

    async def wait_for_min_position(self) -> None:
        """Raises `PositionNotReached`."""
        await freshness.wait_for_positions(self.context, self.request.headers, self.caller.lineage)


def require_scope(caller: Caller, *scopes: Scope) -> None:
    """Raises `Forbidden` for a caller that has none of them."""
    if caller.scopes.isdisjoint(scopes):
        raise Forbidden(f"the key lacks the scope {' or '.join(scopes)}")


async def may_see(tx: AsyncConnection, state: S, subtree: Subtree, is_visible: IsVisible[S] | None) -> bool:
    """Whether the caller may see the stream. It is asked for streams that do not exist, too, so that these take as long
    as those elsewhere."""
    return is_visible is None or subtree.is_everything or await is_visible(tx, state, subtree)


class Accepted(BaseModel):
    """`position`: of the last event written."""

    position: int
