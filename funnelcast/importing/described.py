"""A mapping as it is written in a YAML file; docs/importing.md is its reference."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from funnelcast.importing.export import Row, Unfit
from funnelcast.importing.formats import DatesTold, FileTold, MoneyTold, Name, PricesTold, Text, Told
from funnelcast.importing.stages import PipelineTold, Target, target
from services.lead_intake.lead.events import Source
from services.pipeline.process.default import DEFAULT
from services.pipeline.process.state import Process
from shared.rules.message import Slug
from shared.rules.reason import known

# -- what stands where -----------------------------------------------------------------------------------------------


class Cell(Told):
    """A column, or a text in which `{column}` stands for what is in it."""

    column: Text | None = None
    text: Text | None = None

    @model_validator(mode="after")
    def is_one(self) -> "Cell":
        if (self.column is None) == (self.text is None):
            raise ValueError("either a column or a text is needed")
        return self

    @property
    def label(self) -> str:
        """For refusals."""
        return self.column or self.text or ""

    @cached_property
    def pieces(self) -> Sequence[tuple[str, str | None]]:
        """Literal text, and the column that follows it."""
        if self.column is not None:
            return [("", self.column)]
        return [(literal, column) for literal, column, _, _ in Formatter().parse(self.text or "")]

    @cached_property
    def columns(self) -> list[str]:
        return [column for _, column in self.pieces if column is not None]

    def read(self, row: Row) -> str:
        """Empty where the column is; a text with an empty column in it is refused."""
        if self.column is not None:
            return row[self.column]
        if empty := [column for column in self.columns if not row[column]]:
            raise Unfit(f"{empty[0]} is empty")
        return "".join(literal + (row[column] if column else "") for literal, column in self.pieces)

    def needed(self, row: Row) -> str:
        found = self.read(row)
        if not found:
            raise Unfit(f"{self.label} is empty")
        return found


def cell(told: Any) -> Any:
    return {"column": told} if isinstance(told, str) else told


Where = Annotated[Cell, BeforeValidator(cell)]


class DealFields(Told):
    """`opened`, `closed`: of a row that is a whole deal. `at`: of a row that is one step of a deal."""

    id: Where
    name: Where
    account: Where
    owner: Where
    stage: Where
    motion: Where = Cell(text="new_business")
    product: Where | None = None
    amount: Where | None = None
    close_date: Where | None = None
    opened: Where | None = None
    closed: Where | None = None
    reason: Where | None = None
    at: Where | None = None


class HistoryTold(Told):
    """`follow`: fields whose change from row to row is a fact of its own. `taken_over`: what stands in the stage's
    column when the deal gets the owner of that row."""

    follow: tuple[Literal["amount", "close_date", "owner"], ...] = ()
    taken_over: tuple[Text, ...] = ()


class DealsTold(Told):
    mapping: Name
    kind: Literal["opportunities"]
    file: FileTold = FileTold()
    dates: DatesTold
    money: MoneyTold | None = None
    prices: PricesTold | None = None
    pipeline: PipelineTold | None = None
    fields: DealFields
    stages: Annotated[Mapping[str, Annotated[Target, BeforeValidator(target)]], Field(min_length=1)]
    ignored: tuple[str, ...] = ()
    reasons: Mapping[str, Annotated[str, AfterValidator(known)]] = {}
    entered: Mapping[Slug, Where] = {}
    history: HistoryTold | None = None

    @property
    def process(self) -> Process:
        return self.pipeline.process() if self.pipeline else DEFAULT

    @model_validator(mode="after")
    def fits_together(self) -> "DealsTold":
        for problem in problems(self):
            raise ValueError(problem)
        return self


def problems(told: DealsTold) -> list[str]:
    """What two places say together that makes no sense."""
    return [text for wrong, text in [*rules_of(told), *rules_of_money(told)] if wrong] + unknown_stages(told)


def rules_of(told: DealsTold) -> list[tuple[bool, str]]:
    fields, dated = told.fields, told.fields.opened or told.fields.closed or told.entered
    if told.history is None:
        return [
            (fields.opened is None, "the field opened is needed, or a history with the field at"),
            (fields.at is not None, "the field at belongs to a history"),
        ]
    return [
        (fields.at is None, "a history needs the field at"),
        (bool(dated), "a history has neither the fields opened and closed nor entered"),
        (fields.id.column is None, "the id of a history must be a column"),
    ]


def rules_of_money(told: DealsTold) -> list[tuple[bool, str]]:
    return [
        (told.money is None and bool(told.fields.amount or told.prices), "an amount needs money"),
        (told.fields.product is None and told.prices is not None, "prices need the field product"),
    ]


def unknown_stages(told: DealsTold) -> list[str]:
    process = told.process
    stages = [each.stage for each in process.stages]
    known = [*stages, process.won, process.lost]
    named = [each.stage for each in told.stages.values() if each.stage not in (None, *known)]
    entered = [each for each in told.entered if each not in stages]
    return [f"the pipeline has no stage {each!r}; it has {', '.join(known)}" for each in [*named, *entered]]


# -- leads -----------------------------------------------------------------------------------------------------------


class SourceTold(Told):
    source: Source
    detail: Text | None = None


def source(told: Any) -> Any:
    return {"source": told} if isinstance(told, str) else told


class LeadFields(Told):
    """E-mail or phone is needed."""

    id: Where
    source: Where
    at: Where
    email: Where | None = None
    phone: Where | None = None
    first_name: Where | None = None
    last_name: Where | None = None
    job_title: Where | None = None
    company_name: Where | None = None
    company_domain: Where | None = None
    country: Where | None = None
    industry: Where | None = None
    employees: Where | None = None
    utm_source: Where | None = None
    utm_medium: Where | None = None
    utm_campaign: Where | None = None
    utm_term: Where | None = None
    utm_content: Where | None = None
    landing_url: Where | None = None

    @model_validator(mode="after")
    def can_be_reached(self) -> "LeadFields":
        if self.email is None and self.phone is None:
            raise ValueError("the field email or the field phone is needed")
        return self


class LeadsTold(Told):
    mapping: Name
    kind: Literal["leads"]
    file: FileTold = FileTold()
    dates: DatesTold
    fields: LeadFields
    sources: Mapping[str, Annotated[SourceTold, BeforeValidator(source)]] = {}


def columns(fields: DealFields | LeadFields, *more: Cell | None) -> list[str]:
    """That the export must have."""
    cells = [*(getattr(fields, name) for name in type(fields).model_fields), *more]
    return list(dict.fromkeys(column for each in cells if each is not None for column in each.columns))
