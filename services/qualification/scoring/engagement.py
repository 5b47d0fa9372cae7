"""Engagement in points: every rule that matches gives or takes some, up to the cap of its group."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from services.qualification.lead.events import CAPTURE, Engagement
from services.qualification.model.events import Rule, ScoringModel, When
from services.qualification.scoring.decay import points_at
from services.qualification.scoring.fit import in_order

N = TypeVar("N", Decimal, float)
Match = tuple[Engagement, Rule]


class Contribution(NamedTuple):
    """One rule's points for one engagement. `decayed`: what is left of them at that instant; `counted`: what the cap of
    the group leaves of those."""

    capture_id: str
    kind: str
    source: str
    engaged_at: datetime
    rule: str
    group: str
    points: int
    decayed: Decimal
    counted: Decimal


def contributions(
    engagements: Sequence[Engagement], model: ScoringModel, at: datetime | None
) -> tuple[Contribution, ...]:
    """In the order in which the person did things; the order in which they were captured changes nothing. Without an
    instant, nothing decays."""
    matches = matching(engagements, model)

    def value(engagement: Engagement, rule: Rule) -> Decimal:
        return Decimal(rule.points) if at is None else points_at(rule, engagement.engaged_at, at)

    values = [value(engagement, rule) for engagement, rule in matches]
    counted = capped_parts(((rule.group, part) for (_, rule), part in zip(matches, values, strict=True)), model.caps)
    return tuple(
        Contribution(
            engagement.capture_id,
            engagement.kind,
            engagement.source,
            engagement.engaged_at,
            rule.rule,
            rule.group,
            rule.points,
            decayed,
            part,
        )
        for (engagement, rule), decayed, part in zip(matches, values, counted, strict=True)
    )


def total_at(matches: Sequence[Match], model: ScoringModel, value: Callable[[Rule, datetime], N], zero: N) -> N:
    """The capped sum of all groups, by this value of a rule for an engagement of that instant."""
    parts = ((rule.group, value(rule, engagement.engaged_at)) for engagement, rule in matches)
    return sum(capped_parts(parts, model.caps), zero)


def capped_parts(parts: Iterable[tuple[str, N]], caps: Mapping[str, int]) -> Iterator[N]:
    """What each part adds to the sum of its group. After every part the sum is brought back within the cap."""
    sums: dict[str, N] = {}
    for group, part in parts:
        before = sums[group] if group in sums else type(part)(0)
        sums[group] = capped(before + part, caps.get(group))
        yield sums[group] - before


def capped(points: N, cap: int | None) -> N:
    if cap is None or abs(points) <= cap:
        return points
    return type(points)(cap if points > 0 else -cap)


def matching(engagements: Sequence[Engagement], model: ScoringModel) -> list[Match]:
    """A rule counts once for a capture and its supplements together."""
    matches: dict[tuple[str, str], Match] = {}
    rules: dict[tuple[str, str], list[Rule]] = {}
    for engagement in attributed(engagements):
        key = engagement.kind, engagement.source
        if key not in rules:
            rules[key] = rules_for(model, *key)
        for rule in rules[key]:
            if is_for(rule.when, engagement):
                matches.setdefault((engagement.original, rule.rule), (engagement, rule))
    return list(matches.values())


def attributed(engagements: Sequence[Engagement]) -> list[Engagement]:
    """In the order in which the person did them. An activity has the source of the last capture before it, or else of
    the first one, in whatever order they arrived."""
    ordered = in_order(engagements)
    sources = [engagement.source for engagement in ordered if engagement.kind == CAPTURE]
    if len(sources) == len(ordered) or not sources:
        return ordered
    source, found = sources[0], []
    for engagement in ordered:
        source = engagement.source if engagement.kind == CAPTURE else source
        found.append(engagement._replace(source=source))
    return found


def source_before(engagements: Sequence[Engagement], at: datetime) -> str | None:
    """That of the last capture by then. None: there was none."""
    captures = [each for each in in_order(engagements) if each.kind == CAPTURE and each.engaged_at <= at]
    return captures[-1].source if captures else None


def rules_for(model: ScoringModel, kind: str, source: str) -> list[Rule]:
    """Whatever else they ask of an engagement of this kind and source."""
    of_source = (rule for rule in model.rules if rule.when.source in (None, source))
    return [rule for rule in of_source if (rule.when.kind or CAPTURE) == kind]


def is_for(when: When, engagement: Engagement) -> bool:
    """For an engagement of the rule's kind and source."""
    profile, details = engagement.profile, engagement.details
    return (
        when.attended in (None, details.attended)
        and when.asset_type in (None, details.asset_type)
        and when.double_opt_in in (None, details.double_opt_in)
        and when.email_kind in (None, profile.email_kind)
    )
