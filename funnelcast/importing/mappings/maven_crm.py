"""`maven-crm`: the CRM export of a hardware seller; one row a deal, two dates, no stage history.

What the export does not say is filled in and marked, never zero: a deal carries its product's list price as an
estimate until it is won, and keeps it when it is lost, for the `close_value` of 0 says nothing there. A day is taken as
its noon in UTC, so that it is the same day in all time zones near.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from funnelcast.importing.cells import day, named, noon, number, slug
from funnelcast.importing.export import Row, Unfit, table
from funnelcast.importing.mapping import Beside, Body, Mapped, Mapping, Part, ToCommands, row_by_row
from funnelcast.importing.prices import Prices, price_list

UNKNOWN_ACCOUNT = "unknown"
COMPANY = "company"


# -- the org: agent, manager, region, company ------------------------------------------------------------------------


def to_nodes(row: Row) -> Mapped:
    """From the top down. The same node comes again with every row below it."""
    region, manager, agent = (named(row, column) for column in ("regional_office", "manager", "sales_agent"))
    return Mapped(
        [
            node(COMPANY, "Company", "unit", None),
            node(slug(region), region, "unit", COMPANY),
            node(slug(manager), manager, "person", slug(region)),
            node(slug(agent), agent, "person", slug(manager)),
        ]
    )


def node(node_id: str, name: str, kind: str, parent: str | None) -> Body:
    return {"node_id": node_id, "name": name, "kind": kind, "parent": parent}


def open_org(beside: Beside) -> tuple[ToCommands, Sequence[str]]:
    return row_by_row(to_nodes), ()


# -- opportunities ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deals:
    """Rows of `sales_pipeline.csv`, with what was read from the files beside it."""

    currency: str
    prices: Prices
    accounts: frozenset[str] | None

    def __call__(self, row: Row) -> Mapped:
        notes: list[str] = []
        facts = self.facts(row, notes)
        return Mapped([{"external_id": f"maven:{named(row, 'opportunity_id')}", "facts": facts}], notes)

    def facts(self, row: Row, notes: list[str]) -> list[Body]:
        """A later export that knows more about a deal begins with the same facts, and so adds to what is stored."""
        opened = self.opened(row, notes)
        match named(row, "deal_stage"):
            case "Prospecting":
                notes += self.still_open(row, opened)
                return [opened]
            case "Engaging":
                notes += self.still_open(row, opened)
                return engaged(row, opened)
            case "Won":
                return [*engaged(row, opened), self.won(row, notes)]
            case "Lost":
                notes += lost_without_amount(opened)
                return [*engaged(row, opened), {"command": "lose", "reason": "other", "occurred_at": ended(row)}]
            case stage:
                raise Unfit(f"deal_stage {stage!r} is none of Prospecting, Engaging, Won, Lost")

    def still_open(self, row: Row, opened: Body) -> list[str]:
        if said := [column for column in ("close_date", "close_value") if row[column]]:
            raise Unfit(f"a deal in {row['deal_stage']} has a {' and a '.join(said)}")
        amount = "amount estimated from the price list" if "amount" in opened else "amount unknown"
        return [f"open: {amount}", "open: no close date, so in no period's forecast"]

    def opened(self, row: Row, notes: list[str]) -> Body:
        product, account = self.product(row, notes), self.account(row, notes)
        return {
            "command": "open",
            "name": f"{product} for {account}",
            "account": account,
            "owner": slug(named(row, "sales_agent")),
            "motion": "new_business",
            "product": product,
            **self.estimate(product),
        }

    def product(self, row: Row, notes: list[str]) -> str:
        written = named(row, "product")
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
    """The export's first date: the deal is opened and enters its stage at once."""
    at = noon(day(row, "engage_date"))
    return [opened | {"occurred_at": at}, {"command": "enter_stage", "to_stage": "proposal", "occurred_at": at}]


def lost_without_amount(opened: Body) -> list[str]:
    return [f"lost: {'the estimated amount stays' if 'amount' in opened else 'amount unknown'}, close_value not taken"]


def ended(row: Row) -> str:
    if day(row, "close_date") < day(row, "engage_date"):
        raise Unfit("close_date lies before engage_date")
    return noon(day(row, "close_date"))


def open_deals(beside: Beside) -> tuple[ToCommands, Sequence[str]]:
    products, accounts = beside.folder / "products.csv", beside.folder / "accounts.csv"
    without = {products: "open deals have no amount", accounts: "account names are not checked"}
    missing = [f"{file.name} does not lie beside the file: {so}" for file, so in without.items() if not file.exists()]
    known = frozenset(row["account"] for row in table(accounts, ["account"])) if accounts.exists() else None
    prices = price_list(products, "product", "sales_price", number) if products.exists() else Prices()
    return row_by_row(Deals(beside.currency, prices, known)), missing


ORG_COLUMNS = ("sales_agent", "manager", "regional_office")
DEAL_COLUMNS = (
    *("opportunity_id", "sales_agent", "product", "account"),
    *("deal_stage", "engage_date", "close_date", "close_value"),
)
MAPPING = Mapping("maven-crm", [Part("org", ORG_COLUMNS, open_org), Part("opportunities", DEAL_COLUMNS, open_deals)])
