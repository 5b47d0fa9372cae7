"""The cell of a field's value: a column, a text made of columns, or the first column that is not blank."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from string import Formatter
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from funnelcast.importing.files.row import InvalidRow, Row, shortened
from funnelcast.importing.mapping.model import MappingModel, Text, Words


class Cell(MappingModel):
    """`text`: with `{column}` for what is in a column. `default`: for a blank cell. `blank`: words that mean a blank
    cell. `words`: what each word of the column means; a word that is not listed refuses the row. `optional`: an export
    without the column has blanks in it."""

    column: Text | None = None
    text: Text | None = None
    first: "tuple[Field, ...]" = ()
    default: Text | None = None
    optional: bool = False
    blank: Words = ()
    words: Mapping[str, str] = {}

    @model_validator(mode="after")
    def has_one_origin(self) -> "Cell":
        if sum((self.column is not None, self.text is not None, bool(self.first))) != 1:
            raise ValueError("one of column, text and first is needed")
        if self.text is not None:
            _ = self.pieces
        return self

    @property
    def label(self) -> str:
        """The cell's name in messages."""
        return self.column or self.text or " or ".join(each.label for each in self.first)

    @cached_property
    def pieces(self) -> Sequence[tuple[str, str | None]]:
        """Literal text, and the column that follows it."""
        return pieces_of(self.text or "")

    @cached_property
    def columns(self) -> list[str]:
        if self.column is not None:
            return [self.column]
        inner = [column for each in self.first for column in each.columns]
        return inner + [column for _, column in self.pieces if column]

    @cached_property
    def needed_columns(self) -> list[str]:
        """The columns that the export must have."""
        if self.optional:
            return []
        inner = [column for each in self.first for column in each.needed_columns]
        return inner if self.first else self.columns

    def read(self, row: Row) -> str:
        """The text; empty when the cell is blank and there is no default. A text with a blank column in it is
        refused."""
        found = self.written(row)
        if not found or found in self.blank:
            return self.default or ""
        return self.meaning(found, row) if self.words else found

    def needed(self, row: Row) -> str:
        found = self.read(row)
        if not found:
            raise InvalidRow(f"{self.label} is empty, and a value is needed")
        return found

    def written(self, row: Row) -> str:
        if self.column is not None:
            return row[self.column]
        if self.text is None:
            return next((found for each in self.first if (found := each.read(row))), "")
        if empty := [column for column in self.columns if not row[column]]:
            if self.default is not None:
                return ""
            raise InvalidRow(f"{empty[0]} is empty, and a value is needed")
        return "".join(literal + (row[column] if column else "") for literal, column in self.pieces)

    def meaning(self, word: str, row: Row) -> str:
        found = self.words.get(word)
        if found is None and row.columns.ignore_case:
            found = self.words_in_lower_case.get(word.lower())
        if found is None:
            raise unknown_word(self.label, word, self.words)
        return found

    @cached_property
    def words_in_lower_case(self) -> Mapping[str, str]:
        return {word.lower(): meaning for word, meaning in self.words.items()}


def pieces_of(text: str) -> Sequence[tuple[str, str | None]]:
    """Raises `ValueError` for what only Python's own texts may have in braces."""
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        raise ValueError(f"{text!r} has a brace without its other half; for a brace itself write two of it") from None
    for _, column, form, conversion in parsed:
        if column is not None and (not column.strip() or form or conversion):
            raise ValueError(f"{text!r}: between braces a column's name is expected, without ! or :, such as {{Name}}")
    return [(literal, column) for literal, column, _, _ in parsed]


def unknown_word(label: str, word: str, words: Mapping[str, object]) -> InvalidRow:
    listed = ", ".join(repr(each) for each in list(words)[:20])
    return InvalidRow(f"{label} {shortened(word)!r} is not among the words that the mapping lists: {listed}")


def cell(value: Any) -> Any:
    if isinstance(value, list):
        raise ValueError("a column's name is expected, or more about it, such as {column: Company}")
    return {"column": value} if isinstance(value, str) else value


Field = Annotated[Cell, BeforeValidator(cell)]
Cell.model_rebuild()
