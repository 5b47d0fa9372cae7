"""The company: an organisation of four levels that sells, and the accounts of its three regions that buy."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from funnelcast.demo.names import COUNTRIES, FIRST_NAMES, LAST_NAMES, PLACES, TRADES
from funnelcast.demo.script import seeded
from services.forecast.org.commands import PlaceNode

NAME = "Kestrel Planning"
ROOT = "kestrel"
TEAMS, REPS, ACCOUNTS = 2, 4, 260
"""Teams of a region, reps of a team, accounts of a region."""
SDRS = ("mia.lind", "tom.berger", "lea.rossi")


@dataclass(frozen=True)
class Account:
    """A customer or a prospect. Deals refer to it by its `domain`."""

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

    @property
    def all_reps(self) -> list[str]:
        return [rep for region in self.reps.values() for rep in region]


def demo_company() -> Company:
    """The same company at every call."""
    random = seeded("company")
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    random.shuffle(names)
    people = iter(names)
    nodes, reps = [PlaceNode(node=ROOT, name=NAME, kind="unit", parent=None)], dict[str, tuple[str, ...]]()
    for region in COUNTRIES:
        region_nodes = list(place_region(region, people))
        nodes += region_nodes
        reps[region] = tuple(node.node for node in region_nodes if node.parent not in (ROOT, region))
    return Company(tuple(nodes), reps, tuple(make_accounts(random)))


def place_region(region: str, people: Iterator[str]) -> Iterator[PlaceNode]:
    yield PlaceNode(node=region, name=region.title(), kind="unit", parent=ROOT)
    for _ in range(TEAMS):
        manager = next(people)
        yield place_person(manager, region)
        for _ in range(REPS):
            yield place_person(next(people), slug(manager))


def place_person(name: str, parent: str) -> PlaceNode:
    return PlaceNode(node=slug(name), name=name, kind="person", parent=parent)


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def make_accounts(random: Random) -> Iterator[Account]:
    """Accounts whose domains end in `.example`, which nobody can register."""
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
