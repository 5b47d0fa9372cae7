import re

import pytest

from funnelcast.importing.cells.amounts import Amounts, Grouping, ReadAmount
from funnelcast.importing.files.row import InvalidRow
from funnelcast.importing.files.workbook import WorkbookNumber
from funnelcast.importing.mapping.cell import Cell
from tests.funnelcast.importing.mapped import row_of

NO_ROW = row_of(2, {})
EUR = Amounts(currency="EUR")
CURRENCY = Cell(column="Currency")
OWN_SIGNS = [
    ("₹5", "INR"),
    ("₺1,234.50", "TRY"),
    ("1,234.50 ₽", "RUB"),
    ("5 zł", "PLN"),
    ("\uffe65", "KRW"),
    ("\uff045", "USD"),
]


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "read"),
    [
        ("1054.50", ".", "", "1054.50"),
        ("0", ".", "", "0"),
        ("+100", ".", "", "100"),
        ("1.054,50", ",", ".", "1054.50"),
        ("1054,5", ",", ".", "1054.5"),
        ("1 234 567", ",", " ", "1234567"),
        ("1\u00a0234,00", ",", " ", "1234.00"),
        ("1\u202f234,00", ",", " ", "1234.00"),
        ("1'054.50", ".", "'", "1054.50"),
        ("1’054.50", ".", "'", "1054.50"),
        ("1.054", ",", ".", "1054"),
        ("1.05", ".", ",", "1.05"),
        ("\u0661\u066c\u0662\u0663\u0664\u066b\u0665", ".", ",", "1234.5"),
        ("\uff11\uff0c\uff12\uff13\uff14\uff0e\uff15", ".", ",", "1234.5"),
        ("\u0967\u0968\u0969", ".", "", "123"),
    ],
)
def test_an_amount_is_read_in_the_mappings_notation(text: str, decimal: str, thousands: str, read: str) -> None:
    assert Amounts(decimal, thousands, currency="EUR").money("value", text, NO_ROW) == ReadAmount(read, "EUR")


@pytest.mark.parametrize(
    ("text", "grouping", "read"),
    [("12,34,567", "indian", "1234567"), ("1,23,456.5", "indian", "123456.5"), ("1234,5678", "myriads", "12345678")],
)
def test_other_groupings_are_read_when_the_mapping_names_them(text: str, grouping: Grouping, read: str) -> None:
    assert Amounts(thousands=",", grouping=grouping).number("value", text) == read
    with pytest.raises(InvalidRow, match=r"a number is expected, such as 1,054\.50"):
        Amounts(thousands=",").number("value", text)


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"),
    [
        ("1,054", ".", ""),
        ("1.05", ",", "."),
        ("1,05,400", ".", ","),
        ("12,3456", ".", ","),
        ("1054.50", ",", "."),
        ("NaN", ".", ""),
        ("5 apples", ".", ""),
        ("15%", ".", ""),
        ("5²0", ".", ""),
    ],
)
def test_another_notation_is_refused_with_an_example(text: str, decimal: str, thousands: str) -> None:
    with pytest.raises(InvalidRow, match=r"value '.*': a number is expected, such as 1.?054"):
        Amounts(decimal, thousands, currency="EUR").money("value", text, NO_ROW)


@pytest.mark.parametrize("text", ["-5", "(1,234.00)", "500-", "$-5", "−5", "($5)"])
def test_a_negative_amount_is_called_negative(text: str) -> None:
    with pytest.raises(InvalidRow, match="is negative: an amount is 0 or more"):
        Amounts(thousands=",", currency="USD").money("value", text, NO_ROW)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.2E+05", "was rounded by a spreadsheet"),
        ("100000000000000000000", "is too large: an amount is below 1,000,000,000,000,000"),
        ("1.054", "has 3 decimals, and EUR has 2; the mapping can have it rounded"),
        ("$5", "is not in EUR"),
        ("USD 5", "is not in EUR"),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(InvalidRow, match=reason):
        EUR.money("value", text, NO_ROW)


def test_noise_of_a_programs_arithmetic_is_rounded_and_reported() -> None:
    assert EUR.money("value", "611696.3298000001", NO_ROW) == ReadAmount("611696.33", "EUR", rounded=True)
    assert Amounts(currency="JPY").money("value", "99.99999999", NO_ROW) == ReadAmount("100", "JPY", rounded=True)


def test_few_decimals_are_rounded_when_the_mapping_says_so() -> None:
    assert Amounts(currency="EUR", round=True).money("value", "1.054", NO_ROW) == ReadAmount(
        "1.05", "EUR", rounded=True
    )


@pytest.mark.parametrize("text", ["€ 1054.50", "1054.50€", "EUR 1054.50", "1054.50 EUR"])
def test_an_amount_may_repeat_its_currency(text: str) -> None:
    assert EUR.money("value", text, NO_ROW) == ReadAmount("1054.50", "EUR")


def test_a_sign_of_ones_own_may_stand_beside_an_amount() -> None:
    assert Amounts(currency="SEK", symbols={"kr": "SEK"}).money("value", "100 kr", NO_ROW) == ReadAmount("100", "SEK")


@pytest.mark.parametrize(("text", "code"), [("€5", "EUR"), ("5 CHF", "CHF"), ("$5", "USD"), ("US$ 5", "USD")])
def test_the_currency_may_stand_beside_each_amount(text: str, code: str) -> None:
    beside = Amounts(symbols={"US$": "USD"})
    assert beside.money("value", text, NO_ROW) == ReadAmount("5", code)
    with pytest.raises(InvalidRow, match=r"an amount with its currency is expected, such as EUR 1054\.50"):
        beside.money("value", "5", NO_ROW)


@pytest.mark.parametrize(("text", "amount"), [(".5", "0.5"), ("1'234.–", "1234"), ("5.--", "5"), ("+5", "5")])
def test_an_amount_may_lack_its_whole_part_or_have_a_dash_for_cents(text: str, amount: str) -> None:
    assert Amounts(thousands="'", currency="CHF").money("value", text, NO_ROW) == ReadAmount(amount, "CHF")


@pytest.mark.parametrize("text", [".", ".--", "5.", "--", "5.---"])
def test_a_sign_alone_is_no_amount(text: str) -> None:
    with pytest.raises(InvalidRow, match=r"a number is expected"):
        EUR.money("value", text, NO_ROW)


@pytest.mark.parametrize("text", ["$1.2M", "1.2k", "3 Mio.", "2bn", "12 lakh", "1.2 Cr"])
def test_an_abbreviated_amount_is_refused_as_such(text: str) -> None:
    with pytest.raises(InvalidRow, match="is abbreviated: the full number is expected, such as 120000"):
        Amounts(currency="USD").money("value", text, NO_ROW)


def test_an_empty_cell_is_not_zero() -> None:
    assert EUR.money("value", "", NO_ROW) is None


@pytest.mark.parametrize(("cell", "code"), [("CHF", "CHF"), ("chf", "CHF"), ("€", "EUR"), ("Kroner", "NOK")])
def test_the_currency_may_stand_in_a_column(cell: str, code: str) -> None:
    amounts = Amounts(currency_column=CURRENCY, symbols={"Kroner": "NOK"})
    assert amounts.money("value", "5", row_of(2, {"Currency": cell})) == ReadAmount("5", code)


def test_a_blank_cell_of_the_currencys_column_is_in_the_currency_for_those() -> None:
    amounts = Amounts(currency_column=CURRENCY, currency="EUR")
    read = [amounts.money("value", "5", row_of(2, {"Currency": cell})) for cell in ("", "USD")]
    assert read == [ReadAmount("5", "EUR"), ReadAmount("5", "USD")]


@pytest.mark.parametrize("text", ["5\u00b2", "\u00bd", "\u2460"])
def test_superscripts_and_fractions_are_no_digits(text: str) -> None:
    with pytest.raises(InvalidRow, match=r"a number is expected|has to say which currency"):
        EUR.money("value", text, NO_ROW)


@pytest.mark.parametrize("cell", ["", "Euro", "¥", "XAU"])
def test_a_column_without_a_clear_currency_is_refused(cell: str) -> None:
    expected = rf"Currency '{cell}': a currency's code, or a word of money\.symbols, is expected, such as EUR"
    with pytest.raises(InvalidRow, match=expected if cell else "Currency is empty"):
        Amounts(currency_column=CURRENCY).money("value", "5", row_of(2, {"Currency": cell}))


def test_a_workbooks_number_needs_no_notation() -> None:
    assert Amounts(",", ".", currency="EUR").money("value", WorkbookNumber("1054.505"), NO_ROW) == ReadAmount(
        "1054.50", "EUR", rounded=True
    )


@pytest.mark.parametrize(("text", "read"), [("US$1,234.50", "USD"), ("R$ 5", "BRL"), ("5 CHF", "CHF"), *OWN_SIGNS])
def test_clear_signs_beside_amounts_need_no_word_of_the_mapping(text: str, read: str) -> None:
    found = Amounts(thousands=",").money("value", text, NO_ROW)
    assert found is not None
    assert found.currency == read


@pytest.mark.parametrize(("text", "currency"), [*OWN_SIGNS, ("\uffe5500", "JPY"), ("¥5", "CNY")])
def test_a_sign_repeats_the_currency_that_the_mapping_names(text: str, currency: str) -> None:
    found = Amounts(thousands=",", currency=currency).money("value", text, NO_ROW)
    assert found is not None
    assert found.currency == currency


@pytest.mark.parametrize(("text", "sign"), [("¥1,000", "¥"), ("C$5", "C$"), ("5 kr.", "kr."), ("Rs 5", "Rs")])
def test_a_sign_that_may_be_several_currencies_is_asked_for(text: str, sign: str) -> None:
    with pytest.raises(InvalidRow, match=f"which currency {re.escape(repr(sign))} is, such as money.symbols"):
        Amounts(thousands=",").money("value", text, NO_ROW)


@pytest.mark.parametrize(("text", "currency", "read"), [("1.00000", "EUR", "1.00"), ("5.0", "JPY", "5")])
def test_zeros_that_the_currency_has_no_place_for_are_left_out(text: str, currency: str, read: str) -> None:
    assert Amounts(currency=currency).money("value", text, NO_ROW) == ReadAmount(read, currency)
