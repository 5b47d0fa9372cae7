"""A caller's request to write, and its outcome. Every HTTP request makes some of these, and tuples are made fastest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.rules.decider import Decider, Reference
from shared.rules.message import C, Refusal, subject_of
from shared.store.claims import AliasClaim, HistoryClaims


class Step(NamedTuple, Generic[C]):
    """One command. `occurred_at`: the caller's own instant, by default now. When the stream is past it, the step is
    refused, or happens at the stream's last instant if it `may_be_late`."""

    command: C
    occurred_at: datetime | None = None
    claim: AliasClaim | None = None
    may_be_late: bool = False


class AliasReference(NamedTuple):
    """The stream that holds an alias, if there is one. Decisions depend on it through a field of the context, which
    keeps its default while nobody holds the alias."""

    decider: Decider[Any, Any, Any]
    alias: str


@dataclass(frozen=True)
class Cause:
    """The upstream event that a reaction answers. The events that follow happen no earlier, and their ids are made
    of the cause's, so a repeated reaction cannot be stored twice."""

    subscription: str
    event_id: UUID
    occurred_at: datetime
    number: int

    def event_id_of(self, n: int) -> UUID:
        return uuid5(NAMESPACE_URL, f"{self.subscription}/{self.event_id}/{self.number}/{n}")


class WriteRequest(NamedTuple):
    """The steps that one caller wants on one stream: all of them are accepted, or none.

    The stream is the owner of the first known alias in `resolve_by`, else `stream`. An alias does not count if the one
    that `resolve_unless` names for it is known, too.

    - `also_claim`: aliases that the stream takes if nobody has them.
    - `watched`: aliases whose holders the result names.
    - `if_versions`: the versions of the stream at which the request is accepted; None: any.
    - `is_new_stream`: `stream` was named for this request, so there is nothing to read.
    - `reply(state)`: the ids of the answer, which are kept for a repetition.
    - `references`, `alias_references`: by fields of the decider's context.
    - `permit(state)`: raises a `Refusal` where the stream's state lies outside what the caller may change; None: the
      caller may change everything.
    - `on_behalf_of`: the org node that the caller acts for.
    - `is_long`: the request may lead to thousands of events, and is decided in a thread.
    - `history_claims`: the claims of all steps, if they are an imported history.
    """

    decider: Decider[Any, Any, Any]
    stream: str
    steps: Sequence[Step[Any]]
    actor: str
    correlation_id: UUID
    resolve_by: Sequence[str] = ()
    also_claim: Sequence[str] = ()
    if_versions: frozenset[int] | None = None
    idempotency_key: str | None = None
    fingerprint: str = ""
    reply: Callable[[Any], Mapping[str, Any]] = lambda state: {}
    cause: Cause | None = None
    imported_texts: Sequence[UUID] = ()
    is_new_stream: bool = False
    resolve_unless: Mapping[str, str] = MappingProxyType({})
    references: Mapping[str, Reference] = MappingProxyType({})
    alias_references: Mapping[str, AliasReference] = MappingProxyType({})
    permit: Callable[[Any], None] | None = None
    on_behalf_of: str | None = None
    is_long: bool = False
    watched: Sequence[str] = ()
    history_claims: HistoryClaims = HistoryClaims()


class WriteResult(NamedTuple):
    """The request was accepted, now or before. `position`: of the stream's last event in the store. `watched`: the
    streams that hold watched aliases. `written`: the number of events that it added, 0 when it was accepted before."""

    stream: str
    version: int
    position: int
    created: bool
    body: Mapping[str, Any]
    replayed: bool = False
    watched: Sequence[str] = ()
    written: int = 0

    @property
    def subject(self) -> str:
        return subject_of(self.stream)


WriteOutcome = WriteResult | Refusal
