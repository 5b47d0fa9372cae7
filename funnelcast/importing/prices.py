"""A price list, for what deals whose amount nobody wrote down may bring."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from funnelcast.failure import Failed
from funnelcast.importing.export import Row, Unfit, table


@dataclass(frozen=True)
class Prices:
    """By the product's name without spaces: one file may write `GTXPro`, the list `GTX Pro`."""

    listed: dict[str, tuple[str, str]] = field(default_factory=dict)

    def name(self, product: str) -> str:
        return self.listed.get(squeezed(product), (product, ""))[0]

    def price(self, product: str) -> str | None:
        return self.listed.get(squeezed(product), ("", None))[1]


def squeezed(product: str) -> str:
    return "".join(product.split()).casefold()


def price_list(file: Path, product: str, price: str, number: Callable[[Row, str], str]) -> Prices:
    """`product`, `price`: columns of the file. Raises `Failed` when one of the prices is none."""
    listed = {}
    for row in table(file, [product, price]):
        try:
            listed[squeezed(row[product])] = (row[product], number(row, price))
        except Unfit as unfit:
            raise Failed(f"{file}, line {row.line}: {unfit}") from None
    return Prices(listed)
