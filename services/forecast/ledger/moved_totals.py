"""What moving nodes does to the totals of those above: at every old ancestor `pure` -= pure(N), at every new one +=.

Kept as shares, not as sums: "of what `source` had before the batch, so many times to `target`". The database then
multiplies, in one statement, however many rows a source has.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.forecast.ledger.org_tree import Seat, chain
from services.forecast.org.events import UNASSIGNED

Shares = Counter[str]
"""By source."""


@dataclass(frozen=True, slots=True)
class Shift:
    """`share` of the source's deals, `own` of which are the target's own. A source that arrived has what its owner's
    deals add up to."""

    source: str
    target: str
    share: int
    own: int


@dataclass
class Shifts:
    """`seats` is the tree, and follows the moves. An owner without a node stands under the unassigned."""

    seats: dict[str, Seat]
    arrived: set[str] = field(default_factory=set)
    gained: dict[str, Shares] = field(default_factory=dict)

    def seat(self, seat: Seat) -> None:
        """Puts a node where it now stands."""
        before = self.seats.get(seat.node)
        if before is not None and before.parent == seat.parent:
            self.seats[seat.node] = seat
            return
        old = list(self.above(seat.node))
        if before is None:
            self.arrived.add(seat.node)
            self.gain(seat.node, Shares([seat.node]))
        has = self.had_and_gained(seat.node)
        self.seats[seat.node] = seat
        for node in old:
            self.gain(node, Shares({source: -share for source, share in has.items()}))
        for node in self.above(seat.node):
            self.gain(node, has)

    def above(self, node: str) -> Iterator[str]:
        return (each for each in chain(self.seats, node) if each != node)

    def had_and_gained(self, node: str) -> Shares:
        had = Shares() if node in self.arrived else Shares([node])
        had.update(self.gained.get(node, Shares()))
        return had

    def gain(self, node: str, shares: Shares) -> None:
        self.gained.setdefault(node, Shares()).update(shares)

    def all(self) -> Iterator[Shift]:
        for target, shares in self.gained.items():
            for source, share in shares.items():
                own = self.own(source, target)
                if share or own:
                    yield Shift(source, target, share, own)

    def own(self, source: str, target: str) -> int:
        """An arrival takes its own deals from the unassigned."""
        if source not in self.arrived:
            return 0
        return {source: 1, UNASSIGNED: -1}.get(target, 0)
