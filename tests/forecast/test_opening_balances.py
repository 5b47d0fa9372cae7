"""Openings, the balances when a month began: they make answers faster, and never different."""

from asyncio import Lock
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.verifying.ledger import check_trial_balance
from services.forecast.ledger.org_tree import PastOrg
from services.forecast.projections.past import opening_balances, opening_totals, openings, past_sums
from services.forecast.projections.past.opening_balances import LEAST_POSTINGS, MONTHS, beginnings_of_months
from services.forecast.projections.past.openings import Opening
from services.forecast.projections.past.past_deals import Cut
from services.forecast.service import SERVICE
from shared.flow import checkpoint
from shared.store import engines
from tests.forecast.conftest import Company
from tests.forecast.histories import FIRST_DAY, History
from tests.forecast.test_back_from_now import deals_go_on
from tests.forecast.test_same_bytes import Question, answers, assert_same, questions

READ_MODELS = SERVICE.read_models
JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """An engine as the service's worker has it."""
    made = engines.writer(database, f"{SERVICE.name},{READ_MODELS}", connections=3)
    yield made
    await made.dispose()


@pytest.fixture
def few_postings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lowers the limits, so that openings are kept, and totals of some nodes."""
    monkeypatch.setattr(opening_balances, "LEAST_POSTINGS", 0)
    monkeypatch.setattr(opening_totals, "LEAST_BELOW", 2)


async def fill_all(engine: AsyncEngine, *months: datetime) -> None:
    while missing := await opening_balances.begin(engine, READ_MODELS, months):
        await opening_balances.add_up(engine, READ_MODELS, missing)


async def kept(engine: AsyncEngine) -> list[datetime]:
    async with engine.connect() as tx:
        return await openings.kept(tx)


async def balances(engine: AsyncEngine, starts: datetime) -> list[tuple[str, int]]:
    """Amount and number of deals, of one account each."""
    async with engine.connect() as tx:
        return sorted((str(row.amount), row.deals) for row in await tx.execute(opening_balances.balances_of(starts)))


async def deal(company: Company, name: str, at: datetime, kind: str = "opened", **row: Any) -> None:
    """Visible in the read models."""
    await History(company, Random(0)).publish(name, kind, at, row)
    await company.read("rollup")


# -- answers ---------------------------------------------------------------------------------------------------------


async def check_with_and_without(
    company: Company, engine: AsyncEngine, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = History(company, Random(seed))
    await made.begin()
    await made.go_on(25)
    await deals_go_on(made, 10)
    await add_some(made, engine)
    moving = len(made.known)
    await deals_go_on(made, 10)
    asked = [*questions(made, 15), *questions(replace(made, known=made.known[moving:]), 5)]
    found = await answered(made, asked, engine)
    with monkeypatch.context() as patch:
        patch.setattr(openings, "nearest", no_opening)
        assert_same(asked, await answered(made, asked, engine), found)
    async with engine.connect() as tx:
        assert await check_trial_balance(tx) == []


async def add_some(made: History, engine: AsyncEngine) -> None:
    """Adds openings at instants between those of the events."""
    await made.company.read("rollup")
    span = made.now - FIRST_DAY
    new = [FIRST_DAY + span * made.random.randrange(1, 100) / 100 for _ in range(3)]
    await fill_all(engine, FIRST_DAY, *sorted({*await kept(engine), *new}))


async def answered(made: History, asked: list[Question], engine: AsyncEngine) -> list[tuple[int, str]]:
    await deals_go_on(made, 1)  # so that no answer comes from memory
    await add_some(made, engine)
    return await answers(made.company, asked)


async def no_opening(*question: Any) -> None:
    return None


@pytest.mark.usefixtures("few_postings")
@pytest.mark.thorough
@pytest.mark.parametrize("seed", [300, 301, 304])
async def test_answers_are_the_same_with_openings_and_without(
    company: Company, engine: AsyncEngine, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also back from later ones, with what was not known yet: there it would take longer."""
    used, later, moved = list[bool](), list[bool](), list[bool]()
    nearest, counting_elsewhere = openings.nearest, past_sums.counting_elsewhere
    is_before, is_after = openings.is_before, openings.is_after

    async def noted(tx: AsyncConnection, cut: Cut, *more: Any) -> Opening | None:
        found = await nearest(tx, cut, *more)
        used.append(bool(found))
        later.append(found is not None and found.starts > cut.as_of)
        return found

    async def compared(*orgs: PastOrg) -> set[str]:
        moved.append(bool(found := await counting_elsewhere(*orgs)))
        return found

    monkeypatch.setattr(openings, "is_before", lambda cut: is_before(cut) | is_after(cut))
    monkeypatch.setattr(openings, "nearest", noted)
    monkeypatch.setattr(past_sums, "counting_elsewhere", compared)
    await check_with_and_without(company, engine, seed, monkeypatch)
    assert used.count(True) > 10
    assert later.count(True) > 3
    assert moved.count(True) > 5


@pytest.mark.harness
@pytest.mark.usefixtures("few_postings")
async def test_an_opening_that_outlives_a_late_posting_is_found(
    company: Company, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openings, "FORGET", text("SELECT CAST(:earliest AS timestamptz)"))
    with pytest.raises(AssertionError, match="another answer"):
        await check_with_and_without(company, engine, 302, monkeypatch)


@pytest.mark.harness
@pytest.mark.usefixtures("few_postings")
async def test_totals_that_forget_who_has_moved_since_are_found(
    company: Company, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*orgs: PastOrg) -> set[str]:
        return set()

    monkeypatch.setattr(past_sums, "counting_elsewhere", nobody)
    with pytest.raises(AssertionError, match="another answer"):
        await check_with_and_without(company, engine, 301, monkeypatch)


# -- what takes an opening away --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few_postings")
async def test_an_event_takes_away_the_openings_after_it_and_no_others(company: Company, engine: AsyncEngine) -> None:
    await deal(company, "one", JANUARY, amount="10.00")
    await fill_all(engine, JANUARY, FEBRUARY, MARCH)
    assert await kept(engine) == [JANUARY, FEBRUARY, MARCH]
    assert await balances(engine, JANUARY) == []
    assert await balances(engine, FEBRUARY) == [("10.0000", 1)]
    await deal(company, "two", FEBRUARY, amount="5.00")
    assert await kept(engine) == [JANUARY, FEBRUARY]
    await fill_all(engine, MARCH)
    assert await balances(engine, MARCH) == [("15.0000", 2)]


@pytest.mark.usefixtures("few_postings")
async def test_an_opening_that_was_taken_away_while_it_was_added_up_is_not_kept(
    company: Company, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deal(company, "one", JANUARY)
    assert await opening_balances.begin(engine, READ_MODELS, [FEBRUARY]) == FEBRUARY

    last_before = openings.last_before

    async def late(*question: Any) -> Any:
        """One of the first statements."""
        await deal(company, "two", JANUARY)
        return await last_before(*question)

    with monkeypatch.context() as patch:
        patch.setattr(openings, "last_before", late)
        assert not await opening_balances.add_up(engine, READ_MODELS, FEBRUARY)
    assert await kept(engine) == []
    assert await balances(engine, FEBRUARY) == []
    await fill_all(engine, FEBRUARY)
    assert await balances(engine, FEBRUARY) == [("200.0000", 2)]


@pytest.mark.usefixtures("few_postings")
async def test_an_opening_does_not_wait_for_an_event_that_is_being_applied(
    company: Company, engine: AsyncEngine
) -> None:
    """Who applies older events has looked for openings to take away, and found none; or takes this one away."""
    await deal(company, "one", JANUARY)
    async with engine.begin() as applying:
        assert await checkpoint.try_lock(applying, READ_MODELS)
        assert await opening_balances.begin(engine, READ_MODELS, [FEBRUARY]) is None
    assert await opening_balances.begin(engine, READ_MODELS, [FEBRUARY]) == FEBRUARY
    async with engine.begin() as applying:
        await applying.execute(openings.FORGET, {"earliest": JANUARY})
        assert not await opening_balances.add_up(engine, READ_MODELS, FEBRUARY)
        await applying.rollback()
    assert await opening_balances.add_up(engine, READ_MODELS, FEBRUARY)


@pytest.mark.usefixtures("few_postings")
async def test_an_unfinished_opening_is_added_up_again(company: Company, engine: AsyncEngine) -> None:
    await deal(company, "one", JANUARY)
    for _ in range(2):
        assert await opening_balances.begin(engine, READ_MODELS, [FEBRUARY]) == FEBRUARY
    assert await kept(engine) == []
    assert await opening_balances.add_up(engine, READ_MODELS, FEBRUARY)
    assert not await opening_balances.add_up(engine, READ_MODELS, FEBRUARY)
    assert await kept(engine) == [FEBRUARY]
    assert await balances(engine, FEBRUARY) == [("100.0000", 1)]


@pytest.mark.usefixtures("few_postings")
async def test_verify_tells_an_opening_that_is_wrong(company: Company, engine: AsyncEngine) -> None:
    await deal(company, "one", JANUARY, owner="ann", amount="10.00")
    await fill_all(engine, FEBRUARY)
    async with engine.begin() as tx:
        await tx.execute(text("UPDATE opening_balances SET amount = amount + 1"))
    async with engine.connect() as tx:
        finding, of_totals = await check_trial_balance(tx)
    assert of_totals.endswith(
        "10.0000 in 1 deals by totals of the opening of 2026-02, 11.0000 in 1 deals by its balances"
    )
    assert finding.startswith("ann ")
    assert finding.endswith("11.0000 in 1 deals by the opening of 2026-02, 10.0000 in 1 deals by postings")


@pytest.mark.usefixtures("few_postings")
async def test_verify_tells_totals_of_an_opening_that_are_wrong(company: Company, engine: AsyncEngine) -> None:
    await deal(company, "one", JANUARY, owner="ann", amount="10.00")
    await fill_all(engine, FEBRUARY)
    async with engine.begin() as tx:
        await tx.execute(text("UPDATE opening_totals SET deals = deals + 1 WHERE node = '_root'"))
    async with engine.connect() as tx:
        (finding,) = await check_trial_balance(tx)
    assert finding.endswith(
        "10.0000 in 2 deals by totals of the opening of 2026-02, 10.0000 in 1 deals by its balances"
    )


# -- which there are -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few_postings")
async def test_the_earliest_that_is_missing_comes_first_and_old_ones_go(company: Company, engine: AsyncEngine) -> None:
    await deal(company, "one", JANUARY)
    now = datetime(2026, 3, 20, tzinfo=UTC)
    while await opening_balances.fill(engine, READ_MODELS, now, Lock()):
        pass
    assert await kept(engine) == beginnings_of_months(now)
    later = datetime(2026, 4, 20, tzinfo=UTC)
    assert await opening_balances.fill(engine, READ_MODELS, later, Lock())
    assert await kept(engine) == beginnings_of_months(later)
    assert not await opening_balances.fill(engine, READ_MODELS, later, Lock())


async def test_few_postings_have_none(company: Company, engine: AsyncEngine) -> None:
    assert LEAST_POSTINGS > 1
    await deal(company, "one", JANUARY)
    assert not await opening_balances.fill(engine, READ_MODELS, MARCH, Lock())
    assert await kept(engine) == []


def test_a_month_has_its_opening_when_late_entries_are_there() -> None:
    months = beginnings_of_months(datetime(2026, 1, 8, tzinfo=UTC))
    assert len(months) == MONTHS
    assert months[0] == datetime(2024, 10, 1, tzinfo=UTC)
    assert months[-1] == JANUARY
    assert beginnings_of_months(datetime(2026, 1, 8, tzinfo=UTC) - timedelta(seconds=1))[-1] == datetime(
        2025, 12, 1, tzinfo=UTC
    )
