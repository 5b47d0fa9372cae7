"""A mapping of the organisation from a list of its people, as its YAML file says it."""

from collections.abc import Mapping
from typing import Literal

from pydantic import model_validator

from funnelcast.importing.mapping.cell import Field
from funnelcast.importing.mapping.model import MappingModel, Name, Text
from funnelcast.importing.mapping.notation import DateNotation, FileNotation
from funnelcast.importing.mapping.tables import TableMapping
from shared.rules.fields import Slug

Role = Literal["person", "unit", "skip"]
Truth = Literal["yes", "no"]


class OrgFields(MappingModel):
    """`manager`: the id, the key or the name of the node above; blank for one that stands below the root. `key`:
    another id, by which managers are named. `unit`: the unit that one without a manager stands in. `starts`: since when
    it stands there. `ends`: since when it is inactive."""

    id: Field
    name: Field
    key: Field | None = None
    manager: Field | None = None
    unit: Field | None = None
    role: Field | None = None
    active: Field | None = None
    starts: Field | None = None
    ends: Field | None = None


class Root(MappingModel):
    """The node above those who have nobody above them."""

    id: Slug
    name: Text


class OrgMapping(TableMapping):
    mapping: Name
    kind: Literal["org"]
    file: FileNotation = FileNotation()
    dates: DateNotation | None = None
    fields: OrgFields
    root: Root | None = None
    roles: Mapping[str, Role] = {}
    active: Mapping[str, Truth] = {}

    @model_validator(mode="after")
    def is_consistent(self) -> "OrgMapping":
        fields = self.fields
        rules = (
            (bool(fields.starts or fields.ends) and self.dates is None, "the fields starts and ends need dates"),
            ((fields.role is None) == bool(self.roles), "the field role and roles need each other"),
            ((fields.active is None) == bool(self.active), "the field active and active's words need each other"),
            (fields.manager is None and fields.unit is None, "the field manager or the field unit is needed"),
            (fields.unit is not None and self.root is None, "units need a root above them"),
        )
        for wrong, text in rules:
            if wrong:
                raise ValueError(text)
        return self

    def columns(self) -> list[str]:
        """The columns that the export must have."""
        cells = (getattr(self.fields, name) for name in OrgFields.model_fields)
        named = [column for cell in cells if cell is not None for column in cell.needed_columns]
        return list(dict.fromkeys([*named, *self.filtered_columns()]))
