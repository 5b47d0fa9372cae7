"""The history of the settings: what each change changed, from what to what."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

Fields = Mapping[str, Any]
NAMES = ("currency", "timezone", "calendar", "rate_policy", "measure", "stale_after", "weekly_lock")


class SettingStep(NamedTuple):
    """`starts`: from when on the new value holds. `set_at`, `set_by`: when and by whose key that was stated."""

    name: str
    old: Any
    new: Any
    starts: str
    set_at: str
    set_by: str


def setting_steps(settings: Fields) -> list[SettingStep]:
    """The last one first."""
    return [*steps(settings["history"], settings["defaults"])][::-1]


def steps(changes: Sequence[Fields], defaults: Fields) -> Iterator[SettingStep]:
    for number, change in enumerate(changes):
        for name in NAMES:
            if change[name] is not None:
                old = value_before(changes[:number], name, change["starts"], defaults[name])
                yield SettingStep(name, old, change[name], change["starts"], change["set_at"], change["set_by"])


def value_before(changes: Sequence[Fields], name: str, starts: str, default: Any) -> Any:
    """The value that held from that instant on. Of two changes for one instant the later one counts."""
    found = [each for each in changes if each[name] is not None and start_of(each) <= datetime.fromisoformat(starts)]
    return max(reversed(found), key=start_of)[name] if found else default


def start_of(change: Fields) -> datetime:
    return datetime.fromisoformat(change["starts"])
