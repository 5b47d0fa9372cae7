"""What a person did, in points: every rule that matches gives, or takes, up to the cap of its group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.qualification.lead.events import Engagement
from services.qualification.model.events import ScoringModel, When
from services.qualification.scoring.fit import in_order


@dataclass(frozen=True)
class Contribution:
    """One rule's points for one engagement; `counted`: what its group's cap left of them."""

    capture_id: str
    source: str
    engaged_at: datetime
    rule: str
    group: str
    points: int
    counted: int


def contributions(engagements: Sequence[Engagement], model: ScoringModel) -> tuple[Contribution, ...]:
    """In the order of the engagements, whatever the order of arrival. A rule counts once for an engagement and its
    supplements together."""
    totals: dict[str, int] = {}
    applied: set[tuple[str, str]] = set()
    given = []
    for engagement in in_order(engagements):
        for rule in model.rules:
            application = (original_of(engagement), rule.rule)
            if application not in applied and matches(rule.when, engagement):
                applied.add(application)
                before = totals.get(rule.group, 0)
                totals[rule.group] = capped(before + rule.points, model.caps.get(rule.group))
                counted = totals[rule.group] - before
                given.append(
                    Contribution(
                        engagement.capture_id,
                        engagement.source,
                        engagement.engaged_at,
                        rule.rule,
                        rule.group,
                        rule.points,
                        counted,
                    )
                )
    return tuple(given)


def original_of(engagement: Engagement) -> str:
    return engagement.supplements or engagement.capture_id


def capped(points: int, cap: int | None) -> int:
    return points if cap is None else max(-cap, min(cap, points))


def matches(when: When, engagement: Engagement) -> bool:
    facts = facts_of(engagement)
    return all(facts[name] == value for name, value in when.model_dump(exclude_none=True).items())


def facts_of(engagement: Engagement) -> Mapping[str, object]:
    kinds = {"source": engagement.source, "email_kind": engagement.profile.email_kind}
    return kinds | engagement.details.model_dump()
