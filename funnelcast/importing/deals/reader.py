"""Reads the fields of a deal from a row, as a mapping says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from funnelcast.failure import Failed
from funnelcast.importing.cells.amounts import Amounts, ReadAmount
from funnelcast.importing.cells.dates import Dates, Moment
from funnelcast.importing.cells.names import NodeIds, external_id, same_name, without_address
from funnelcast.importing.deals.history import DealHistory
from funnelcast.importing.deals.prices import PriceList, read_prices
from funnelcast.importing.deals.words import WordTable
from funnelcast.importing.files.export import read_table
from funnelcast.importing.files.row import InvalidRow, Row, invalid_cell, shortened
from funnelcast.importing.mapping.cell import Cell, unknown_word
from funnelcast.importing.mapping.deals import ANY_OTHER, DealFields, DealMapping
from funnelcast.importing.mapping.notation import MoneyNotation
from funnelcast.importing.mapping.stages import StageOrEnd
from funnelcast.importing.record import Body, ExportContext, MappedRecord
from services.pipeline.opportunity.events import Approach, Motion

T = TypeVar("T")
LONGEST_LINE = 200
NODE_ID = re.compile(r"[a-z0-9._-]{1,100}")
EXPECTED_NODE = ("an id of a-z, 0-9, dots and dashes", "ada-krueger")


@dataclass(frozen=True)
class DealReader:
    mapping: DealMapping
    dates: Dates
    amounts: Amounts | None
    prices: PriceList
    owners: NodeIds
    stages: WordTable[StageOrEnd]
    outcomes: WordTable[StageOrEnd]
    reasons: WordTable[str]
    ignored: WordTable[bool]
    made: datetime

    @property
    def fields(self) -> DealFields:
        return self.mapping.fields

    def new_history(self) -> DealHistory:
        return DealHistory(self.made)

    # -- single fields -----------------------------------------------------------------------------------------------

    def moment(self, cell: Cell, row: Row) -> Moment:
        text = cell.read(row)
        if not text:
            raise invalid_cell(
                cell.label, "", f"a date written as {' or '.join(self.dates.patterns)}", self.dates.example()
            )
        return self.dates.moment(cell.label, text)

    def moment_if_any(self, cell: Cell | None, row: Row) -> Moment | None:
        text = cell.read(row) if cell else ""
        return self.dates.moment(cell.label, text) if cell and text else None

    def close_date(self, row: Row) -> date | None:
        found = self.moment_if_any(self.fields.close_date, row)
        return found.day if found else None

    def amount(self, row: Row, notes: list[str]) -> ReadAmount | None:
        cell = self.fields.amount
        return self.amount_of(cell.label, cell.read(row), row, notes) if cell else None

    def amount_of(self, label: str, text: str, row: Row, notes: list[str]) -> ReadAmount | None:
        money = self.amounts.money(label, text, row) if self.amounts else None
        if money is not None and money.rounded:
            notes.append(f"{label} has more decimals than {money.currency}: rounded")
        return money

    def owner(self, row: Row, notes: list[str]) -> str:
        return self.owner_of(self.fields.owner.label, self.fields.owner.needed(row), notes)

    def owner_of(self, label: str, text: str, notes: list[str]) -> str:
        return self.owners.of(label, text, notes)

    def product(self, row: Row) -> str:
        text = self.fields.product.read(row) if self.fields.product else ""
        return self.prices.name(one_line(self.fields.product.label, text)) if self.fields.product and text else ""

    def target(self, label: str, word: str) -> StageOrEnd | None:
        """The place where a word of the stage's column puts the deal; None for a word that is ignored."""
        return meaning(self.stages, self.ignored, label, word)

    def outcome(self, label: str, word: str) -> StageOrEnd | None:
        return meaning(self.outcomes, self.ignored, label, word)

    def reason(self, row: Row) -> str:
        """`other` for a blank that the mapping does not list."""
        cell = self.fields.reason
        word = cell.read(row) if cell else ""
        found = self.reasons.get(word) or (self.reasons.get(ANY_OTHER) if word else None)
        if found is None and cell and word:
            raise unknown_word(cell.label, word, self.mapping.reasons)
        return found or "other"

    # -- several -----------------------------------------------------------------------------------------------------

    def opening(self, row: Row, notes: list[str]) -> Body:
        """The fields of the command that opens the deal, without amount and dates."""
        fields, product = self.fields, self.product(row)
        pipeline = {"pipeline": self.mapping.pipeline.name} if self.mapping.pipeline else {}
        approach = listed_word(fields.approach, fields.approach.read(row), Approach) if fields.approach else ""
        return {
            "name": fields.name.needed(row)[:4000],
            "account": label_of(fields.account, fields.account.needed(row), notes),
            "owner": self.owner(row, notes),
            "motion": listed_word(fields.motion, fields.motion.needed(row), Motion),
            **({"approach": approach} if approach else {}),
            **({"product": label_of(fields.product, product, notes)} if fields.product and product else {}),
            **pipeline,
        }

    def priced(self, row: Row, notes: list[str]) -> Body:
        """The amount that the export says, else the price list's as an estimate, else none."""
        if money := self.amount(row, notes):
            if not money.amount.strip("0."):
                notes.append("the amount is 0")
            return {"amount": money.body()}
        product = self.product(row)
        price = self.prices.price(product) if product else None
        if price is None or self.amounts is None:
            notes.append("amount unknown")
            return {}
        notes.append("amount estimated from the price list")
        return {"amount": {"amount": price, "currency": self.currency(row)}, "amount_estimated": True}

    def currency(self, row: Row) -> str:
        found = self.amounts.currency_in(row) if self.amounts else None
        if found is None:
            raise InvalidRow("a price of the price list needs a currency for all amounts, or a column with it")
        return found

    def mapped(self, history: DealHistory, row: Row) -> MappedRecord:
        cell = self.fields.id
        known_by = external_id(self.mapping.mapping, cell.label, cell.needed(row), history.notes)
        return MappedRecord(
            [{"external_id": known_by, "facts": history.dated_facts()}], history.notes, self.mapping.labels
        )


def meaning(table: WordTable[T], ignored: WordTable[bool], label: str, word: str) -> T | None:
    found = table.get(word)
    if found is None and not ignored.get(word):
        if not word:
            raise InvalidRow(f"{label} is empty, and a value is needed")
        raise unknown_word(label, word, table.meanings)
    return found


def one_line(label: str, text: str) -> str:
    """The text without line breaks; refused when it is longer than the service keeps."""
    found = " ".join(text.split())
    if len(found) > LONGEST_LINE:
        raise InvalidRow(f"{label} {shortened(found)!r} is too long: at most {LONGEST_LINE} characters are expected")
    return found


def label_of(cell: Cell, text: str, notes: list[str]) -> str:
    """A line that everybody who reads events may see."""
    return without_address(cell.label, one_line(cell.label, text), notes)


def listed_word(cell: Cell, word: str, words: type[Motion] | type[Approach]) -> str:
    if word and word not in list(words):
        raise invalid_cell(cell.label, word, f"one of {', '.join(words)}", next(iter(words)))
    return word


# -- from the mapping ------------------------------------------------------------------------------------------------


def open_reader(mapping: DealMapping, context: ExportContext) -> tuple[DealReader, Sequence[str]]:
    """The reader, and which files beside the export are missing."""
    prices, missing = price_list(mapping, context)
    reader = DealReader(
        mapping,
        mapping.dates.dates(),
        amounts_of(mapping, context),
        prices,
        NodeIds({**owners_in_file(mapping, context), **mapping.owners}),
        WordTable(mapping.stages, mapping.ignore_case),
        WordTable(mapping.outcomes, mapping.ignore_case),
        WordTable(mapping.reasons, mapping.ignore_case),
        WordTable(dict.fromkeys(mapping.ignored, True), mapping.ignore_case),
        context.made,
    )
    return reader, missing


def amounts_of(mapping: DealMapping, context: ExportContext) -> Amounts | None:
    if mapping.money is None:
        return None
    must_have_currency(mapping.money, context)
    return mapping.money.amounts(context.currency)


def must_have_currency(money: MoneyNotation, context: ExportContext) -> None:
    if context.currency is None and money.needs_currency(context.columns):
        raise Failed("the mapping names no currency (money.currency): --currency can say it, such as --currency EUR")


def price_list(mapping: DealMapping, context: ExportContext) -> tuple[PriceList, Sequence[str]]:
    notation = mapping.prices
    if notation is None:
        return PriceList(), ()
    file = context.folder / notation.file
    if not file.exists():
        return PriceList(), [f"{notation.file} does not lie beside the file: amounts that it does not say are unknown"]
    return read_prices(file, notation.product, notation.price, notation.number), ()


def owners_in_file(mapping: DealMapping, context: ExportContext) -> Mapping[str, str]:
    table = mapping.owner_table
    if table is None:
        return {}
    file = context.folder / table.file
    if not file.exists():
        raise Failed(f"{table.file} must lie beside the file: the mapping takes the owners' nodes from it")
    found = dict[str, Row]()
    for row in read_table(file, [table.name, table.node]):
        name, node = row[table.name], row[table.node]
        if name and not NODE_ID.fullmatch(node):
            raise Failed(f"{file}, line {row.line}: {invalid_cell(table.node, node, *EXPECTED_NODE)}")
        first = found.setdefault(same_name(name), row)
        if name and first[table.node] != node:
            raise Failed(
                f"{file}, line {row.line}: {table.name} {shortened(name)!r} is {node!r}, "
                f"and {first[table.node]!r} in line {first.line}: an owner is one node"
            )
    return {row[table.name]: row[table.node] for name, row in found.items() if name}
