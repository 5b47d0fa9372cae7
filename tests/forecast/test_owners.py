"""Sets of owners, which are these or all but these."""

from itertools import product

import pytest

from services.forecast.projections.ledger.deals import Owners

NAMES = ("ann", "bea", "ray")
SETS = [
    Owners(names, excluded) for names in ((), ("ann",), ("ann", "bea"), ("bea", "ray")) for excluded in (True, False)
]


def included(owners: Owners) -> set[str]:
    """The names that the owners include, of all names and one that is in no set."""
    return {name for name in (*NAMES, "somebody") if owners.includes(name)}


@pytest.mark.parametrize(("one", "other"), [*product(SETS, SETS)])
def test_both_and_the_difference_of_any_two(one: Owners, other: Owners) -> None:
    assert included(one.with_(other)) == included(one) | included(other)
    assert included(one.without(other)) == included(one) - included(other)
