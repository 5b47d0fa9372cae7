"""Random histories of a company: nodes that move, deals that change, overrides, rates and quotas; some of them late."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import httpx

from shared.rules.message import BEGINNING
from tests.forecast.conftest import Company
from tests.forecast.pipeline_events import stored
from tests.forecast.test_overrides import override
from tests.forecast.written import Deal, Entry, Override, Placed, Quarter, Quota, Rate

Q4 = Quarter("2025-Q4", date(2025, 10, 1), date(2025, 12, 31))
Q1 = Quarter("2026-Q1", date(2026, 1, 1), date(2026, 3, 31))
QUARTERS = (Q4, Q1)
PEOPLE = ("ann", "bea", "ray", "rob", "rita")
NODES = ("root", "desk", *PEOPLE)
DEALS = ("one", "two", "three", "four", "five", "six")
CLOSE_DATES = (None, "2025-12-31", "2026-02-10", "2026-03-31", "2026-06-30")
CATEGORIES = ("omitted", "pipeline", "upside", "commit", "commit", "closed", "lost")
PLACES = (("root", None, "person"), ("ann", "root", "person"), ("bea", "root", "person"), ("desk", "ann", "unit"))
LEAVES = (("ray", "desk", "person"), ("rob", "ann", "person"), ("rita", "bea", "person"))
FIRST_DAY = datetime(2025, 12, 1, tzinfo=UTC)


class Known(NamedTuple):
    """The number of entries that an instant knows, and the frontier that names them."""

    entries: int
    at: datetime
    frontier: str


@dataclass
class History:
    """`book`: what was written, in order. `known`: after each of it."""

    company: Company
    random: Random
    book: list[Entry] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    last_change: dict[str, datetime] = field(default_factory=dict)
    position: int = 0

    @property
    def now(self) -> datetime:
        return self.company.clock.instant

    async def begin(self) -> None:
        await self.company.set(currency="EUR")
        self.position = self.company.written
        for node, parent, kind in (*PLACES, *LEAVES):
            await self.place(node, parent, kind, None)
        for currency, rate in (("USD", "0.9"), ("GBP", "1.15")):
            await self.set_rate(currency, "2025-12-15", rate)

    async def go_on(self, steps: int) -> None:
        """Goes on until so many more entries are recorded."""
        whole = len(self.book) + steps
        while len(self.book) < whole:
            self.company.clock.pass_by(minutes=self.random.choice((1, 30, 600, 3000)))
            await self.step()

    async def step(self) -> None:
        actions = (self.move, self.change_deal, self.override, self.reset, self.other)
        (action,) = self.random.choices(actions, weights=(3, 4, 6, 1, 1))
        await action()

    async def other(self) -> None:
        node, quarter = self.random.choice(NODES), self.random.choice(QUARTERS)
        match self.random.choice(("rate", "quota")):
            case "rate":
                currency, day = self.random.choice(("USD", "CHF")), self.random.choice(("2026-01-01", "2026-02-20"))
                await self.set_rate(currency, day, self.random.choice(("0.91", "0.955", "1.05")))
            case _:
                await self.set_quota(node, quarter, self.amount(), self.past_instant())

    async def move(self) -> None:
        node, parent = self.random.choice(NODES[1:]), self.random.choice(("root", "ann", "bea", "desk"))
        await self.place(node, parent, "unit" if node == "desk" else "person", self.past_instant())

    async def place(self, node: str, parent: str | None, kind: str, starts: datetime | None) -> None:
        dated = {"from": starts.isoformat()} if starts else {}
        is_new = not any(isinstance(each, Placed) and each.node == node for each in self.book)
        entry = Placed(starts or (BEGINNING if is_new else self.now), node, parent, kind)
        self.write_down(await self.company.put(node, parent, kind=kind, **dated), entry)

    async def change_deal(self) -> None:
        """The event may have happened earlier than it is recorded, but not before the deal's last one."""
        deal, category = self.random.choice(DEALS), self.random.choice(CATEGORIES)
        earliest = self.last_change.get(deal, FIRST_DAY)
        at = self.random.choice((self.now, earliest + (self.now - earliest) * self.random.randrange(4) / 4))
        close_date, owner = self.random.choice(CLOSE_DATES), self.random.choice((*PEOPLE, "stranger"))
        currency, amount = self.random.choice(("EUR", "EUR", "USD", "GBP", "CHF")), self.amount()
        outcome = {"closed": "won", "lost": "lost"}.get(category)
        row = {"owner": owner, "close_date": close_date, "amount": str(amount), "currency": currency}
        kind = self.random.choice(("stage_changed", "corrected")) if deal in self.last_change else "opened"
        kept = category if category != "lost" else "pipeline"
        await self.publish(deal, kind, at, row | {"category": kept, "outcome": outcome})
        self.last_change[deal] = at
        due = date.fromisoformat(close_date) if close_date else None
        self.add(Deal(at, deal, owner, due, category, amount, currency))

    async def publish(self, deal: str, kind: str, at: datetime, row: dict[str, Any]) -> None:
        self.company.pipeline_position += 1
        event = stored(self.company.pipeline_position, deal, kind, **row)._replace(occurred_at=at, recorded_at=self.now)
        async with self.company.log.publisher("funnelcast.pipeline.v1", "pipeline") as publisher:
            await publisher.publish([event])

    async def override(self) -> None:
        node, quarter, column, by = self.subject()
        amount, currency = self.amount(), self.random.choice(("EUR", "EUR", "USD", "CHF"))
        path = f"{node}/{quarter.key}/{column}"
        answer = await override(self.company, path, by, str(amount), currency=currency)
        self.write_down(answer, Override(self.now, node, quarter, column, by, amount, currency))

    async def reset(self) -> None:
        node, quarter, column, by = self.subject()
        answer = await self.company.api.delete(f"overrides/{node}/{quarter.key}/{column}", params={"by": by})
        entry = Override(self.now, node, quarter, column, by, None, "EUR")
        self.write_down(self.company.noted(answer), entry)

    def subject(self) -> tuple[str, Quarter, str, str]:
        """A random subject, of few nodes and columns, so that overrides nest, are replaced and are reset."""
        node, column = (
            self.random.choice(NODES),
            self.random.choice(("commit", "commit", "commit", "upside", "pipeline")),
        )
        return node, self.random.choice((Q1, Q1, Q1, Q4)), column, self.random.choice(("self", "manager"))

    async def set_rate(self, currency: str, day: str, rate: str) -> None:
        answer = self.company.noted(await self.company.api.put(f"rates/{currency}/{day}", json={"rate": rate}))
        self.write_down(answer, Rate(date.fromisoformat(day), currency, Decimal(rate)))

    async def set_quota(self, node: str, quarter: Quarter, amount: Decimal, starts: datetime | None) -> None:
        body = {"amount": {"amount": str(amount), "currency": "EUR"}} | ({"from": starts.isoformat()} if starts else {})
        answer = self.company.noted(await self.company.api.put(f"quotas/{node}/{quarter.key}", json=body))
        is_new = not any(isinstance(each, Quota) and (each.node, each.period) == (node, quarter) for each in self.book)
        self.write_down(answer, Quota(starts or (BEGINNING if is_new else self.now), node, quarter, amount))

    def amount(self) -> Decimal:
        return Decimal(self.random.randrange(1, 20_000)).scaleb(-2)

    def past_instant(self) -> datetime | None:
        """Half of the time, from now on."""
        return self.random.choice((None, self.now - timedelta(days=self.random.randrange(1, 90))))

    def write_down(self, answer: httpx.Response, entry: Entry) -> None:
        """Records the entry, unless the rules refuse it or nothing changes."""
        assert answer.status_code in (200, 404, 409), answer.text
        if answer.is_success and self.company.written > self.position:
            self.position = self.company.written
            self.add(entry)
        self.company.written = self.position

    def add(self, entry: Entry) -> None:
        self.book.append(entry)
        frontier = f"forecast:{self.position},pipeline:{self.company.pipeline_position}"
        self.known.append(Known(len(self.book), self.now, frontier))
