"""What reps do with a deal: qualify it, bring it forward, win or lose it; what is still open today stays open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from funnelcast.demo.company import Account, Company
from funnelcast.demo.script import Told, later, new_id, quarter_end, some_day, told
from funnelcast.demo.words import PRODUCTS, REASONS
from services.pipeline.opportunity import commands
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.events import Approach, Motion
from shared.rules.money import Money

DIRECT = 880
"""Deals that began without a lead."""
CURRENCY = "EUR"
Step = tuple[datetime, commands.OpportunityCommand]


@dataclass(frozen=True)
class Deal:
    opportunity_id: str
    account: Account
    owner: str
    product: str
    began: datetime
    existing: bool
    from_lead: bool

    @property
    def name(self) -> str:
        return f"{self.product} for {self.account.name}"


@dataclass(frozen=True)
class Chances:
    """Of going on from stage to stage, and how long that takes, in times the usual."""

    qualified: float
    proposal: float
    negotiation: float
    won: float
    pace: float


NEW, EXISTING = Chances(0.86, 0.84, 0.66, 0.58, 1.0), Chances(0.97, 0.96, 0.93, 0.87, 0.6)


def direct(random: Random, company: Company, now: datetime) -> Iterator[Deal]:
    for _ in range(DIRECT):
        account = random.choice(company.accounts)
        owner = random.choice(company.reps[account.region])
        product, existing = random.choice(PRODUCTS), random.random() < 0.45
        yield Deal(new_id(random), account, owner, product, some_day(random, now), existing, from_lead=False)


def worked(random: Random, deal: Deal, now: datetime) -> list[Told]:
    """What happened up to now."""
    steps = [] if deal.from_lead else [opened(random, deal)]
    steps += lived(random, deal)
    steps = [(at, command) for at, command in steps if at <= now]
    steps += reviewed(random, steps, now)
    return [told(DECIDER, deal.opportunity_id, command, at, deal.owner) for at, command in steps]


def opened(random: Random, deal: Deal) -> Step:
    command = commands.OpenOpportunity(
        name=deal.name,
        account=deal.account.domain,
        owner=deal.owner,
        amount=priced(random, deal),
        close_date=deal.began.date() + timedelta(days=random.randint(40, 90)),
        motion=Motion.EXISTING_BUSINESS if deal.existing else Motion.NEW_BUSINESS,
        approach=Approach.FARMING if deal.existing else Approach.HUNTING,
        product=deal.product,
    )
    return deal.began, command


def priced(random: Random, deal: Deal) -> Money:
    median = 9.0 if deal.existing else 9.8
    amount = min(max(random.lognormvariate(median, 0.7), 1500), 250_000)
    return Money(amount=Decimal(round(amount, -2)), currency=CURRENCY)


def lived(random: Random, deal: Deal) -> Iterator[Step]:
    """The whole life, as far into the future as it goes."""
    chances = EXISTING if deal.existing else NEW
    at = later(random, deal.began, 3 * chances.pace, 18 * chances.pace)
    if random.random() > chances.qualified:
        yield at, commands.Recycle(reason=random.choice(REASONS))
        return
    yield at, commands.Qualify()
    for stage, chance in (("proposal", chances.proposal), ("negotiation", chances.negotiation)):
        at = later(random, at, 6 * chances.pace, 28 * chances.pace)
        if random.random() > chance:
            yield at, commands.Lose(reason=random.choice(REASONS))
            return
        yield at, commands.Advance(to_stage=stage)
        yield from revised(random, deal, at)
    at = later(random, at, 5 * chances.pace, 25 * chances.pace)
    if random.random() < chances.won:
        yield at, commands.PermittedWin(body=commands.Win())
    else:
        yield at, commands.Lose(reason=random.choice(REASONS))


def revised(random: Random, deal: Deal, at: datetime) -> Iterator[Step]:
    if random.random() < 0.25:
        yield at + timedelta(minutes=2), commands.SetAmount(amount=priced(random, deal))
    if random.random() < 0.3:
        close_date = at.date() + timedelta(days=random.randint(15, 75))
        yield at + timedelta(minutes=4), commands.SetCloseDate(close_date=close_date)


def reviewed(random: Random, steps: Sequence[Step], now: datetime) -> Iterator[Step]:
    """The last review: what is on offer and still open gets a day on which it may be won, some this quarter."""
    ended = any(isinstance(command, commands.PermittedWin | commands.Lose | commands.Recycle) for _, command in steps)
    offered = any(isinstance(command, commands.Advance) for _, command in steps)
    if offered and not ended:
        at = max(steps[-1][0], now - timedelta(hours=random.randint(1, 30)))
        yield at, commands.SetCloseDate(close_date=expected(random, now))


def expected(random: Random, now: datetime) -> date:
    today, end = now.date(), quarter_end(now.date())
    if random.random() < 0.6:
        return today + timedelta(days=random.randint(0, (end - today).days))
    return end + timedelta(days=random.randint(1, 80))
