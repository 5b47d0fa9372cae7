"""Amounts as a mapping says that they are written: 1.054 is a thousand here and hardly more than one there."""

import re
from dataclasses import dataclass

from funnelcast.importing.export import Row, Unfit


@dataclass(frozen=True)
class Amounts:
    """`decimal`, `thousands`: the signs; no `thousands` means that there is none. `currency`, or the column with it."""

    decimal: str
    thousands: str
    currency: str | None
    currency_column: str | None

    def money(self, name: str, text: str, row: Row) -> dict[str, str] | None:
        """None where nothing is written: that is not zero."""
        return {"amount": self.number(name, text), "currency": self.currency_of(row)} if text else None

    def number(self, name: str, text: str) -> str:
        """Refuses signs, symbols, and thousands that are no thousands."""
        written = text.replace("\u00a0", " ").replace("\u202f", " ")
        if not re.fullmatch(self.pattern(), written):
            raise Unfit(f"{name} {text!r} is not a number such as {self.example()}" if text else f"{name} is empty")
        return written.replace(self.thousands, "").replace(self.decimal, ".")

    def pattern(self) -> str:
        grouped = f"|[0-9]{{1,3}}({re.escape(self.thousands)}[0-9]{{3}})+" if self.thousands else ""
        return f"([0-9]{{1,15}}{grouped})({re.escape(self.decimal)}[0-9]{{1,4}})?"

    def example(self) -> str:
        return f"1{self.thousands}054{self.decimal}50"

    def currency_of(self, row: Row) -> str:
        if self.currency is not None:
            return self.currency
        code = row[self.currency_column or ""]
        if not re.fullmatch("[A-Z]{3}", code):
            raise Unfit(f"{self.currency_column} {code!r} is not a currency's code such as EUR")
        return code
