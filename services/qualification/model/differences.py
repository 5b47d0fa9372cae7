"""The differences of two models, value by value."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from services.qualification.model.events import ScoringModel

NAMED_BY = ("rule", "at_least")
"""Fields by which the items of a list are told apart, whatever their order."""


class Difference(NamedTuple):
    """`pointer`: a JSON pointer; items of a list that have a name are shown by it. None: it is absent in that model."""

    pointer: str
    before: Any
    after: Any


def differences(before: ScoringModel, after: ScoringModel) -> list[Difference]:
    """The differences, in the order of their pointers."""
    old, new = dict(leaves(before.model_dump(mode="json"))), dict(leaves(after.model_dump(mode="json")))
    changed = [pointer for pointer in sorted({*old, *new}) if old.get(pointer) != new.get(pointer)]
    return [Difference(pointer, old.get(pointer), new.get(pointer)) for pointer in changed]


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is neither an object nor a list of objects."""
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        value = {name_of(each, index): each for index, each in enumerate(value)}
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, f"{pointer}/{escaped(str(name))}")
    elif value is not None:
        yield pointer, value


def name_of(item: Mapping[str, Any], index: int) -> str:
    return next((str(item[name]) for name in NAMED_BY if name in item), str(index))


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
