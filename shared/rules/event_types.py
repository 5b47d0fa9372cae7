"""Types of events as subscribers choose them: by name, or many at once."""

from collections.abc import Collection

ANY = "*"


def matching_types(patterns: Collection[str] | None, types: Collection[str]) -> list[str]:
    """The types that match one of the patterns, sorted. A pattern is a type, the beginning of types such as
    `opportunity.*`, or `*`. Without patterns all types match."""
    if patterns is None:
        return sorted(types)
    return sorted(each for each in types if any(matches(pattern, each) for pattern in patterns))


def matches(pattern: str, event_type: str) -> bool:
    if pattern.endswith(ANY):
        return event_type.startswith(pattern.removesuffix(ANY))
    return event_type == pattern


def beginnings(types: Collection[str]) -> set[str]:
    """The patterns for many types at once."""
    return {ANY, *(f"{name.partition('.')[0]}.{ANY}" for name in types)}
