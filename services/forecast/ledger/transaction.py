"""The postings of one event: the old amount out of the old account, the new one into the new account, a pair per
reason."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

PostingReason = Literal[
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
COUNTED_OUTCOMES = (None, "won")
"""The outcomes of deals that are in the accounts: lost and recycled ones have left them."""


class Account(NamedTuple):
    """The place of a deal's amount in the ledger. Without an amount there is no currency."""

    owner: str
    close_date: date | None
    category: str
    qualified: bool
    currency: str | None
    motion: str
    pipeline: str


class Deal(NamedTuple):
    """An opportunity after an event. Without an amount it has 0, in no currency."""

    account: Account
    amount: Decimal
    outcome: Literal["won", "lost", "recycled"] | None

    @property
    def is_counted(self) -> bool:
        return self.outcome in COUNTED_OUTCOMES


class Posting(NamedTuple):
    """`deals`: by how many the account has more (1), fewer (-1), or as many as before (0)."""

    account: Account
    amount: Decimal
    deals: int
    reason: PostingReason


def transaction(before: Deal | None, after: Deal, *, corrected: bool = False) -> list[Posting]:
    """The postings of an event, in this order: amount, close date, owner, qualified, category; the outcome last. Empty
    for an event that changes neither the deal's account nor its amount, and for a deal outside the accounts."""
    postings = list(changes(before, after))
    return [each._replace(reason="corrected") for each in postings] if corrected else postings


def changes(before: Deal | None, after: Deal) -> Iterator[Posting]:
    if before is None or not before.is_counted:
        if after.is_counted:
            yield Posting(after.account, after.amount, 1, entry_reason(before, after))
        return
    yield from amount_changes(before, after)
    account = before.account._replace(currency=after.account.currency)
    for next_account, reason in account_changes(account, after):
        yield from transfer(account, next_account, after.amount, reason)
        account = next_account
    yield from outcome_or_category_change(account, before, after)


def entry_reason(before: Deal | None, after: Deal) -> PostingReason:
    if before is None:
        return "created"
    return "won" if after.outcome == "won" else "reopened"


def amount_changes(before: Deal, after: Deal) -> Iterator[Posting]:
    """Another currency: decreased by all of the old, increased by all of the new. Without an amount: no currency."""
    old, new = before.account.currency, after.account.currency
    if old == new:
        if after.amount != before.amount:
            reason: PostingReason = "increased" if after.amount > before.amount else "decreased"
            yield Posting(before.account, after.amount - before.amount, 0, reason)
        return
    yield Posting(before.account, -before.amount, -1, "increased" if old is None else "decreased")
    account = before.account._replace(currency=new)
    yield Posting(account, after.amount, 1, "decreased" if new is None else "increased")


def account_changes(account: Account, after: Deal) -> Iterator[tuple[Account, PostingReason]]:
    """The accounts that the deal passes through, each with the reason of that step."""
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


def date_reason(before: date | None, after: date | None) -> PostingReason:
    if before is None:
        return "dated"
    return "undated" if after is None else "redated"


def outcome_or_category_change(account: Account, before: Deal, after: Deal) -> Iterator[Posting]:
    """The postings of a new outcome, with which the category changes, or else of a new category."""
    if not after.is_counted:
        yield Posting(account, -after.amount, -1, "lost" if after.outcome == "lost" else "recycled")
    elif before.outcome != after.outcome:
        yield from transfer(account, after.account, after.amount, "won" if after.outcome == "won" else "reopened")
    else:
        yield from transfer(account, after.account, after.amount, "recategorised")


def transfer(old: Account, new: Account, amount: Decimal, reason: PostingReason) -> Iterator[Posting]:
    if old != new:
        yield Posting(old, -amount, -1, reason)
        yield Posting(new, amount, 1, reason)
