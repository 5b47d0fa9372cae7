"""The rows of an export that count, and what other files beside it add."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from funnelcast.importing.files.row import Row
from funnelcast.importing.mapping.model import MappingModel, Text, Words


def in_lower_case(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)


Columns = Mapping[Text, Words]


class TableMapping(MappingModel):
    """`blank`: words that mean an empty cell. `only`, `skip`: words of a column whose rows count, or do not."""

    blank: Annotated[Words, AfterValidator(in_lower_case)] = ()
    ignore_case: bool = False
    only: Columns = Field(default={})
    skip: Columns = Field(default={})

    def filtered_columns(self) -> list[str]:
        return [*self.only, *self.skip]

    def counts(self, row: Row) -> bool:
        return all(is_among(row, column, words) for column, words in self.only.items()) and not any(
            is_among(row, column, words) for column, words in self.skip.items()
        )


def is_among(row: Row, column: str, words: tuple[str, ...]) -> bool:
    text = row[column]
    return text in words or (row.columns.ignore_case and text.lower() in in_lower_case(words))


class Join(MappingModel):
    """A file beside the export: the row whose `match` is the same as the export's `key` adds these columns."""

    file: Text
    key: Text
    match: Text
    columns: Annotated[Words, Field(min_length=1)]


class OwnerTable(MappingModel):
    """A file beside the export, with the name or address of an owner and the node in the organisation."""

    file: Text
    name: Text
    node: Text

    @model_validator(mode="after")
    def has_two_columns(self) -> "OwnerTable":
        if self.name == self.node:
            raise ValueError("name and node must be two columns")
        return self
