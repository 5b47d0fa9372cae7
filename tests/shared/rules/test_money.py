"""Money: exact, in one currency, printed as the currency is written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.rules.money import LARGEST, Money, format_amount, minor_units, to_minor_units, total

cents = st.integers(0, 10**12).map(lambda n: Decimal(n) / 100)


@pytest.mark.parametrize(
    ("amount", "currency", "printed"),
    [
        ("1234.5", "EUR", "1234.50"),
        ("1000", "JPY", "1000"),
        ("0", "USD", "0.00"),
        ("1.234", "KWD", "1.234"),
        ("100000000000000", "EUR", "100000000000000.00"),
    ],
)
def test_an_amount_is_printed_with_the_decimals_of_its_currency(amount: str, currency: str, printed: str) -> None:
    money = Money.model_validate_json(f'{{"amount": "{amount}", "currency": "{currency}"}}')
    assert money.model_dump(mode="json") == {"amount": printed, "currency": currency}


@pytest.mark.parametrize(
    "body",
    [
        '{"amount": 12.5, "currency": "EUR"}',
        '{"amount": 12, "currency": "EUR"}',
        '{"amount": true, "currency": "EUR"}',
        '{"amount": "12.345", "currency": "EUR"}',
        '{"amount": "1.5", "currency": "JPY"}',
        '{"amount": "-1", "currency": "EUR"}',
        '{"amount": "1e3", "currency": "EUR"}',
        '{"amount": "NaN", "currency": "EUR"}',
        '{"amount": "1_000", "currency": "EUR"}',
        '{"amount": "1,5", "currency": "EUR"}',
        '{"amount": " 1", "currency": "EUR"}',
        '{"amount": "1000000000000000", "currency": "EUR"}',
        '{"amount": "1", "currency": "eur"}',
        '{"amount": "1", "currency": "XYZ"}',
        '{"amount": "1", "currency": "XXX"}',
        '{"amount": "1", "currency": "XAU"}',
        '{"amount": "1"}',
    ],
)
def test_an_invalid_amount_is_refused(body: str) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate_json(body)


@given(st.lists(cents, max_size=50))
def test_sums_are_exact_in_any_order(amounts: list[Decimal]) -> None:
    assert total(amounts) == total(reversed(amounts)) == Decimal(sum(int(amount * 100) for amount in amounts)) / 100


@given(cents)
def test_a_printed_amount_is_read_as_the_same(amount: Decimal) -> None:
    assert Decimal(format_amount(amount, "EUR")) == to_minor_units(amount, "EUR") == amount


def test_halves_go_to_the_even_neighbour() -> None:
    assert [format_amount(Decimal(text), "EUR") for text in ("0.005", "0.015", "0.025")] == ["0.00", "0.02", "0.02"]


def test_an_amount_that_rounds_to_zero_has_no_sign() -> None:
    assert [format_amount(Decimal(text), "EUR") for text in ("-0.004", "-0", "-0.006")] == ["0.00", "0.00", "-0.01"]


def test_no_currency_needs_more_decimals_than_are_stored() -> None:
    assert minor_units("CLF") == 4
    assert len(str(LARGEST)) + 4 < 24
