"""Engagement in points: every rule that matches gives or takes some, up to the cap of its group."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from services.qualification.lead.fields import CAPTURE, Engagement
from services.qualification.model.events import Rule, ScoringModel, When
from services.qualification.scoring.decay import left_of
from services.qualification.scoring.fit import in_order

ZERO = Decimal(0)
N = TypeVar("N", Decimal, int)


class Part(NamedTuple):
    """One rule's points for one engagement. `decayed`: what is left of them at that instant."""

    engagement: Engagement
    rule: Rule
    decayed: Decimal


class Contribution(NamedTuple):
    """A part as an explanation shows it. `counted`: what the cap of the group leaves of `decayed`."""

    capture_id: str
    kind: str
    source: str
    engaged_at: datetime
    rule: str
    group: str
    points: int
    decayed: Decimal
    counted: Decimal


def parts_at(engagements: Sequence[Engagement], model: ScoringModel, at: datetime) -> tuple[Part, ...]:
    """The parts, in the order in which the person did things; the order in which they were captured changes nothing."""
    parts = [
        Part(each, rule, left_of(Decimal(rule.points), rule.half_life_days, at - each.engaged_at))
        for each, rule in matching(engagements, model)
    ]
    return tuple(parts)


def contributions(parts: Sequence[Part], caps: Mapping[str, int]) -> tuple[Contribution, ...]:
    counted_parts = capped_parts(((rule.group, decayed) for _, rule, decayed in parts), caps)
    return tuple(
        Contribution(
            each.capture_id,
            each.kind,
            each.source,
            each.engaged_at,
            rule.rule,
            rule.group,
            rule.points,
            decayed,
            counted,
        )
        for (each, rule, decayed), counted in zip(parts, counted_parts, strict=True)
    )


def total(parts: Iterable[Part], caps: Mapping[str, int]) -> Decimal:
    sums: dict[str, Decimal] = {}
    for _, rule, decayed in parts:
        group = rule.group
        sums[group] = capped(sums.get(group, ZERO) + decayed, caps.get(group))
    return sum(sums.values(), ZERO)


def capped_parts(parts: Iterable[tuple[str, N]], caps: Mapping[str, int]) -> Iterator[N]:
    """The points that each part, given with its group, adds to the sum of the group. After every part the sum is
    brought back within the cap."""
    sums: dict[str, N] = {}
    for group, part in parts:
        before = sums.get(group) or type(part)(0)
        after = sums[group] = capped(before + part, caps.get(group))
        yield after - before


def capped(points: N, cap: int | None) -> N:
    if cap is None or -cap <= points <= cap:
        return points
    return type(points)(cap if points > 0 else -cap)


def matching(engagements: Sequence[Engagement], model: ScoringModel) -> Iterable[tuple[Engagement, Rule]]:
    """A rule counts once for a capture and its supplements together."""
    matches: dict[tuple[str, str], tuple[Engagement, Rule]] = {}
    found: dict[tuple[str | bool | None, ...], Sequence[tuple[str, Rule]]] = {}
    for engagement in attributed(engagements):
        shape = shape_of(engagement)
        rules = found.get(shape)
        if rules is None:
            rules = found[shape] = rules_for(model, engagement)
        original = engagement.supplements or engagement.capture_id
        for name, rule in rules:
            matches.setdefault((original, name), (engagement, rule))
    return matches.values()


def attributed(engagements: Sequence[Engagement]) -> list[Engagement]:
    """The engagements in the order in which the person did them, each with its source. An activity has the source of
    the last capture before it, or else of the first one, in whatever order they arrived."""
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
    """The source of the last capture by then; None if there was none."""
    captures = [each for each in in_order(engagements) if each.kind == CAPTURE and each.engaged_at <= at]
    return captures[-1].source if captures else None


def shape_of(engagement: Engagement) -> tuple[str | bool | None, ...]:
    """All that a rule's condition may ask of it."""
    details = engagement.details
    asked = details.attended, details.asset_type, details.double_opt_in, engagement.profile.email_kind
    return (engagement.kind, engagement.source, *asked)


def rules_for(model: ScoringModel, engagement: Engagement) -> Sequence[tuple[str, Rule]]:
    """The rules that match the engagement, with their names."""
    of_source = (rule for rule in model.rules if rule.when.source in (None, engagement.source))
    return [(rule.rule, rule) for rule in of_source if is_for(rule.when, engagement)]


def is_for(when: When, engagement: Engagement) -> bool:
    """Whether the engagement meets the condition. Its source has been compared already."""
    profile, details = engagement.profile, engagement.details
    return (
        (when.kind or CAPTURE) == engagement.kind
        and when.attended in (None, details.attended)
        and when.asset_type in (None, details.asset_type)
        and when.double_opt_in in (None, details.double_opt_in)
        and when.email_kind in (None, profile.email_kind)
    )
