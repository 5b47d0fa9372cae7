"""Warnings of what has no effect in a scoring model. It is no error: a version may be a copy of another with fewer
rules."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel

from services.qualification.model.events import ScoringModel, When

SOURCE_OF: Mapping[str, str] = {"attended": "webinar", "asset_type": "gated_content", "double_opt_in": "newsletter"}
"""The source whose captures have this detail."""


class ModelWarning(BaseModel):
    """`detail`: names the group or the rule."""

    code: Literal["cap_without_rule", "rule_without_engagement"]
    detail: str


def warnings_of(model: ScoringModel) -> Iterator[ModelWarning]:
    groups = sorted({rule.group for rule in model.rules})
    for group in model.caps:
        if group not in groups:
            detail = f"no rule has the group {group} of a cap; the rules have {', '.join(groups) or 'none'}"
            yield ModelWarning(code="cap_without_rule", detail=detail)
    for rule in model.rules:
        if contradiction := contradiction_in(rule.when):
            detail = f"the rule {rule.rule} is for no engagement: {contradiction}"
            yield ModelWarning(code="rule_without_engagement", detail=detail)


def contradiction_in(when: When) -> str | None:
    asked: dict[str, Any] = {name: value for name, value in vars(when).items() if value is not None}
    if when.kind not in (None, "capture"):
        details = [name for name in (*SOURCE_OF, "email_kind") if name in asked]
        return f"an activity has no {details[0]}" if details else None
    sources = {SOURCE_OF[name] for name in SOURCE_OF if name in asked} | ({when.source} - {None})
    return f"it would have to be of {' and of '.join(sorted(map(str, sources)))}" if len(sources) > 1 else None
