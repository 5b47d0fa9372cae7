"""The text of a guessed mapping. What is not sure is marked with `# ?`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

import orjson

from funnelcast.failure import Failed
from funnelcast.importing.cells.amounts import SIGNS
from funnelcast.importing.cells.names import slug
from funnelcast.importing.files.export import file_rows, is_blank
from funnelcast.importing.files.layout import DEFAULT_LAYOUT, Layout
from funnelcast.importing.files.row import InvalidRow, shortened
from funnelcast.importing.files.workbook import is_workbook, sheet_names
from funnelcast.importing.guessing.columns import (
    CURRENCY,
    DATES,
    NEEDED,
    PIPELINE,
    Column,
    columns_of,
    currency_column,
    fields_of,
    first_named,
)
from funnelcast.importing.guessing.entered import entered_columns
from funnelcast.importing.guessing.notation import PIVOT, guess_dates, guess_numbers, has_currency_beside, unknown_signs
from funnelcast.importing.guessing.stages import UNKNOWN, distinct, guess_stage
from funnelcast.importing.mappings import names
from shared.rules.money import is_currency

MOST_ROWS = 10_000
HEADER_WITHIN = 30
ENCODINGS = ("utf-8", "cp1252")
BLANK_WORDS = {"-", "--", "n/a", "#n/a", "na", "nan", "none", "null", "select", "-none-", "(blank)", "unknown"}
PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _./()]*[A-Za-z0-9_./()])?")
HEADING = "# A guess from the first rows of {file}: read every line, and answer the lines marked with a question.\n"


def guess_mapping(file: Path) -> str:
    """Raises `Failed` for a file that cannot be read."""
    layout, rows = first_rows(file)
    header, below = split_at_header(file, rows)
    columns = without_blank_words(list(columns_of(header, below)))
    fields, currency, entered = fields_of(columns), currency_column(columns), entered_columns(columns)
    sections = [
        f"mapping: {name_of(file)}",
        "kind: opportunities",
        *file_lines(layout),
        *blank_lines(list(columns_of(header, below))),
        *pipeline_lines(first_named(PIPELINE, columns)),
        *date_lines([*(fields[field] for field in DATES if field in fields), *entered.values()]),
        *money_lines(fields, currency),
        *field_lines(fields, columns, [currency, *entered.values()]),
        *entered_lines(entered),
        *stage_lines(fields.get("stage")),
        *outcome_lines(fields.get("outcome")),
    ]
    return HEADING.format(file=file.name) + "\n".join(sections) + "\n"


def name_of(file: Path) -> str:
    """Another name than those of the mappings that are there."""
    name = "export"
    with suppress(InvalidRow):
        name = slug(file.name.partition(".")[0])[:40]
    return f"my-{name}" if name in names() else name


# -- the file --------------------------------------------------------------------------------------------------------


def first_rows(file: Path) -> tuple[Layout, Sequence[Sequence[str]]]:
    """The first rows; of a workbook, those of the sheet that has the most cells in a row."""
    if is_workbook(file):
        names = sheet_names(file)
        layouts = [Layout(sheet=name) for name in names] if len(names) > 1 else [Layout()]
        sheets = [(layout, rows_near_the_top(file, layout)) for layout in layouts]
        return max(sheets, key=lambda sheet: max(widths(sheet[1]), default=0))
    layout, rows = in_first_encoding(file)
    if max(widths(rows), default=0) < 2:
        whole = replace(layout, quoted_whole=True)
        return whole, rows_near_the_top(file, whole)
    return layout, rows


def in_first_encoding(file: Path) -> tuple[Layout, Sequence[Sequence[str]]]:
    first, *others = map(Layout, ENCODINGS)
    try:
        return first, rows_near_the_top(file, first)
    except Failed as failure:
        for layout in others:
            with suppress(Failed):
                return layout, rows_near_the_top(file, layout)
        raise failure


def rows_near_the_top(file: Path, layout: Layout) -> Sequence[Sequence[str]]:
    return [cells for _, cells in islice(file_rows(file, layout), HEADER_WITHIN + MOST_ROWS)]


def widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Cells that are not blank, of each row that may be the header."""
    return [sum(bool(cell.strip()) for cell in cells) for cells in rows[:HEADER_WITHIN]]


def split_at_header(file: Path, rows: Sequence[Sequence[str]]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """The header is the first row that has as many cells as any near the top."""
    cells_of_rows = widths(rows)
    if not cells_of_rows or max(cells_of_rows) < 2:
        raise Failed(f"{file} has no header of two columns or more")
    at = cells_of_rows.index(max(cells_of_rows))
    return rows[at], [cells for cells in rows[at + 1 :] if not is_blank(cells)]


def without_blank_words(columns: Sequence[Column]) -> list[Column]:
    return [
        Column(column.name, [value for value in column.values if value.strip().lower() not in BLANK_WORDS])
        for column in columns
    ]


# -- the mapping's parts ---------------------------------------------------------------------------------------------


def file_lines(layout: Layout) -> Iterator[str]:
    settings, questions = [], []
    if layout.encoding != DEFAULT_LAYOUT.encoding:
        settings.append(f"encoding: {layout.encoding}")
        questions.append("the file is not UTF-8")
    if layout.quoted_whole:
        settings.append("quoted_whole: true")
        questions.append("rows stand in quotes as a whole")
    if layout.sheet is not None:
        settings.append(f"sheet: {quoted(layout.sheet)}")
        questions.append("the workbook has several")
    if settings:
        yield f"file: {{{', '.join(settings)}}}{comment('; '.join(questions))}"


def blank_lines(columns: Sequence[Column]) -> Iterator[str]:
    values = (value.strip() for column in columns for value in column.values)
    words = list(dict.fromkeys(value for value in values if value.lower() in BLANK_WORDS))
    if words:
        yield f"blank: [{', '.join(map(quoted, words))}]  # ? do these mean an empty cell"


def pipeline_lines(column: Column | None) -> Iterator[str]:
    names = distinct(column.values) if column else []
    if column and len(names) > 1:
        yield f"# ? only: {{{quoted(column.name)}: {quoted(names[0])}}}  # the export has {len(names)} pipelines"


def date_lines(columns: Sequence[Column]) -> Iterator[str]:
    guess = guess_dates(value for column in columns for value in column.values)
    yield "dates:"
    yield f"  formats: [{', '.join(map(quoted, guess.patterns))}]{date_question(guess.rivals, guess.unread)}"
    if guess.needs_pivot:
        yield f"  pivot: {PIVOT}  # ? the first of the hundred years that two digits stand for"
    yield "  timezone: UTC  # ? the company's, such as Europe/Berlin"


def date_question(rivals: Sequence[str], unread: str | None) -> str:
    if unread is not None:
        return comment(f"no known format reads {shortened(unread)!r}")
    return comment(f"or {', '.join(rivals)}") if rivals else ""


def money_lines(fields: Mapping[str, Column], currency: Column | None) -> Iterator[str]:
    if "amount" not in fields:
        return
    values = fields["amount"].values
    symbols = unknown_signs(values)
    guess = guess_numbers(values, symbols)
    signs = f"  decimal: {quoted(guess.decimal)}\n  thousands: {quoted(guess.thousands)}"
    yield "money:"
    if guess.unread is not None:
        yield f"{signs}{comment(f'{shortened(guess.unread)!r} is not read')}"
    elif guess.rival is not None:
        decimal, thousands = map(quoted, guess.rival[:2])
        yield f"{signs}{comment(f'or decimal: {decimal}, thousands: {thousands}')}"
    else:
        yield signs
    if guess.grouping != "thousands":
        yield f"  grouping: {guess.grouping}"
    yield from currency_lines(values, currency, symbols)


def currency_lines(values: Sequence[str], currency: Column | None, symbols: Sequence[str]) -> Iterator[str]:
    if currency is not None:
        question = "" if first_named(CURRENCY, [currency]) else comment("is it the currency")
        yield f"  currency_column: {quoted(currency.name)}{question}"
    elif has_currency_beside(values, symbols):
        yield "  currency_beside: true"
    else:
        yield "  # ? currency: EUR"
    if unknown_words := [*symbols, *words_of_currencies(currency)]:
        unknown = ", ".join(f"{quoted(sign)}: '?'" for sign in unknown_words)
        yield f"  symbols: {{{unknown}}}{comment('which currency is it')}"


def words_of_currencies(column: Column | None) -> list[str]:
    words = distinct(column.values) if column else []
    return [word for word in words if word not in SIGNS and not is_currency(word.upper())]


def field_lines(
    fields: Mapping[str, Column], columns: Sequence[Column], others: Sequence[Column | None]
) -> Iterator[str]:
    yield "fields:"
    for field in NEEDED:
        if field not in fields:
            yield f"  {field}: '?'{comment('which column is it')}"
    for field, column in fields.items():
        has_blanks = field == "account" and len(column.values) < max(len(each.values) for each in columns)
        default = f"{{column: {quoted(column.name)}, default: unknown}}"
        yield f"  {field}: {default + comment('for blank cells') if has_blanks else quoted(column.name)}"
    if unused := [column.name for column in columns if column not in [*fields.values(), *others]]:
        yield f"  # not used: {', '.join(unused)}"


def entered_lines(entered: Mapping[str, Column]) -> Iterator[str]:
    if entered:
        yield "entered:"
    for stage, column in entered.items():
        yield f"  {stage}: {quoted(column.name)}{comment('is it this stage')}"


def stage_lines(column: Column | None) -> Iterator[str]:
    if column is None:
        return
    yield "stages:"
    for word in distinct(column.values):
        stage = guess_stage(word)
        yield f"  {quoted(word)}: {stage}" if stage else f"  {quoted(word)}: {UNKNOWN}{comment('which stage is it')}"


def outcome_lines(column: Column | None) -> Iterator[str]:
    """A status beside the stage says how deals have ended."""
    if column is None:
        return
    yield "outcomes:"
    for word in distinct(column.values):
        end = guess_stage(word)
        is_sure = word.casefold() == "open" or is_end(end)
        yield f"  {quoted(word)}: {end if is_end(end) else 'open'}{'' if is_sure else comment('open, won or lost')}"


def is_end(stage: str | None) -> bool:
    return stage is not None and (stage == "won" or stage.startswith("{"))


def comment(question: str) -> str:
    return f"  # ? {' '.join(question.split())}"


def quoted(text: str) -> str:
    return text if PLAIN.fullmatch(text) else orjson.dumps(text).decode()
