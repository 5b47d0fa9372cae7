"""The declaration of a service: its events, routes, read models and reactions. Nothing here runs anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from shared.flow.projection import Projection, digest
from shared.flow.timer import Timer
from shared.rules.message import Parser
from shared.rules.reaction import REACTIONS, React
from shared.web.callers.access import Scope
from shared.web.callers.place import Organisation
from shared.web.routing.entrance import Entrance


@dataclass(frozen=True)
class Upstream:
    """Another service whose events this one reads: the name of its positions, its topic, and a parser of the fields
    that matter here."""

    source: str
    topic: str
    parse: Parser[Any]


@dataclass(frozen=True)
class Service:
    """`name` is the prefix of its URLs, the schema of its store and the source of its positions."""

    name: str
    topic: str
    parse: Parser[Any]
    routers: Sequence[APIRouter]
    projections: Sequence[Projection] = ()
    upstream: Sequence[Upstream] = ()
    react: React | None = None
    reacts_to: Sequence[str] = ()
    """Sources whose events reach `react`; the others only feed projections."""
    timers: Sequence[Timer] = ()
    fast_routes: Sequence[str] = ()
    """Paths of the routes that are called on the fast path (`shared/web/routing/fast_path.py`)."""
    scopes: Sequence[Scope] = ()
    """Scopes that its routes need, beside the common ones."""
    entrances: Sequence[Entrance] = ()
    """Paths for callers without an API key (`shared/web/routing/entrance.py`)."""
    public: frozenset[str] = frozenset()
    """Types of its events that are described to subscribers (`shared/web/documents/asyncapi.py`)."""
    passes_watermarks: bool = False
    """Whether its answers say if all events until an instant are applied (`shared/flow/watermark.py`)."""
    organisation: Organisation | None = None
    """Its copy of the organisation, by which callers are confined; none: it serves no route within a subtree."""
    has_webhooks: bool = False
    """Whether public events are sent to webhooks (`shared/webhooks`)."""
    has_store: bool = True
    """Whether it has events, and so tables, a topic and consumers of its own."""

    @property
    def read_models(self) -> str:
        """The name of these versions of its projections: of their database schema, and of their subscription."""
        return f"{self.name}_read_{digest(self.projections)}"

    @property
    def worker_lease(self) -> str:
        """The name of the lease under which its relay and its reactions run."""
        return f"{self.name} worker"

    @property
    def subscriptions(self) -> tuple[str, str]:
        """The subscriptions of this version of the code. Read models of other versions have others."""
        return self.read_models, REACTIONS

    @property
    def parsers(self) -> dict[str, Parser[Any]]:
        """The parser of each source's events, for the sources that the read models follow."""
        parsers = {self.name: self.parse} | {one.source: one.parse for one in self.upstream}
        return {source: parse for source, parse in parsers.items() if source in self.projected_sources}

    @property
    def projected_sources(self) -> frozenset[str]:
        """Sources that the read models follow, the service itself included; none of a service without a store."""
        if not self.has_store:
            return frozenset()
        return frozenset({self.name, *(source for each in self.projections for source in each.applies)})
