"""A mapping of quotas, as its YAML file says it."""

from typing import Literal

from pydantic import model_validator

from funnelcast.importing.mapping.cell import Field
from funnelcast.importing.mapping.model import MappingModel, Name
from funnelcast.importing.mapping.notation import DateNotation, FileNotation, MoneyNotation
from funnelcast.importing.mapping.tables import TableMapping


class QuotaFields(MappingModel):
    """`node`: the node's id, or the name that it was made of. `starts`: since when the quota is in force."""

    node: Field
    period: Field
    amount: Field
    motion: Field | None = None
    starts: Field | None = None


class QuotaMapping(TableMapping):
    mapping: Name
    kind: Literal["quotas"]
    file: FileNotation = FileNotation()
    money: MoneyNotation = MoneyNotation()
    dates: DateNotation | None = None
    fields: QuotaFields

    @model_validator(mode="after")
    def has_dates(self) -> "QuotaMapping":
        if self.fields.starts is not None and self.dates is None:
            raise ValueError("the field starts needs dates")
        return self

    def columns(self) -> list[str]:
        """The columns that the export must have."""
        fields = (getattr(self.fields, name) for name in QuotaFields.model_fields)
        cells = [*fields, self.money.currency_column]
        named = [column for cell in cells if cell is not None for column in cell.needed_columns]
        return list(dict.fromkeys([*named, *self.filtered_columns()]))
