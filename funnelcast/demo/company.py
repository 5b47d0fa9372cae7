"""Who sells, and to whom: an org of four levels, and the accounts of its three regions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from funnelcast.demo.script import chance
from funnelcast.demo.words import COUNTRIES, FIRST, LAST, PLACES, TRADES
from services.forecast.org.commands import PlaceNode

NAME = "Kestrel Planning"
ROOT = "kestrel"
TEAMS, REPS, ACCOUNTS = 2, 4, 260
"""Of each region, of each team, of each region."""
SDRS = ("mia.lind", "tom.berger", "lea.rossi")


@dataclass(frozen=True)
class Account:
    """A customer, or one who may become one. `domain` is what deals call it."""

    name: str
    domain: str
    region: str
    country: str
    industry: str
    employees: int


@dataclass(frozen=True)
class Company:
    nodes: tuple[PlaceNode, ...]
    reps: dict[str, tuple[str, ...]]
    """By region."""
    accounts: tuple[Account, ...]

    @cached_property
    def by_domain(self) -> dict[str, Account]:
        return {account.domain: account for account in self.accounts}


def founded() -> Company:
    """The same every time."""
    random = chance("company")
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    random.shuffle(names)
    people = iter(names)
    nodes, reps = [PlaceNode(node=ROOT, name=NAME, kind="unit", parent=None)], dict[str, tuple[str, ...]]()
    for region in COUNTRIES:
        team = list(region_of(region, people))
        nodes += team
        reps[region] = tuple(node.node for node in team if node.parent not in (ROOT, region))
    return Company(tuple(nodes), reps, tuple(accounts(random)))


def region_of(region: str, people: Iterator[str]) -> Iterator[PlaceNode]:
    yield PlaceNode(node=region, name=region.title(), kind="unit", parent=ROOT)
    for _ in range(TEAMS):
        manager = next(people)
        yield person(manager, region)
        for _ in range(REPS):
            yield person(next(people), slug(manager))


def person(name: str, parent: str) -> PlaceNode:
    return PlaceNode(node=slug(name), name=name, kind="person", parent=parent)


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def accounts(random: Random) -> Iterator[Account]:
    """Their domains end in `.example`: nobody's, for ever."""
    names = [f"{place} {trade}" for place in PLACES for trade in TRADES]
    random.shuffle(names)
    for region, countries in COUNTRIES.items():
        for _ in range(ACCOUNTS):
            name = names.pop()
            yield Account(
                name,
                f"{slug(name)}.example",
                region,
                random.choice(countries),
                name.rpartition(" ")[2].lower(),
                int(random.lognormvariate(4.2, 1.3)) + 2,
            )
