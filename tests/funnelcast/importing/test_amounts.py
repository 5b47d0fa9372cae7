import pytest

from funnelcast.importing.amounts import Amounts
from funnelcast.importing.export import Row, Unfit


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "read"),
    [
        ("1054.50", ".", "", "1054.50"),
        ("0", ".", "", "0"),
        ("1.054,50", ",", ".", "1054.50"),
        ("1054,5", ",", ".", "1054.5"),
        ("1 234 567", ",", " ", "1234567"),
        ("1\u00a0234,00", ",", " ", "1234.00"),
        ("1'054.50", ".", "'", "1054.50"),
        ("1.054", ",", ".", "1054"),
        ("1.054", ".", ",", "1.054"),
    ],
)
def test_the_signs_are_read_as_the_mapping_says(text: str, decimal: str, thousands: str, read: str) -> None:
    assert Amounts(decimal, thousands, "EUR", None).number("value", text) == read


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"),
    [
        ("1,054", ".", ""),
        ("1.05", ",", "."),
        ("1,05,400", ".", ","),
        ("12,3456", ".", ","),
        ("1054.50", ",", "."),
        ("-5", ".", ""),
        ("€5", ".", ""),
        ("1.05E+04", ".", ""),
        ("(5)", ".", ""),
        ("", ".", ""),
    ],
)
def test_what_is_not_written_so_is_refused(text: str, decimal: str, thousands: str) -> None:
    with pytest.raises(Unfit, match=r"value .* is not a number such as|value is empty"):
        Amounts(decimal, thousands, "EUR", None).number("value", text)


def test_nothing_is_not_zero() -> None:
    assert Amounts(".", "", "EUR", None).money("value", "", Row(2, {})) is None


def test_the_currency_may_stand_in_a_column() -> None:
    amounts = Amounts(".", "", None, "Currency")
    assert amounts.money("value", "5", Row(2, {"Currency": "CHF"})) == {"amount": "5", "currency": "CHF"}
    with pytest.raises(Unfit, match="Currency '€' is not a currency's code"):
        amounts.money("value", "5", Row(2, {"Currency": "€"}))
