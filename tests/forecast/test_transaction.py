"""The postings of an event, as a function of the deal before and after."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.forecast.ledger.transaction import Account, Deal, Posting, transaction
from services.forecast.ledger.waterfall import PostedLine, deals_before
from services.forecast.upstream.pipeline import Outcome

Q1, Q2 = date(2026, 3, 31), date(2026, 6, 30)
COMMIT = Account("ann", Q1, "commit", True, "EUR", "new_business", "default")
CLOSED = COMMIT._replace(category="closed")
HUNDRED = Deal(COMMIT, Decimal(100), None)
WON = Deal(CLOSED, Decimal(100), "won")
LOST = HUNDRED._replace(account=COMMIT._replace(category="omitted"), outcome="lost")


def deal(amount: int = 100, **changes: object) -> Deal:
    return Deal(COMMIT._replace(**changes), Decimal(amount), None)  # type: ignore[arg-type]


def posted(before: Deal | None, after: Deal, *, corrected: bool = False) -> list[tuple[str, int, int, str]]:
    """(reason, amount, deals, what differs from the hundred in commit)."""
    return [
        (posting.reason, int(posting.amount), posting.deals, difference(posting))
        for posting in transaction(before, after, corrected=corrected)
    ]


def difference(posting: Posting) -> str:
    names = Account._fields
    return " ".join(
        str(getattr(posting.account, name)) for name in names if getattr(posting.account, name) != getattr(COMMIT, name)
    )


def test_a_new_deal_is_created() -> None:
    assert posted(None, HUNDRED) == [("created", 100, 1, "")]


def test_another_amount_is_one_line_and_no_other_deal() -> None:
    assert posted(HUNDRED, deal(120)) == [("increased", 20, 0, "")]
    assert posted(HUNDRED, deal(70)) == [("decreased", -30, 0, "")]


def test_another_currency_is_all_of_the_old_out_and_all_of_the_new_in() -> None:
    assert posted(HUNDRED, deal(90, currency="USD")) == [("decreased", -100, -1, ""), ("increased", 90, 1, "USD")]


def test_a_first_amount_increases_and_a_missing_one_decreases() -> None:
    without = deal(0, currency=None)
    assert posted(without, HUNDRED) == [("increased", 0, -1, "None"), ("increased", 100, 1, "")]
    assert posted(HUNDRED, without) == [("decreased", -100, -1, ""), ("decreased", 0, 1, "None")]


def test_close_dates_come_change_and_go() -> None:
    undated = deal(close_date=None)
    assert posted(undated, HUNDRED) == [("dated", -100, -1, "None"), ("dated", 100, 1, "")]
    assert posted(HUNDRED, deal(close_date=Q2)) == [("redated", -100, -1, ""), ("redated", 100, 1, "2026-06-30")]
    assert posted(HUNDRED, undated) == [("undated", -100, -1, ""), ("undated", 100, 1, "None")]


def test_one_pair_for_each_of_owner_qualification_and_category() -> None:
    assert posted(HUNDRED, deal(owner="bob")) == [("reassigned", -100, -1, ""), ("reassigned", 100, 1, "bob")]
    assert posted(deal(qualified=False, category="pipeline"), deal(category="upside")) == [
        ("qualified", -100, -1, "pipeline False"),
        ("qualified", 100, 1, "pipeline"),
        ("recategorised", -100, -1, "pipeline"),
        ("recategorised", 100, 1, "upside"),
    ]


def test_a_win_at_another_amount_and_day_is_increased_redated_then_won() -> None:
    won = Deal(CLOSED._replace(close_date=Q2), Decimal(120), "won")
    assert posted(HUNDRED, won) == [
        ("increased", 20, 0, ""),
        ("redated", -120, -1, ""),
        ("redated", 120, 1, "2026-06-30"),
        ("won", -120, -1, "2026-06-30"),
        ("won", 120, 1, "2026-06-30 closed"),
    ]


def test_the_order_of_reasons_is_fixed() -> None:
    before = Deal(COMMIT._replace(qualified=False, category="pipeline", owner="bob", close_date=None), Decimal(1), None)
    reasons = [posting.reason for posting in transaction(before, WON)]
    assert list(dict.fromkeys(reasons)) == ["increased", "dated", "reassigned", "qualified", "won"]


def test_lost_and_recycled_leave_the_accounts() -> None:
    assert posted(HUNDRED, LOST) == [("lost", -100, -1, "")]
    assert posted(HUNDRED, LOST._replace(outcome="recycled")) == [("recycled", -100, -1, "")]


def test_a_lost_deal_comes_back_into_its_account_and_a_won_one_leaves_closed() -> None:
    assert posted(LOST, deal(close_date=Q2)) == [("reopened", 100, 1, "2026-06-30")]
    assert posted(WON, deal(close_date=Q2)) == [
        ("redated", -100, -1, "closed"),
        ("redated", 100, 1, "2026-06-30 closed"),
        ("reopened", -100, -1, "2026-06-30 closed"),
        ("reopened", 100, 1, "2026-06-30"),
    ]


def test_a_correction_posts_every_pair_as_corrected() -> None:
    after = Deal(CLOSED._replace(owner="bob"), Decimal(110), "won")
    assert posted(WON, after, corrected=True) == [
        ("corrected", 10, 0, "closed"),
        ("corrected", -110, -1, "closed"),
        ("corrected", 110, 1, "bob closed"),
    ]


def test_a_change_of_neither_account_nor_amount_posts_nothing() -> None:
    assert posted(HUNDRED, HUNDRED) == []
    assert posted(LOST, LOST._replace(amount=Decimal(5)), corrected=True) == []


outcomes: st.SearchStrategy[Outcome | None] = st.sampled_from([None, "won", "lost", "recycled"])
accounts = st.builds(
    Account,
    owner=st.sampled_from(["ann", "bob"]),
    close_date=st.sampled_from([None, Q1, Q2]),
    category=st.sampled_from(["pipeline", "commit", "closed"]),
    qualified=st.booleans(),
    currency=st.sampled_from([None, "EUR", "USD"]),
    motion=st.sampled_from(["new_business", "existing_business"]),
    pipeline=st.sampled_from(["default", "partner"]),
)


@st.composite
def deals(draw: st.DrawFn) -> Deal:
    account = draw(accounts)
    return Deal(account, Decimal(draw(st.integers(0, 9))) if account.currency else Decimal(0), draw(outcomes))


def counted(deal: Deal | None) -> Counter[tuple[Account, str]]:
    if deal is None or not deal.is_counted:
        return Counter()
    return Counter({(deal.account, "amount"): int(deal.amount), (deal.account, "deals"): 1})


@given(st.none() | deals(), deals(), st.booleans())
def test_lines_take_the_old_out_and_put_the_new_in(before: Deal | None, after: Deal, corrected: bool) -> None:
    accounts = counted(before)
    for posting in transaction(before, after, corrected=corrected):
        accounts[posting.account, "amount"] += int(posting.amount)
        accounts[posting.account, "deals"] += posting.deals
        assert posting.amount or posting.deals
    assert +accounts == +counted(after)
    assert -accounts == Counter()


@given(st.lists(deals(), min_size=2, max_size=4))
def test_lines_tell_what_the_deal_was_before_unless_its_amount_alone_changed(states: Sequence[Deal]) -> None:
    before, lines = states[0], list(posted_lines(states))
    found = deals_before(lines)
    if any(line.deals for line in lines):
        line = found["one"]
        assert (line and (line.owner, line.close_date, line.category, line.currency, line.amount)) == shown(before)
    else:
        assert found == {}


def posted_lines(states: Sequence[Deal]) -> Iterator[PostedLine]:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    for position, (before, after) in enumerate(pairwise(states), 1):
        for number, (account, amount, count, reason) in enumerate(transaction(before, after), 1):
            place = account.owner, account.close_date, account.category, account.currency
            yield PostedLine(position, number, "one", *place, amount, count, reason, at)


def shown(deal: Deal) -> tuple[object, ...] | None:
    account = deal.account
    counted = account.owner, account.close_date, account.category, account.currency, deal.amount
    return counted if deal.is_counted else None
