"""`maven-crm`: the CRM export of a hardware seller; a row is a deal, with two dates and no stage history.

What the export does not say is filled in and counted, never zero. A deal has its product's list price as an estimate
until it is won, and keeps it when it is lost, because the `close_value` of 0 says nothing there. A day is its noon in
UTC, so that it is the same day in all time zones near.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from funnelcast.importing.cells.amounts import Amounts
from funnelcast.importing.cells.names import external_id, slug
from funnelcast.importing.deals.prices import PriceList, read_prices
from funnelcast.importing.files.export import read_table
from funnelcast.importing.files.row import InvalidRow, Row, invalid_cell
from funnelcast.importing.record import (
    Body,
    ExportContext,
    ExportKind,
    MappedRecord,
    MapRecord,
    NamedMapping,
    row_by_row,
)

UNKNOWN_ACCOUNT = "unknown"
COMPANY = "company"
DEFAULT_CURRENCY = "USD"
NUMBERS = Amounts()
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def needed(row: Row, column: str) -> str:
    if not row[column]:
        raise InvalidRow(f"{column} is empty, and a value is needed")
    return row[column]


def day(row: Row, column: str) -> date:
    text = row[column]
    if not DAY.fullmatch(text):
        raise invalid_cell(column, text, "a day", "2017-03-01")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRow(f"{column} {text!r} is no day of the calendar; expected is a day such as 2017-03-01") from None


def number(row: Row, column: str) -> str:
    return NUMBERS.number(column, row[column])


def noon(day: date) -> str:
    return f"{day.isoformat()}T12:00:00Z"


# -- the organisation: agent, manager, region, company ---------------------------------------------------------------


def nodes_of(row: Row) -> MappedRecord:
    """The nodes of a row, from the top down. The same node comes again with every row below it."""
    region, manager, agent = (needed(row, column) for column in ("regional_office", "manager", "sales_agent"))
    return MappedRecord(
        [
            node(COMPANY, "Company", "unit", None),
            node(slug(region), region, "unit", COMPANY),
            node(slug(manager), manager, "person", slug(region)),
            node(slug(agent), agent, "person", slug(manager)),
        ]
    )


def node(node_id: str, name: str, kind: str, parent: str | None) -> Body:
    return {"node_id": node_id, "name": name, "kind": kind, "parent": parent}


def open_org(context: ExportContext) -> tuple[MapRecord, Sequence[str]]:
    return row_by_row(nodes_of), ()


# -- opportunities ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DealMapper:
    """Maps rows of `sales_pipeline.csv`, with what was read from the files beside it."""

    currency: str
    prices: PriceList
    accounts: frozenset[str] | None

    def __call__(self, row: Row) -> MappedRecord:
        notes: list[str] = []
        known_by = external_id("maven", "opportunity_id", needed(row, "opportunity_id"), notes)
        return MappedRecord([{"external_id": known_by, "facts": self.facts(row, notes)}], notes)

    def facts(self, row: Row, notes: list[str]) -> list[Body]:
        """A later export that knows more about a deal begins with the same commands, and so adds to what is stored."""
        opened = self.opened(row, notes)
        match needed(row, "deal_stage"):
            case "Prospecting":
                notes += self.notes_on_open(row, opened)
                return [opened]
            case "Engaging":
                notes += self.notes_on_open(row, opened)
                return engaged(row, opened)
            case "Won":
                return [*engaged(row, opened), self.won(row, notes)]
            case "Lost":
                notes += notes_on_lost(opened)
                return [*engaged(row, opened), *lost(row)]
            case stage:
                raise invalid_cell("deal_stage", stage, "one of Prospecting, Engaging, Won, Lost", "Won")

    def notes_on_open(self, row: Row, opened: Body) -> list[str]:
        if filled := [column for column in ("close_date", "close_value") if row[column]]:
            raise InvalidRow(f"a deal in {row['deal_stage']} has a {' and a '.join(filled)}, and should have none")
        amount = "amount estimated from the price list" if "amount" in opened else "amount unknown"
        return [f"open: {amount}", "open: no close date, so in no period's forecast"]

    def opened(self, row: Row, notes: list[str]) -> Body:
        product, account = self.product(row, notes), self.account(row, notes)
        return {
            "command": "open",
            "name": f"{product} for {account}",
            "account": account,
            "owner": slug(needed(row, "sales_agent")),
            "motion": "new_business",
            "product": product,
            **self.estimate(product),
        }

    def product(self, row: Row, notes: list[str]) -> str:
        written = needed(row, "product")
        name = self.prices.name(written)
        if name != written:
            notes.append(f"product {written!r} taken for {name!r} of the price list")
        return name

    def account(self, row: Row, notes: list[str]) -> str:
        account = row["account"]
        if not account:
            notes.append(f"account missing: {UNKNOWN_ACCOUNT!r} stands for it")
        elif self.accounts is not None and account not in self.accounts:
            notes.append("account not in accounts.csv")
        return account or UNKNOWN_ACCOUNT

    def estimate(self, product: str) -> Body:
        price = self.prices.price(product)
        if price is None:
            return {}
        return {"amount": {"amount": price, "currency": self.currency}, "amount_estimated": True}

    def won(self, row: Row, notes: list[str]) -> Body:
        value = number(row, "close_value")
        if not value.strip("0."):
            notes.append("won at 0")
        amount = {"amount": value, "currency": self.currency}
        return {"command": "win", "amount": amount, "close_date": row["close_date"], "occurred_at": ended(row)}


def engaged(row: Row, opened: Body) -> list[Body]:
    """Opens the deal at the export's first date, at which it enters its stage at once."""
    at = noon(day(row, "engage_date"))
    return [opened | {"occurred_at": at}, {"command": "enter_stage", "to_stage": "proposal", "occurred_at": at}]


def lost(row: Row) -> list[Body]:
    at = ended(row)
    closed = {"command": "set-close-date", "close_date": row["close_date"], "occurred_at": at}
    return [closed, {"command": "lose", "reason": "other", "occurred_at": at}]


def notes_on_lost(opened: Body) -> list[str]:
    return [f"lost: {'the estimated amount stays' if 'amount' in opened else 'amount unknown'}, close_value not taken"]


def ended(row: Row) -> str:
    if day(row, "close_date") < day(row, "engage_date"):
        raise InvalidRow(f"close_date {row['close_date']!r} lies before engage_date {row['engage_date']!r}")
    return noon(day(row, "close_date"))


def open_deals(context: ExportContext) -> tuple[MapRecord, Sequence[str]]:
    products, accounts = context.folder / "products.csv", context.folder / "accounts.csv"
    without = {products: "open deals have no amount", accounts: "account names are not checked"}
    missing = [f"{file.name} does not lie beside the file: {so}" for file, so in without.items() if not file.exists()]
    known = frozenset(row["account"] for row in read_table(accounts, ["account"])) if accounts.exists() else None
    prices = read_prices(products, "product", "sales_price", number) if products.exists() else PriceList()
    return row_by_row(DealMapper(context.currency or DEFAULT_CURRENCY, prices, known)), missing


ORG_COLUMNS = ("sales_agent", "manager", "regional_office")
DEAL_COLUMNS = (
    *("opportunity_id", "sales_agent", "product", "account"),
    *("deal_stage", "engage_date", "close_date", "close_value"),
)


def mapping() -> NamedMapping:
    kinds = [
        ExportKind("org", ORG_COLUMNS, open_org, name="maven"),
        ExportKind(
            "opportunities",
            DEAL_COLUMNS,
            open_deals,
            name="maven",
            compares=frozenset({"stage", "owner", "amount"}),
        ),
    ]
    return NamedMapping("maven-crm", kinds)
