"""Measures of deals that went to and fro, against an account of each deal's own history that looks at every deal."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

import pytest

from tests.pipeline.histories import REASON, answer_of, money, pipeline

DAY = timedelta(days=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STAGES = ("qualified", "proposal", "negotiation")
"""The stages that a deal may enter. It begins in another one, which is unqualified."""
PRODUCTS = ("drill", "saw")
WINDOWS: Sequence[tuple[int | None, int | None, int | None]] = [
    (None, None, None),
    (5, 20, None),
    (5, 20, 25),
    (10, None, 30),
    (None, 15, None),
    (12, 12, 12),
]
"""The first day, the last one, and that of `as_of`, counted from the beginning."""


class Fact(NamedTuple):
    """`closed`: won, lost or recycled."""

    at: datetime
    stage: str
    qualified: bool
    closed: str | None
    owner: str


class Deal(NamedTuple):
    product: str
    amount: int
    facts: list[Fact]


def some_deal(random: Random) -> Deal:
    """A random deal, at instants that often meet with those of other deals, and with midnight."""
    at, owner = BEGIN + random.randint(0, 30) * DAY, random.choice(("ann", "bob"))
    facts = [Fact(at, "unqualified", False, None, owner)]
    for _ in range(random.randint(0, 6)):
        at, last = at + random.randint(1, 12) * DAY / 2, facts[-1]
        if random.random() < 0.2:
            owner = "bob" if owner == "ann" else "ann"
            facts.append(last._replace(at=at, owner=owner))
        else:
            stage = random.choice([each for each in STAGES if each != last.stage])
            facts.append(Fact(at, stage, True, None, owner))
    if random.random() < 0.6:
        last = facts[-1]
        closed = random.choice(("won", "lost", "recycled") if last.qualified else ("lost", "recycled"))
        facts.append(Fact(at + random.randint(1, 12) * DAY / 2, closed, last.qualified, closed, owner))
    return Deal(random.choice(PRODUCTS), random.randint(1, 900), [fact for fact in facts if fact.at <= NOW])


def line(number: int, deal: Deal) -> Any:
    opening = {"command": "open", "name": "a", "account": f"{number}.com", "motion": "new_business"}
    facts = [opening | {"owner": deal.facts[0].owner, "product": deal.product, "amount": money(deal.amount)}]
    facts[0] |= {"occurred_at": deal.facts[0].at.isoformat()}
    for before, after in pairwise(deal.facts):
        facts.append(step(before, after) | {"occurred_at": after.at.isoformat()})
    return {"external_id": f"crm:{number}", "facts": facts}


def step(before: Fact, after: Fact) -> dict[str, Any]:
    if after.closed == "won":
        return {"command": "win"}
    if after.closed is not None:
        return {"command": "lose" if after.closed == "lost" else "recycle"} | REASON
    if before.owner != after.owner:
        return {"command": "assign", "owner": after.owner}
    return {"command": "enter_stage", "to_stage": after.stage}


# -- the account -----------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    begins: datetime | None
    ends: datetime | None
    as_of: datetime

    def holds(self, at: datetime) -> bool:
        return at <= self.as_of and (self.begins is None or at >= self.begins) and (self.ends is None or at < self.ends)


class Stay(NamedTuple):
    latest: timedelta
    cumulative: timedelta
    over: bool


class Account:
    """The sums of the deals of one group."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.counts = defaultdict[tuple[str, bool], list[int]](list)
        self.cycles: list[timedelta] = []
        self.stays = defaultdict[tuple[str, bool], list[Stay]](list)

    def add(self, deal: Deal, facts: Sequence[Fact]) -> None:
        last, asked = facts[-1], self.asked
        happened = {last.closed or "open": last.closed is None or asked.holds(last.at)}
        happened["created"] = asked.holds(facts[0].at)
        for name in (name for name, counts in happened.items() if counts):
            self.counts[name, last.qualified].append(deal.amount)
        if last.closed == "won" and asked.holds(last.at):
            self.cycles.append(last.at - facts[0].at)
        for stage, stay in stays_of(facts, asked):
            self.stays[stage].append(stay)


def stays_of(facts: Sequence[Fact], asked: Asked) -> Iterator[tuple[tuple[str, bool], Stay]]:
    moves = [
        fact for before, fact in zip([None, *facts], facts, strict=False) if not before or fact.stage != before.stage
    ]
    ends = asked.as_of if asked.ends is None else min(asked.ends - timedelta.resolution, asked.as_of)
    visits = defaultdict[tuple[str, bool], list[tuple[datetime, timedelta, bool]]](list)
    for move, following in zip(moves, [*moves[1:], None], strict=True):
        if move.closed is None and move.at <= ends:
            over = following is not None and following.at <= ends
            left = following.at if following is not None and over else ends
            visits[move.stage, move.qualified].append((move.at, left - move.at, over))
    for stage, found in visits.items():
        entered, latest, over = found[-1]
        if asked.begins is None or entered >= asked.begins:
            yield stage, Stay(latest, sum((length for _, length, _ in found), timedelta()), over)


def accounts(deals: Sequence[Deal], asked: Asked) -> dict[tuple[str, ...], Account]:
    """The accounts by owner and product; the whole has no key."""
    found: dict[tuple[str, ...], Account] = {(): Account(asked)}
    for deal in deals:
        if facts := [fact for fact in deal.facts if fact.at <= asked.as_of]:
            for key in ((), (facts[-1].owner, deal.product)):
                found.setdefault(key, Account(asked)).add(deal, facts)
    return found


def survival(stays: Sequence[tuple[timedelta, bool]], left: Fraction) -> int | None:
    """The estimate of Kaplan and Meier, in seconds."""
    surviving = Fraction(1)
    for length in sorted({length for length, over in stays if over}):
        at_risk = sum(each >= length for each, _ in stays)
        surviving *= 1 - Fraction(stays.count((length, True)), at_risk)
        if surviving <= left:
            return int(length.total_seconds())
    return None


# -- the comparison --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
async def test_measures_are_those_of_the_deals_own_histories(database: str, seed: int) -> None:
    random = Random(seed)
    deals = [some_deal(random) for _ in range(150)]
    async with pipeline(database, [line(number, deal) for number, deal in enumerate(deals)]) as client:
        for window in WINDOWS:
            expected = accounts(deals, asked_for(*window))
            query = parameters(*window) | {"by": "owner,product"}
            check(await answer_of(client, "metrics/pipeline", **query), expected, volumes, volume_of)
            check(await answer_of(client, "metrics/win-rate", **query), expected, rates, rate_of)
            check(await answer_of(client, "metrics/velocity", **query), expected, speeds, speed_of)


def asked_for(first: int | None, last: int | None, as_of: int | None) -> Asked:
    return Asked(
        None if first is None else BEGIN + first * DAY,
        None if last is None else BEGIN + (last + 1) * DAY,
        NOW if as_of is None else BEGIN + as_of * DAY,
    )


def parameters(first: int | None, last: int | None, as_of: int | None) -> dict[str, str]:
    days = {"begins": first, "ends": last}
    given = {name: (BEGIN + day * DAY).date().isoformat() for name, day in days.items() if day is not None}
    return given if as_of is None else given | {"as_of": (BEGIN + as_of * DAY).isoformat()}


def check(answer: Any, expected: dict[tuple[str, ...], Account], shown: Any, known: Any) -> None:
    groups: dict[tuple[str, ...], Any] = {
        (group["key"]["owner"], group["key"]["product"]): group for group in answer["groups"]
    }
    for key, account in expected.items():
        group = groups.get(key) if key else answer["total"]
        assert (shown(group) if group else []) == known(account), key
    assert groups.keys() <= expected.keys()


def volumes(group: Any) -> list[Any]:
    figures = {
        (name, word == "qualified"): figure
        for word in ("qualified", "unqualified")
        for name, figure in group[word].items()
    }
    return sorted((*key, each["count"], each["values"][0]["sum"]) for key, each in figures.items() if each["count"])


def volume_of(account: Account) -> list[Any]:
    return sorted((*key, len(amounts), f"{sum(amounts)}.00") for key, amounts in account.counts.items())


def rates(group: Any) -> list[Any]:
    found = [group["by_count"]["part"], group["by_count"]["sample"]]
    return found if any(found) else []


def rate_of(account: Account) -> list[Any]:
    won, *lost = (len(account.counts.get((name, True), [])) for name in ("won", "lost", "recycled"))
    return [won, won + sum(lost)] if won + sum(lost) else []


def speeds(group: Any) -> list[Any]:
    stages = [
        (each["stage"], each["qualified"], measure, *each[measure].values())
        for each in group["stages"]
        for measure in ("latest", "cumulative")
    ]
    cycles = [(group["cycle"]["count"], group["cycle"]["mean_days"])] if group["cycle"]["count"] else []
    return [*sorted(stages, key=str), *cycles]


def speed_of(account: Account) -> list[Any]:
    stages = []
    for key, stays in account.stays.items():
        for measure in ("latest", "cumulative"):
            lengths = [(getattr(stay, measure), stay.over) for stay in stays]
            levels = (survival(lengths, level) for level in (Fraction(1, 2), Fraction(1, 10)))
            stages.append((*key, measure, len(stays), sum(not stay.over for stay in stays), *levels))
    mean = sum(account.cycles, timedelta()) / (len(account.cycles) or 1)
    cycles = [(len(account.cycles), f"{mean / DAY:.2f}")] if account.cycles else []
    return [*sorted(stages, key=str), *cycles]
