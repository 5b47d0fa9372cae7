"""Bookmarks of a roll-up: how a week is locked, and how what was locked is computed again."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import NOW, Applied, Instants, Moment, moment_of
from services.forecast.answers.question import named_period, named_week
from services.forecast.answers.rollup import Rollup, RollupQuestion, computed_rollup
from services.forecast.answers.rollup_amounts import NodeAmounts
from services.forecast.ledger.balances import counts
from services.forecast.ledger.bookmark import HASH_VERSION, Figure, hash_of
from services.forecast.snapshot.commands import LockBody, LockWeek
from shared.rules.message import Refusal
from shared.rules.money import format_amount
from shared.web.callers.place import EVERYTHING, Subtree

COLUMNS = ("own", "pure", "computed", "seen_by_self", "seen_by_parent")


class RollupReader(NamedTuple):
    """Reads the answers of one database snapshot."""

    tx: AsyncConnection
    now: datetime
    applied: Applied

    async def moment(self, instants: Instants = NOW) -> Moment:
        return await moment_of(self.tx, self.now, self.applied, instants)

    async def rollup(self, question: RollupQuestion, subtree: Subtree = EVERYTHING) -> Rollup:
        """`subtree`: what the caller may see."""
        return await computed_rollup(self.tx, await self.moment(question.instants), question, subtree)


async def lock_command(reader: RollupReader, moment: Moment, body: LockBody, snapshot_id: str) -> LockWeek:
    """The command that locks a week, with the bookmark of this moment or, for a week that has ended, of its end."""
    period, week = named_period(moment, body.period, "/period"), named_week(moment, body.week)
    as_of = min(moment.as_of, week.last_instant(moment.settings.timezone))
    rollup = await reader.rollup(RollupQuestion(period.key, body.node, instants=Instants(as_of, moment.frontier)))
    return LockWeek(
        node=body.node,
        period=period.key,
        week=week.key,
        snapshot_id=snapshot_id,
        first_day=rollup.period.starts,
        last_day=rollup.period.ends,
        week_begins=week.first_instant(moment.settings.timezone),
        currency=rollup.currency,
        rate_policy=rollup.rate_policy,
        as_of=as_of,
        frontier=rollup.moment.frontier,
        final=rollup.moment.final,
        hash_version=HASH_VERSION,
        hash=hash_of(figures(rollup)),
    )


def question_of(snapshot: Mapping[str, Any]) -> RollupQuestion:
    """The question that was locked, from a row of the read model."""
    copied = {name: snapshot[name] for name in ("period", "node", "currency", "rate_policy")}
    return RollupQuestion(**copied, instants=Instants(snapshot["as_of"], snapshot["frontier"]))


def figures(rollup: Rollup) -> Iterator[Figure]:
    """The figures of the node and its children."""
    amounts = rollup.amounts
    for node in (rollup.totals.node, *amounts.children(rollup.totals.node)):
        deals = counts(rollup.totals.sums[node])
        yield from node_figures(node, "", rollup.currency, amounts.of(node), deals)
        for currency, each in (amounts.in_each_currency(node) or {}).items():
            yield from node_figures(node, f"{currency}:", currency, each, deals)


def node_figures(
    node: str, prefix: str, currency: str | None, amounts: NodeAmounts | None, deals: Mapping[str, int]
) -> Iterator[Figure]:
    for column in COLUMNS:
        for category, amount in (getattr(amounts, column, None) or {}).items():
            count = deals[category] if column == "pure" else None
            yield Figure(node, prefix + column, category, minor_units_of(amount, currency), count)


def minor_units_of(amount: Decimal, currency: str | None) -> int:
    """The amount in minor units. Without a currency every amount is zero."""
    return int(format_amount(amount, currency).replace(".", "")) if currency else 0


async def is_reproduced(reader: RollupReader, snapshot: Mapping[str, Any]) -> bool:
    """Whether the figures that were locked are computed the same again."""
    try:
        rollup = await reader.rollup(question_of(snapshot))
    except Refusal:
        return False
    return bool(hash_of(figures(rollup)) == snapshot["hash"])
