"""Bookmarks of a roll-up's answer: how a week is locked, and how what was locked is computed again."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.api.moment import NOW, Applied, Instants, Moment, moment_of
from services.forecast.api.question import named_period, named_week
from services.forecast.api.rollup import RollupQuery, computed_answer
from services.forecast.api.rollup_views import AmountsView, NodeView, RollupView
from services.forecast.ledger.bookmark import HASH_VERSION, Figure, hash_of
from services.forecast.snapshot.commands import LockBody, LockWeek
from shared.rules.message import Refusal
from shared.web.place import EVERYTHING, Subtree

COLUMNS = ("own", "pure", "computed", "seen_by_self", "seen_by_parent")


class Reader(NamedTuple):
    """Reads the answers of one database snapshot."""

    tx: AsyncConnection
    now: datetime
    applied: Applied

    async def moment(self, instants: Instants = NOW) -> Moment:
        return await moment_of(self.tx, self.now, self.applied, instants)

    async def answer(self, query: RollupQuery, subtree: Subtree = EVERYTHING) -> RollupView:
        """`subtree`: what the caller may see."""
        return (await computed_answer(self.tx, await self.moment(query.instants), query, subtree))[0].view


async def lock_command(reader: Reader, at: Moment, body: LockBody, snapshot_id: str) -> LockWeek:
    """With the bookmark of this moment or, for a week that has ended, of its end."""
    period, week = named_period(at, body.period, "/period"), named_week(at, body.week)
    as_of = min(at.as_of, week.last_instant(at.settings.timezone))
    view = await reader.answer(RollupQuery(period=period.key, node=body.node, as_of=as_of, known_at=at.frontier))
    return LockWeek(
        node=body.node,
        period=period.key,
        week=week.key,
        snapshot_id=snapshot_id,
        first_day=view.period.starts,
        last_day=view.period.ends,
        week_begins=week.first_instant(at.settings.timezone),
        currency=view.currency,
        rate_policy=view.rate_policy,
        as_of=as_of,
        frontier=view.frontier,
        final=view.final,
        hash_version=HASH_VERSION,
        hash=hash_of(figures(view)),
    )


def question_of(snapshot: Mapping[str, Any]) -> RollupQuery:
    """What was locked, from a row of the read model."""
    copied = {name: snapshot[name] for name in ("period", "node", "currency", "rate_policy", "as_of")}
    return RollupQuery(known_at=snapshot["frontier"], **copied)


def figures(view: RollupView) -> Iterator[Figure]:
    """Of the node and its children."""
    for node in (view.node, *view.node.children):
        yield from node_figures(node, "", node)
        for currency, amounts in (node.by_currency or {}).items():
            yield from node_figures(node, f"{currency}:", amounts)


def node_figures(node: NodeView, prefix: str, amounts: NodeView | AmountsView) -> Iterator[Figure]:
    for column in COLUMNS:
        found = getattr(amounts, column) or {}
        for category, amount in found.items():
            count = node.counts[category] if column == "pure" else None
            yield Figure(node.node_id, prefix + column, category, int(amount.replace(".", "")), count)


async def is_reproduced(reader: Reader, snapshot: Mapping[str, Any]) -> bool:
    """Whether what was locked is computed the same again."""
    try:
        view = await reader.answer(question_of(snapshot))
    except Refusal:
        return False
    return bool(hash_of(figures(view)) == snapshot["hash"])
