"""Places in the organisation: some callers are confined to a node and what is below it, by their key or by
`On-Behalf-Of`. This module says what a place is; `shared/web/callers/places.py` finds one.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.message import Event, StoredEvent


class PlaceRule(Enum):
    """The way in which a route serves confined callers. Every route declares it in its `Needs`."""

    REFUSED = auto()
    """Not at all: 403."""
    SUBTREE = auto()
    """The route shows and changes what belongs to the caller's node and to the nodes below it."""
    OWN_NODE = auto()
    """The route shows and changes what belongs to the caller's node itself."""
    UNAFFECTED = auto()
    """Like any other caller: the route shows and changes nothing that belongs to a place."""


@dataclass(frozen=True)
class Subtree:
    """The part of the organisation that a caller may see, in one database snapshot. `node`: the node to which it is
    confined; None: it is not. `nodes`: that node and all below it; None: what belongs to anybody."""

    node: str | None = None
    nodes: frozenset[str] | None = None

    def includes(self, owner: str | None) -> bool:
        """Whether what belongs to this owner may be seen. What has no owner belongs to no place."""
        return self.nodes is None or owner in self.nodes

    @property
    def is_everything(self) -> bool:
        return self.nodes is None


EVERYTHING = Subtree()


Confine = Callable[[AsyncConnection, Subtree, Sequence[StoredEvent]], Awaitable[list[StoredEvent]]]


@dataclass(frozen=True)
class Organisation:
    """A service's copy of the tree. `source`: whose events it follows. `within(tx, node)`: the node and all below it
    today; empty for a node that is unknown or has ended. `is_root(tx, node)`: whether owners who have no node are below
    it, too, so that it sees everything; none: no node sees these.

    `confine`: of the service's public events, those that may be seen in a subtree, each at its position; none: the
    service shows no events to confined callers. In place of an event of the types `leaving`, by which something
    leaves the subtree, the caller gets a `left_view`. `owners`: the names under which the data of events have owners,
    of whom one must be inside for an event to be seen; none: only `confine` knows."""

    source: str
    within: Callable[[AsyncConnection, str], Awaitable[Collection[str]]]
    confine: Confine | None = None
    left_view: type[Event] | None = None
    leaving: frozenset[str] = frozenset()
    owners: Sequence[str] = ()
    is_root: Callable[[AsyncConnection, str], Awaitable[bool]] | None = None

    def left_type(self) -> frozenset[str]:
        return frozenset() if self.left_view is None else frozenset({self.left_view.type})

    def stored_types(self, chosen: Collection[str]) -> Collection[str]:
        """The types of stored events that events of the chosen types are made of."""
        left = self.left_type()
        return {*chosen, *self.leaving} - left if left & set(chosen) else chosen
