"""What one event posts: the old amount out of the old account, the new one into the new account, a pair per reason."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

Reason = Literal[
    "created",
    "increased",
    "decreased",
    "dated",
    "redated",
    "undated",
    "recategorised",
    "qualified",
    "reassigned",
    "won",
    "lost",
    "recycled",
    "reopened",
    "corrected",
]
COUNTED = (None, "won")
"""Outcomes of deals that are in the accounts: lost and recycled ones have left them."""
NOTHING = Decimal(0)


class Account(NamedTuple):
    """Without an amount there is no currency."""

    owner: str
    close_date: date | None
    category: str
    qualified: bool
    currency: str | None
    motion: str
    pipeline: str


class Deal(NamedTuple):
    """One opportunity as the ledger sees it after an event. A deal without an amount has 0, in no currency."""

    account: Account
    amount: Decimal
    outcome: Literal["won", "lost", "recycled"] | None

    @property
    def counted(self) -> bool:
        return self.outcome in COUNTED


class Line(NamedTuple):
    """`deals`: by how many the account has more (1), fewer (-1), or as many as before (0)."""

    account: Account
    amount: Decimal
    deals: int
    reason: Reason


def transaction(before: Deal | None, after: Deal, *, corrected: bool = False) -> list[Line]:
    """In this order: amount, close date, owner, qualified, category; the outcome last. Nothing for an event that
    changes neither the deal's place nor its size, and for one outside the accounts."""
    lines = list(changes(before, after))
    return [line._replace(reason="corrected") for line in lines] if corrected else lines


def changes(before: Deal | None, after: Deal) -> Iterator[Line]:
    if before is None or not before.counted:
        if after.counted:
            yield Line(after.account, after.amount, 1, entering(before, after))
        return
    yield from resized(before, after)
    here = before.account._replace(currency=after.account.currency)
    for there, reason in moves(here, after):
        yield from pair(here, there, after.amount, reason)
        here = there
    yield from ended(here, before, after)


def entering(before: Deal | None, after: Deal) -> Reason:
    if before is None:
        return "created"
    return "won" if after.outcome == "won" else "reopened"


def resized(before: Deal, after: Deal) -> Iterator[Line]:
    """In another currency: decreased by all of the old, increased by all of the new. No amount is no currency."""
    old, new = before.account.currency, after.account.currency
    if old == new:
        if after.amount != before.amount:
            reason: Reason = "increased" if after.amount > before.amount else "decreased"
            yield Line(before.account, after.amount - before.amount, 0, reason)
        return
    yield Line(before.account, -before.amount, -1, "increased" if old is None else "decreased")
    moved = before.account._replace(currency=new)
    yield Line(moved, after.amount, 1, "decreased" if new is None else "increased")


def moves(account: Account, after: Deal) -> Iterator[tuple[Account, Reason]]:
    """The accounts that the deal passes through, each with the reason why it comes there."""
    if account.close_date != after.account.close_date:
        reason = date_reason(account.close_date, after.account.close_date)
        account = account._replace(close_date=after.account.close_date)
        yield account, reason
    if account.owner != after.account.owner:
        account = account._replace(owner=after.account.owner)
        yield account, "reassigned"
    if account.qualified != after.account.qualified:
        account = account._replace(qualified=after.account.qualified)
        yield account, "qualified"


def date_reason(before: date | None, after: date | None) -> Reason:
    if before is None:
        return "dated"
    return "undated" if after is None else "redated"


def ended(here: Account, before: Deal, after: Deal) -> Iterator[Line]:
    """The category belongs to the outcome where that changes."""
    if not after.counted:
        yield Line(here, -after.amount, -1, "lost" if after.outcome == "lost" else "recycled")
    elif before.outcome != after.outcome:
        yield from pair(here, after.account, after.amount, "won" if after.outcome == "won" else "reopened")
    else:
        yield from pair(here, after.account, after.amount, "recategorised")


def pair(here: Account, there: Account, amount: Decimal, reason: Reason) -> Iterator[Line]:
    if here != there:
        yield Line(here, -amount, -1, reason)
        yield Line(there, amount, 1, reason)
