"""A capture without the parts of its body that cannot be read: a lead is not lost for want of a job title."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from services.lead_intake.lead.capture_body import CaptureLead, IgnoredField, LeftOut
from shared.web.errors.error_texts import error_text

Path = tuple[str | int, ...]
NEEDED: tuple[Path, ...] = ((), ("source",), ("person",))
"""The fields without which there is no capture."""


class LenientCapture(CaptureLead):
    """A capture with what was left out of its body."""

    _left_out: LeftOut

    @property
    def left_out(self) -> LeftOut:
        return self._left_out


def read_leniently(fields: Any) -> LenientCapture:
    """Raises `ValidationError` when the rest is no capture: it needs a source, and an e-mail address or a phone number
    that can be read."""
    ignored: list[IgnoredField] = []
    values: dict[str, Any] = {}
    while True:
        try:
            capture = LenientCapture.model_validate(fields)
            capture._left_out = LeftOut(tuple(ignored), values)
            return capture
        except ValidationError as error:
            details = error.errors(include_url=False)
            parts = {part_of(fields, detail["loc"]): detail for detail in details}
            if any(path in NEEDED for path in parts):
                raise
        for path, detail in parts.items():
            pointer = json_pointer(path)
            values[pointer] = value_at(fields, path)
            ignored.append(IgnoredField(pointer=pointer, detail=error_text(detail)))
        fields = without(fields, set(parts))


def part_of(fields: Any, path: Path) -> Path:
    """The part of the body that an error is about: what stands at the path, or else the object that lacks it."""
    value = fields
    for length, step in enumerate(path):
        if not has(value, step):
            return path[:length]
        value = value[step]
    return path


def has(value: Any, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(value, list) and step < len(value)
    return isinstance(value, dict) and step in value


def value_at(fields: Any, path: Path) -> Any:
    for step in path:
        fields = fields[step]
    return fields


def without(value: Any, paths: set[Path], here: Path = ()) -> Any:
    """A copy without the parts at the paths."""
    if isinstance(value, dict):
        kept = {name: inner for name, inner in value.items() if (*here, name) not in paths}
        return {name: without(inner, paths, (*here, name)) for name, inner in kept.items()}
    if isinstance(value, list):
        kept_items = [(index, inner) for index, inner in enumerate(value) if (*here, index) not in paths]
        return [without(inner, paths, (*here, index)) for index, inner in kept_items]
    return value


def json_pointer(path: Sequence[str | int]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
