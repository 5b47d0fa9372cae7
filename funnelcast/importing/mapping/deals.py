"""A mapping of deals, as its YAML file says it. docs/importing.md is the reference."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from funnelcast.importing.mapping.cell import Cell
from funnelcast.importing.mapping.cell import Field as FieldCell
from funnelcast.importing.mapping.model import MappingModel, Misplaced, Name, Text, Words
from funnelcast.importing.mapping.notation import DateNotation, FileNotation, MoneyNotation, PriceListNotation
from funnelcast.importing.mapping.stages import Pipeline, ReasonCode, StagesAndEnds
from funnelcast.importing.mapping.tables import Join, OwnerTable, TableMapping
from services.pipeline.process.default import DEFAULT
from services.pipeline.process.state import Process
from shared.rules.fields import Slug

OPEN = "open"
BY_STAGE = "by_stage"
ANY_OTHER = "*"
"""A reason that stands for all words that the mapping does not list."""
Followed = Literal["amount", "close_date", "owner"]


class DealFields(MappingModel):
    """`opened`, `closed`, `changed`: of a row that is a whole deal. `at`: of a row that is one step of a deal."""

    id: FieldCell
    name: FieldCell
    account: FieldCell
    owner: FieldCell
    stage: FieldCell | None = None
    outcome: FieldCell | None = None
    motion: FieldCell = Cell(text="new_business")
    approach: FieldCell | None = None
    product: FieldCell | None = None
    amount: FieldCell | None = None
    close_date: FieldCell | None = None
    opened: FieldCell | None = None
    closed: FieldCell | None = None
    changed: FieldCell | None = None
    reason: FieldCell | None = None
    at: FieldCell | None = None


class ChangeLog(MappingModel):
    """Columns of a log with a row for each change of one field: its name, its old and new value. `fields`: which field
    of a deal each name is. Without `old`, the first change of a field says what it was from the beginning."""

    field: Text
    new: Text
    old: Text | None = None
    fields: Annotated[Mapping[str, Literal["stage", "outcome", "amount", "close_date", "owner"]], Field(min_length=1)]


class HistoryNotation(MappingModel):
    """`follow`: fields whose change from row to row is recorded. `taken_over`: words of the stage's column in whose
    rows the deal gets the owner of that row. `order`: of a deal's rows in the file."""

    follow: tuple[Followed, ...] = ()
    taken_over: Words = ()
    order: Literal["oldest_first", "newest_first", "by_date"] = "oldest_first"
    changes: ChangeLog | None = None


class DealMapping(TableMapping):
    mapping: Name
    kind: Literal["opportunities"]
    file: FileNotation = FileNotation()
    dates: DateNotation
    money: MoneyNotation | None = None
    prices: PriceListNotation | None = None
    pipeline: Pipeline | None = None
    fields: DealFields
    stages: StagesAndEnds = Field(default={})
    outcomes: StagesAndEnds = Field(default={})
    ignored: Words = ()
    reasons: Mapping[str, ReasonCode] = {}
    entered: Mapping[Slug, FieldCell] = {}
    owners: Mapping[str, Slug] = {}
    owner_table: OwnerTable | None = None
    join: Join | None = None
    history: HistoryNotation | None = None

    @cached_property
    def process(self) -> Process:
        return self.pipeline.process() if self.pipeline else DEFAULT

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The column that each field comes from."""
        cells: dict[str, Cell | None] = {name: getattr(self.fields, name) for name in DealFields.model_fields}
        labels = {name: cell.label for name, cell in cells.items() if cell is not None}
        return labels | {"external_id": self.fields.id.label}

    @model_validator(mode="after")
    def is_consistent(self) -> "DealMapping":
        for problem in problems(self):
            raise problem
        return self

    def cells(self) -> list[Cell]:
        fields = (getattr(self.fields, name) for name in DealFields.model_fields)
        currency = self.money.currency_column if self.money else None
        return [cell for cell in [*fields, *self.entered.values(), currency] if cell is not None]

    def all_columns(self) -> list[str]:
        """The columns, with those that the export may lack."""
        named = (column for cell in self.cells() for column in cell.columns)
        return list(dict.fromkeys([*self.columns(), *named]))

    def columns(self) -> list[str]:
        """The columns that the export must have, without those that a joined file has."""
        named = [column for cell in self.cells() for column in cell.needed_columns]
        changes = self.history.changes if self.history else None
        more = [self.join.key] if self.join else []
        more += [changes.field, *([changes.old] if changes.old else []), changes.new] if changes else []
        joined = self.join.columns if self.join else ()
        found = [*named, *self.filtered_columns(), *more]
        return [column for column in dict.fromkeys(found) if column not in joined]


def problems(mapping: DealMapping) -> Iterator[Misplaced]:
    """The contradictions between two places of the mapping."""
    rules = [*field_rules(mapping), *stage_rules(mapping), *money_rules(mapping)]
    yield from (Misplaced(["fields"], text) for wrong, text in rules if wrong)
    yield from unknown_stages(mapping)


def field_rules(mapping: DealMapping) -> list[tuple[bool, str]]:
    fields = mapping.fields
    if mapping.history is None:
        return [
            (fields.opened is None, "the field opened is needed, or a history with the field at"),
            (fields.at is not None, "the field at belongs to a history"),
        ]
    is_log = mapping.history.changes is not None
    return [
        (fields.at is None, "a history needs the field at"),
        (is_log and fields.opened is None, "a change log needs the field opened"),
        (is_log and bool(mapping.history.follow), "a change log has all changes: it needs no follow"),
        (not is_log and bool(fields.opened or fields.closed or mapping.entered), NO_DATES_IN_HISTORY),
        (fields.id.column is None, "the id of a history must be a column"),
    ]


NO_DATES_IN_HISTORY = "a history cannot have the fields opened and closed, or entered"


def stage_rules(mapping: DealMapping) -> list[tuple[bool, str]]:
    fields = mapping.fields
    changes = mapping.history.changes if mapping.history else None
    has_outcome = fields.outcome is not None or (changes is not None and "outcome" in changes.fields.values())
    return [
        (
            fields.stage is not None and not mapping.stages,
            "the field stage needs stages, the meanings of its words",
        ),
        (fields.stage is None and not mapping.entered, "the field stage is needed, or entered with a column a stage"),
        (fields.stage is None and mapping.history is not None, "a history needs the field stage"),
        (has_outcome != bool(mapping.outcomes), "the field outcome and outcomes need each other"),
    ]


def money_rules(mapping: DealMapping) -> list[tuple[bool, str]]:
    return [
        (mapping.money is None and bool(mapping.fields.amount or mapping.prices), "an amount needs money"),
        (mapping.fields.product is None and mapping.prices is not None, "prices need the field product"),
    ]


def unknown_stages(mapping: DealMapping) -> Iterator[Misplaced]:
    process = mapping.process
    known = [*(each.stage for each in process.stages), process.won, process.lost]
    ends = (OPEN, BY_STAGE, process.won, process.lost)
    named = [
        *((("stages", word), each.stage, known) for word, each in mapping.stages.items()),
        *((("outcomes", word), each.stage, ends) for word, each in mapping.outcomes.items()),
        *((("entered", stage), stage, known) for stage in mapping.entered),
    ]
    for path, stage, allowed in named:
        if stage is not None and stage not in allowed:
            yield Misplaced(path, f"the pipeline has no stage {stage!r}; it has {', '.join(known)}")
