"""Totals under today's chart: of each node, with all below it, per close day and category."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.moved_totals import Shift
from services.forecast.ledger.org_tree import Tree, chain
from services.forecast.ledger.transaction import Line
from services.forecast.projections.tables import NO_CURRENCY, NO_DAY, currencies, pure
from shared.store.rows import Write, rows, upsert

KEY = [column.name for column in pure.primary_key]
SUMS = ("amount", "deals", "own_amount", "own_deals")
UPSERT = upsert(pure, add=SUMS)
UPSERT_CURRENCIES = upsert(currencies, add=["deals"])
DELETE_EMPTY = text(f"""
    DELETE FROM pure USING jsonb_populate_recordset(CAST(NULL AS pure), CAST(:rows AS jsonb)) AS touched
    WHERE ({", ".join(f"pure.{name}" for name in KEY)}) = ({", ".join(f"touched.{name}" for name in KEY)})
        AND (pure.amount, pure.deals, pure.own_amount, pure.own_deals) = (0, 0, 0, 0)""")  # noqa: S608 - our own names
DELETE_EMPTY_CURRENCIES = text("DELETE FROM currencies WHERE deals = 0")
SHIFT = text("""
    WITH shifts AS (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row (source text, target text, share int, own int)),
    sources AS (
        SELECT node AS source, close_date, category, qualified, currency, motion, pipeline, amount, deals
        FROM pure WHERE node IN (SELECT source FROM shifts)
        UNION ALL
        SELECT owner, coalesce(close_date, :no_day), category, qualified, coalesce(currency, :no_currency), motion,
            pipeline, sum(amount), count(*)
        FROM deals WHERE owner = ANY(:arrived) AND (outcome IS NULL OR outcome = 'won')
        GROUP BY 1, 2, 3, 4, 5, 6, 7)
    INSERT INTO pure (node, close_date, category, qualified, currency, motion, pipeline,
        amount, deals, own_amount, own_deals)
    SELECT target, close_date, category, qualified, currency, motion, pipeline,
        sum(share * amount), sum(share * deals), sum(own * amount), sum(own * deals)
    FROM sources JOIN shifts USING (source)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (node, close_date, category, qualified, currency, motion, pipeline) DO UPDATE
    SET amount = pure.amount + excluded.amount, deals = pure.deals + excluded.deals,
        own_amount = pure.own_amount + excluded.own_amount, own_deals = pure.own_deals + excluded.own_deals""")
DELETE_EMPTY_OF = text("""
    DELETE FROM pure WHERE node = ANY(:nodes) AND (amount, deals, own_amount, own_deals) = (0, 0, 0, 0)""")


@dataclass(slots=True)
class Change:
    """What a batch adds to one row."""

    amount: Decimal = Decimal(0)
    deals: int = 0
    own_amount: Decimal = Decimal(0)
    own_deals: int = 0

    def add(self, line: Line) -> None:
        self.amount += line.amount
        self.deals += line.deals

    def add_own(self, line: Line) -> None:
        self.own_amount += line.amount
        self.own_deals += line.deals


Key = tuple[Any, ...]


def added(lines: Sequence[Line], tree: Tree) -> Iterator[Write]:
    """`tree` has the lines' owners, as far as they are nodes, and all above them."""
    changed = [row for row in summed(lines, tree) if any(row[name] for name in SUMS)]
    yield UPSERT, rows(changed)
    if fewer := [row for row in changed if row["deals"] < 0]:
        yield DELETE_EMPTY, rows(fewer)
    counted = in_currencies(lines)
    yield UPSERT_CURRENCIES, rows(counted)
    if any(each["deals"] < 0 for each in counted):
        yield DELETE_EMPTY_CURRENCIES, {}


def summed(lines: Iterable[Line], tree: Tree) -> list[dict[str, Any]]:
    """Sorted by key, so that the same batch always writes in the same order."""
    chains: dict[str, list[str]] = {}
    changes: Mapping[Key, Change] = defaultdict(Change)
    for line in lines:
        owner = line.account.owner
        above = chains.get(owner) or chains.setdefault(owner, list(chain(tree, owner)))
        rest = key_of(line)
        changes[above[0], *rest].add_own(line)
        for node in above:
            changes[node, *rest].add(line)
    return [dict(zip(KEY, key, strict=True)) | sums_of(change) for key, change in sorted(changes.items(), key=first)]


def first(item: tuple[Key, Change]) -> Key:
    return item[0]


def key_of(line: Line) -> Key:
    account = line.account
    return (
        account.close_date or NO_DAY,
        account.category,
        account.qualified,
        account.currency or NO_CURRENCY,
        account.motion,
        account.pipeline,
    )


def sums_of(change: Change) -> dict[str, Any]:
    return {name: getattr(change, name) for name in SUMS}


def in_currencies(lines: Iterable[Line]) -> list[dict[str, Any]]:
    counted: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.account.currency is not None:
            counted[line.account.currency] += line.deals
    return [{"currency": currency, "deals": count} for currency, count in counted.items() if count]


async def shift(tx: AsyncConnection, shifts: Sequence[Shift], arrived: Iterable[str]) -> None:
    if not shifts:
        return
    told = {"no_day": NO_DAY, "no_currency": NO_CURRENCY, "arrived": sorted(arrived)}
    await tx.execute(SHIFT, rows(shifts) | told)
    await tx.execute(DELETE_EMPTY_OF, {"nodes": sorted({each.target for each in shifts})})
