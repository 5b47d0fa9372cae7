"""Everything that has happened to a lead, from two services, in one order of time."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Fields = Mapping[str, Any]
ABBREVIATIONS = ("mql", "srl", "sql")


class TimelineEntry(NamedTuple):
    """`detail`: what the API gives beside it, in its own words. `deal`: the id of the opportunity that it led to."""

    at: str
    sort: str
    text: str
    detail: str = ""
    deal: str | None = None


def timeline_of(lead: Fields, captured: Fields) -> list[TimelineEntry]:
    """`lead`: as qualification gives it; `captured`: as intake does. The newest first."""
    entries = [
        *map(capture_entry, captured["captures"]),
        *map(activity_entry, captured["activities"]),
        *map(transition_entry, lead["history"]),
        *deals(lead),
    ]
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def capture_entry(capture: Fields) -> TimelineEntry:
    source = capture["source"] + (f" ({capture['source_detail']})" if capture["source_detail"] else "")
    campaign = (capture["campaign"] or {}).get("utm_campaign") or ""
    details = [detail(name, value) for name, value in (capture["details"] or {}).items() if is_plain(value)]
    parts = [f"campaign {campaign}" if campaign else "", *details]
    return TimelineEntry(capture["engaged_at"], "capture", source, ", ".join(part for part in parts if part))


def is_plain(value: object) -> bool:
    return isinstance(value, str | int)


def detail(name: str, value: object) -> str:
    """`asset_type`, `case_study` is `asset type: case study`; ids stay as they are."""
    words = "yes" if value is True else "no" if value is False else str(value)
    return f"{name.replace('_', ' ')}: {words.replace('_', ' ') if name.endswith('type') else words}"


def activity_entry(activity: Fields) -> TimelineEntry:
    return TimelineEntry(activity["engaged_at"], "activity", activity["kind"], activity["subject"] or "")


def transition_entry(move: Fields) -> TimelineEntry:
    start = move["from_lifecycle"]
    text = f"{stage_word(start)} → {stage_word(move['to_lifecycle'])}" if start else stage_word(move["to_lifecycle"])
    return TimelineEntry(move["at"], "lifecycle", text, move["reason"] or "")


def stage_word(lifecycle: str) -> str:
    return lifecycle.upper() if lifecycle in ABBREVIATIONS else lifecycle


def deals(lead: Fields) -> Iterator[TimelineEntry]:
    for cycle in lead["cycles"]:
        if cycle["opportunity_id"] and cycle["srl_at"]:
            text = f"handed over in cycle {cycle['n']}"
            yield TimelineEntry(cycle["srl_at"], "deal", text, cycle["outcome"] or "", cycle["opportunity_id"])
