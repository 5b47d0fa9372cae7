"""Scoring models of the worked examples, and how to make others."""

from collections.abc import Sequence
from typing import Any

from services.qualification.model.default import DEFAULT
from services.qualification.model.events import Grade, MqlLine, Rule, ScoringModel, When


def rule(source: str, points: int, half_life_days: int | None = None, group: str | None = None) -> Rule:
    return Rule(
        rule=source, group=group or source, when=When(source=source), points=points, half_life_days=half_life_days
    )


def model(line: int, *rules: Rule, at_once: Sequence[str] = (), **changes: Any) -> ScoringModel:
    mql_line = MqlLine(at_once=tuple(at_once), engagement=line, grade=Grade.D)
    return DEFAULT.model_copy(update={"rules": rules, "caps": {}, "line": mql_line, **changes})


M = model(
    50,
    rule("webinar", 80, 14),
    rule("gated_content", 40, 14),
    rule("newsletter", 40, 7),
    rule("contact_form", 40),
    rule("referral", 20),
)
M2 = model(999, rule("webinar", 1000, 1))
M3 = M.model_copy(update={"line": M.line.model_copy(update={"engagement": 30})})
