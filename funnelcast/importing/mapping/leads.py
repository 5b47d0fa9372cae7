"""A mapping of leads, as its YAML file says it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, model_validator

from funnelcast.importing.mapping.cell import Cell, Field, cell
from funnelcast.importing.mapping.model import MappingModel, Name, Text
from funnelcast.importing.mapping.notation import DateNotation, FileNotation
from funnelcast.importing.mapping.tables import TableMapping
from services.lead_intake.lead.events import ActivityKind, Source


class SourceMeaning(MappingModel):
    source: Source
    detail: Text | None = None


def source(value: Any) -> Any:
    return {"source": value} if isinstance(value, str) else value


KINDS = get_args(ActivityKind)


def kind_or_cell(value: Any) -> Any:
    """One of our own words stands for itself."""
    return {"text": value} if isinstance(value, str) and value in KINDS else cell(value)


class ActivityMapping(MappingModel):
    """An activity that a row records of its lead beside the capture. `when`: the cell that must not be blank, by
    default that of `at`; `at_least`: the number that it must reach. Without `at` it happened with the capture."""

    kind: Annotated[Cell, BeforeValidator(kind_or_cell)]
    at: Field | None = None
    when: Field | None = None
    at_least: Decimal | None = None
    purpose: Field | None = None

    @model_validator(mode="after")
    def depends_on_a_cell(self) -> "ActivityMapping":
        if self.when is None and (self.at is None or self.at_least is not None):
            raise ValueError("when is needed, unless a blank in the column of at means that nothing happened")
        return self

    def cells(self) -> list[Cell]:
        return [each for each in (self.kind, self.at, self.when, self.purpose) if each is not None]


class LeadFields(MappingModel):
    """E-mail or phone is needed."""

    id: Field
    source: Field
    at: Field
    email: Field | None = None
    phone: Field | None = None
    first_name: Field | None = None
    last_name: Field | None = None
    job_title: Field | None = None
    company_name: Field | None = None
    company_domain: Field | None = None
    country: Field | None = None
    industry: Field | None = None
    employees: Field | None = None
    utm_source: Field | None = None
    utm_medium: Field | None = None
    utm_campaign: Field | None = None
    utm_term: Field | None = None
    utm_content: Field | None = None
    landing_url: Field | None = None
    consent: Field | None = None
    consent_purpose: Field | None = None
    consent_text_version: Field | None = None
    consent_at: Field | None = None

    @model_validator(mode="after")
    def can_be_reached(self) -> "LeadFields":
        if self.email is None and self.phone is None:
            raise ValueError("the field email or the field phone is needed")
        return self

    @model_validator(mode="after")
    def consents_to_something(self) -> "LeadFields":
        if self.consent is not None and self.consent_purpose is None:
            raise ValueError("the field consent needs the field consent_purpose")
        return self


class LeadMapping(TableMapping):
    mapping: Name
    kind: Literal["leads"]
    file: FileNotation = FileNotation()
    dates: DateNotation
    fields: LeadFields
    activities: tuple[ActivityMapping, ...] = ()
    sources: Mapping[str, Annotated[SourceMeaning, BeforeValidator(source)]] = {}

    def columns(self) -> list[str]:
        """The columns that the export must have."""
        cells = [getattr(self.fields, name) for name in LeadFields.model_fields]
        cells += [cell for activity in self.activities for cell in activity.cells()]
        named = [column for cell in cells if cell is not None for column in cell.needed_columns]
        return list(dict.fromkeys([*named, *self.filtered_columns()]))
