"""A price list, for deals whose amount the export does not say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from funnelcast.failure import Failed
from funnelcast.importing.files.export import read_table
from funnelcast.importing.files.row import InvalidRow, Row


@dataclass(frozen=True)
class PriceList:
    """The names and prices of products, by name without blanks: an export may say `GTXPro`, the list `GTX Pro`."""

    products: dict[str, tuple[str, str]] = field(default_factory=dict)

    def name(self, product: str) -> str:
        return self.products.get(squeezed(product), (product, ""))[0]

    def price(self, product: str) -> str | None:
        return self.products.get(squeezed(product), ("", None))[1]


def squeezed(product: str) -> str:
    return "".join(product.split()).casefold()


def read_prices(file: Path, product: str, price: str, number: Callable[[Row, str], str]) -> PriceList:
    """`product`, `price`: columns of the file. Raises `Failed` when one of the prices is no number."""
    listed = {}
    for row in read_table(file, [product, price]):
        try:
            listed[squeezed(row[product])] = (row[product], number(row, price))
        except InvalidRow as invalid:
            raise Failed(f"{file}, line {row.line}: {invalid}") from None
    return PriceList(listed)
