"""Which SDRs get which MQLs, as data, and how long a claim holds."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from shared.rules.message import WHOLE, Day, Line, Message, Slug

Employees = Annotated[int, Field(strict=True, ge=0, le=10_000_000), WHOLE]
Countries = Annotated[tuple[Line, ...], Field(max_length=250)]
Sources = Annotated[tuple[Slug, ...], Field(max_length=50)]
Sdrs = Annotated[tuple[Line, ...], Field(min_length=1, max_length=200)]


class RoutingRule(Message):
    """MQLs with one of these `countries` (ISO 3166-1 alpha-2), one of these `sources`, and a number of employees within
    both limits go to `sdrs` in turn. Without countries, sources or limits any will do."""

    rule: Slug
    countries: Countries = ()
    sources: Sources = ()
    least_employees: Employees | None = None
    most_employees: Employees | None = None
    sdrs: Sdrs

    def is_for(self, source: str, country: str | None, employees: int | None) -> bool:
        return (
            (not self.sources or source in self.sources)
            and (not self.countries or country in self.countries)
            and (self.least_employees is None or (employees is not None and employees >= self.least_employees))
            and (self.most_employees is None or (employees is not None and employees <= self.most_employees))
        )


class Absence(Message):
    """The business days on which an SDR gets no leads, the first and the last among them; without `last`, until the
    settings say otherwise."""

    sdr: Line
    first: Day
    last: Day | None = None

    @model_validator(mode="after")
    def begins_before_it_ends(self) -> "Absence":
        if self.last is not None and self.last < self.first:
            raise ValueError("last must not lie before first")
        return self


class Routing(Message):
    """The first rule that is for an MQL counts. One that no rule is for waits in the queue for anybody."""

    rules: Annotated[tuple[RoutingRule, ...], Field(max_length=200)] = ()
    away: Annotated[tuple[Absence, ...], Field(max_length=1000)] = ()

    @model_validator(mode="after")
    def rules_have_different_names(self) -> "Routing":
        if len({rule.rule for rule in self.rules}) < len(self.rules):
            raise ValueError("a rule is named twice")
        return self

    def rule_for(self, source: str, country: str | None, employees: int | None) -> RoutingRule | None:
        return next((rule for rule in self.rules if rule.is_for(source, country, employees)), None)

    def sdr_in_turn(self, rule: str, turn: int, day: date) -> str | None:
        """The SDR whose turn it is, or the next one who is there. None when nobody is, or the rule is gone."""
        return next((sdr for sdr in self.in_turn(rule, turn) if not self.is_away(sdr, day)), None)

    def in_turn(self, rule: str, turn: int) -> Iterator[str]:
        for found in (each for each in self.rules if each.rule == rule):
            first = turn % len(found.sdrs)
            yield from (*found.sdrs[first:], *found.sdrs[:first])

    def is_away(self, sdr: str, day: date) -> bool:
        absences = (each for each in self.away if each.sdr == sdr)
        return any(each.first <= day and (each.last is None or day <= each.last) for each in absences)


class Claims(Message):
    """`lease_minutes`: after them a claim ends if nobody touched the lead since; none: it never ends."""

    lease_minutes: Annotated[int, Field(strict=True, ge=1, le=60 * 24 * 90), WHOLE] | None
