"""The history of a deal: qualified, advanced, won or lost. A deal whose history reaches into the future stays open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from funnelcast.demo.company import Account, Company
from funnelcast.demo.names import LOSS_REASONS, PRODUCTS
from funnelcast.demo.script import ScriptedWrite, days_later, new_id, quarter_end, random_start, scripted
from services.pipeline.opportunity import commands
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.events import Approach, Motion
from shared.rules.money import Money

DIRECT_DEALS = 880
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
    """Whether the account is a customer already."""
    from_lead: bool

    @property
    def name(self) -> str:
        return f"{self.product} for {self.account.name}"


@dataclass(frozen=True)
class Chances:
    """Probabilities of reaching each stage from the one before. `pace` multiplies the time between them."""

    qualified: float
    proposal: float
    negotiation: float
    won: float
    pace: float


NEW, EXISTING = Chances(0.86, 0.84, 0.66, 0.58, 1.0), Chances(0.97, 0.96, 0.93, 0.87, 0.6)


def direct_deals(random: Random, company: Company, now: datetime) -> Iterator[Deal]:
    for _ in range(DIRECT_DEALS):
        account = random.choice(company.accounts)
        owner = random.choice(company.reps[account.region])
        product, existing = random.choice(PRODUCTS), random.random() < 0.45
        yield Deal(new_id(random), account, owner, product, random_start(random, now), existing, from_lead=False)


def deal_history(random: Random, deal: Deal, now: datetime) -> list[ScriptedWrite]:
    """The commands up to now. A deal that came from a lead is opened by the hand-over."""
    steps = [] if deal.from_lead else [open_deal(random, deal)]
    steps += work_deal(random, deal)
    steps = [(at, command) for at, command in steps if at <= now]
    steps += review(random, steps, now)
    return [scripted(DECIDER, deal.opportunity_id, command, at, deal.owner) for at, command in steps]


def open_deal(random: Random, deal: Deal) -> Step:
    command = commands.OpenOpportunity(
        name=deal.name,
        account=deal.account.domain,
        owner=deal.owner,
        amount=random_amount(random, deal),
        close_date=deal.began.date() + timedelta(days=random.randint(40, 90)),
        motion=Motion.EXISTING_BUSINESS if deal.existing else Motion.NEW_BUSINESS,
        approach=Approach.FARMING if deal.existing else Approach.HUNTING,
        product=deal.product,
    )
    return deal.began, command


def random_amount(random: Random, deal: Deal) -> Money:
    log_median = 9.0 if deal.existing else 9.8
    amount = min(max(random.lognormvariate(log_median, 0.7), 1500), 250_000)
    return Money(amount=Decimal(round(amount, -2)), currency=CURRENCY)


def work_deal(random: Random, deal: Deal) -> Iterator[Step]:
    """All steps to the end of the deal, however far in the future."""
    chances = EXISTING if deal.existing else NEW
    at = days_later(random, deal.began, 3 * chances.pace, 18 * chances.pace)
    if random.random() > chances.qualified:
        yield at, commands.Recycle(reason=random.choice(LOSS_REASONS))
        return
    yield at, commands.Qualify()
    for stage, chance in (("proposal", chances.proposal), ("negotiation", chances.negotiation)):
        at = days_later(random, at, 6 * chances.pace, 28 * chances.pace)
        if random.random() > chance:
            yield at, commands.Lose(reason=random.choice(LOSS_REASONS))
            return
        yield at, commands.Advance(to_stage=stage)
        yield from revise(random, deal, at)
    at = days_later(random, at, 5 * chances.pace, 25 * chances.pace)
    if random.random() < chances.won:
        yield at, commands.PermittedWin(body=commands.Win())
    else:
        yield at, commands.Lose(reason=random.choice(LOSS_REASONS))


def revise(random: Random, deal: Deal, at: datetime) -> Iterator[Step]:
    """Some deals get another amount or another close date."""
    if random.random() < 0.25:
        yield at + timedelta(minutes=2), commands.SetAmount(amount=random_amount(random, deal))
    if random.random() < 0.3:
        close_date = at.date() + timedelta(days=random.randint(15, 75))
        yield at + timedelta(minutes=4), commands.SetCloseDate(close_date=close_date)


def review(random: Random, steps: Sequence[Step], now: datetime) -> Iterator[Step]:
    """The last forecast review: an open deal with an offer gets a close date in the future, often in this quarter."""
    has_ended = any(
        isinstance(command, commands.PermittedWin | commands.Lose | commands.Recycle) for _, command in steps
    )
    has_offer = any(isinstance(command, commands.Advance) for _, command in steps)
    if has_offer and not has_ended:
        at = max(steps[-1][0], now - timedelta(hours=random.randint(1, 30)))
        yield at, commands.SetCloseDate(close_date=expected_close_date(random, now))


def expected_close_date(random: Random, now: datetime) -> date:
    today, end = now.date(), quarter_end(now.date())
    if random.random() < 0.6:
        return today + timedelta(days=random.randint(0, (end - today).days))
    return end + timedelta(days=random.randint(1, 80))
