"""The ledger: pipeline's events are posted, and the organisation's say for whom they count.

The two sources may arrive in any order relative to each other, and give the same rows: each batch works on what the
other source has left so far, and their transactions take turns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.events import ForecastEvent
from services.forecast.ledger.moved_totals import MovedTotals
from services.forecast.ledger.org_tree import OrgNode, OrgNodes
from services.forecast.ledger.transaction import Posting, transaction
from services.forecast.org.events import NodeEnded, NodePlaced, NodeRenamed
from services.forecast.org.node_history import NodeHistory, dated_row, spans, with_row
from services.forecast.projections.ledger import (
    currencies,
    deal_states,
    deals,
    latest_events,
    node_names,
    node_totals,
    org_nodes,
    org_rows,
    pipelines,
    postings,
)
from services.forecast.projections.ledger.deals import KnownDeal
from services.forecast.projections.ledger.metadata import ledger_tables
from services.forecast.projections.ledger.postings import NumberedPosting
from services.forecast.upstream.pipeline import Corrected, OpportunityEvent, PipelineEvent
from shared.flow.projection import Projection
from shared.rules.message import Event, RecordedEvent
from shared.store.rows import Write, write
from shared.store.slices import in_slices

E = TypeVar("E", bound=Event)
RecordedDeal = RecordedEvent[OpportunityEvent]


def of_types(recorded: Sequence[RecordedEvent[Any]], *types: type[E]) -> list[RecordedEvent[E]]:
    return [each for each in recorded if isinstance(each.event, types)]


# -- pipeline's events -----------------------------------------------------------------------------------------------


@dataclass
class DealChanges:
    """The changes that a batch's events make to deals. `latest`: each deal's last event, with the deal after it."""

    lines: list[NumberedPosting] = field(default_factory=list)
    states: list[RecordedDeal] = field(default_factory=list)
    latest: dict[str, tuple[RecordedDeal, KnownDeal]] = field(default_factory=dict)

    @property
    def postings(self) -> list[Posting]:
        return [line.posting for line in self.lines]

    def writes(self, nodes: OrgNodes) -> Iterator[Write]:
        yield from postings.added(self.lines)
        yield from deals.updated(self.latest.values())
        if self.states:
            yield from deal_states.added(self.states)
        yield from node_totals.changed(self.postings, nodes)
        yield from currencies.changed(self.postings)


def deal_changes(known: dict[str, KnownDeal], recorded: Sequence[RecordedDeal]) -> DealChanges:
    """`known`: the deals before the batch."""
    changes = DealChanges()
    for each in recorded:
        before, after = known.get(each.subject), deals.known_deal(each.event)
        is_correction = isinstance(each.event, Corrected)
        posted = transaction(before.deal if before else None, after.deal, corrected=is_correction)
        changes.lines += [NumberedPosting(each, number, posting) for number, posting in enumerate(posted, start=1)]
        if before is None or before.state != after.state:
            changes.states.append(each)
        changes.latest[each.subject] = each, after
        known[each.subject] = after
    return changes


async def apply_pipeline(tx: AsyncConnection, recorded: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    of_deals = of_types(recorded, OpportunityEvent)
    known = await deals.current(tx, {each.subject for each in of_deals if each.version > 1})  # a first event finds none
    changes = deal_changes(known, of_deals)
    nodes = await org_nodes.upwards(tx, {posting.account.owner for posting in changes.postings})
    await write(tx, chain(changes.writes(nodes), pipelines.added(recorded)))
    await latest_events.update(tx, "pipeline", recorded)


# -- the organisation's events ---------------------------------------------------------------------------------------


async def apply_forecast(tx: AsyncConnection, recorded: Sequence[RecordedEvent[ForecastEvent]]) -> None:
    of_nodes = of_types(recorded, NodePlaced, NodeRenamed, NodeEnded)
    if of_nodes:
        await node_names.add(tx, of_types(of_nodes, NodePlaced, NodeRenamed))
        await apply_placements(tx, of_types(of_nodes, NodePlaced, NodeEnded))
    await latest_events.update(tx, "forecast", recorded)


async def apply_placements(tx: AsyncConnection, recorded: Sequence[RecordedEvent[NodePlaced | NodeEnded]]) -> None:
    nodes = sorted({each.event.node for each in recorded})
    moved = MovedTotals(await org_nodes.all_nodes(tx), await deals.owners_among(tx, nodes))
    histories = await org_rows.histories(tx, nodes)
    async for each in in_slices(recorded):
        node = each.event.node
        histories[node] = with_row(histories.get(node, ()), dated_row(each.event))
        moved.place(node_today(node, histories[node]))
    await org_rows.add(tx, recorded)
    await org_nodes.update(tx, [moved.nodes[node] for node in nodes])
    await node_totals.move(tx, list(moved.shares()), moved.new)


def node_today(node: str, history: NodeHistory) -> OrgNode:
    """The node by its last row, which is today's: no row starts in the future."""
    *_, last = spans(history)
    return OrgNode(node, last.position.parent, last.position.kind, last.active)


PROJECTION = Projection("ledger", 3, ledger_tables, {"pipeline": apply_pipeline, "forecast": apply_forecast})
