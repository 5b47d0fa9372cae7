"""The hash of a roll-up's figures, by which a locked week is checked later. Pure.

Only figures count: names, warnings, quotas and calls may change without breaking a lock. The rules of a version never
change; other rules are another version.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

HASH_VERSION = 1


class Figure(NamedTuple):
    """`column`: which of a node's views, such as `pure`; with a currency where the answer has none. `amount`: in minor
    units. `deals`: how many, for `pure`."""

    node: str
    column: str
    category: str
    amount: int
    deals: int | None


def hash_of(figures: Iterable[Figure]) -> str:
    """The hash in hexadecimal digits, whatever the order of the figures."""
    canonical = sorted(figures, key=lambda figure: figure[:3])
    return sha256(json.dumps(canonical, separators=(",", ":")).encode()).hexdigest()
