"""Names of periods beside one, for a list to choose from. Which days a period has is for the API to say."""

import re
from typing import NamedTuple

QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")
YEAR = re.compile(r"[0-9]{4}")
BEFORE, AFTER = 4, 4


class Neighbours(NamedTuple):
    """`suggested`: what may be chosen. Null where no neighbour has a name that follows from the key's own."""

    previous: str | None
    following: str | None
    suggested: list[str]


def neighbours(key: str) -> Neighbours:
    if found := QUARTER.fullmatch(key):
        number = int(found[1]) * 4 + int(found[2]) - 1
        names = [quarter(number + step) for step in range(-BEFORE, AFTER + 1)]
        return Neighbours(names[BEFORE - 1], names[BEFORE + 1], [*names, found[1]])
    if YEAR.fullmatch(key):
        year = int(key)
        quarters = [f"{key}-Q{each}" for each in range(1, 5)]
        return Neighbours(f"{year - 1:04}", f"{year + 1:04}", [f"{year - 1:04}", f"{year + 1:04}", *quarters])
    return Neighbours(None, None, [key[:4], *(f"{key[:4]}-Q{each}" for each in range(1, 5))])


def quarter(number: int) -> str:
    return f"{number // 4:04}-Q{number % 4 + 1}"
