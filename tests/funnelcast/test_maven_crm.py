from pathlib import Path
from typing import Any

import pytest

from funnelcast.failure import Failed
from funnelcast.importing.export import Row, Unfit
from funnelcast.importing.mapping import Beside, Mapped, OfRow
from funnelcast.importing.mappings import part_of

WON = {
    "opportunity_id": "1C1I7A6R",
    "sales_agent": "Zoé O'Neill",
    "product": "GTXPro",
    "account": "Cancity",
    "deal_stage": "Won",
    "engage_date": "2016-10-20",
    "close_date": "2017-03-01",
    "close_value": "1054",
}
ENGAGING = WON | {"deal_stage": "Engaging", "close_date": "", "close_value": ""}
PROSPECTING = ENGAGING | {"deal_stage": "Prospecting", "engage_date": ""}
LOST = WON | {"deal_stage": "Lost", "close_value": "0"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "products.csv").write_text("product,series,sales_price\nGTX Pro,GTX,4821\n")
    (tmp_path / "accounts.csv").write_text("account,sector\nCancity,retail\n")
    return tmp_path


@pytest.fixture
def deals(folder: Path) -> OfRow:
    to_commands, missing = part_of("maven-crm", "opportunities").open(Beside(folder, "USD"))
    assert missing == []
    return lambda row: to_commands([row])


def facts(mapped: Mapped) -> list[dict[str, Any]]:
    (history,) = mapped.bodies
    assert history["external_id"] == "maven:1C1I7A6R"
    told: list[dict[str, Any]] = history["facts"]
    return told


def test_a_deal_that_was_won(deals: OfRow) -> None:
    opened, entered, won = facts(deals(Row(2, WON)))
    assert opened == {
        "command": "open",
        "name": "GTX Pro for Cancity",
        "account": "Cancity",
        "owner": "zoe-o-neill",
        "motion": "new_business",
        "product": "GTX Pro",
        "amount": {"amount": "4821", "currency": "USD"},
        "amount_estimated": True,
        "occurred_at": "2016-10-20T12:00:00Z",
    }
    assert entered == {"command": "enter_stage", "to_stage": "proposal", "occurred_at": "2016-10-20T12:00:00Z"}
    assert won == {
        "command": "win",
        "amount": {"amount": "1054", "currency": "USD"},
        "close_date": "2017-03-01",
        "occurred_at": "2017-03-01T12:00:00Z",
    }


def test_a_lost_deal_keeps_its_estimate_whatever_its_zero_says(deals: OfRow) -> None:
    mapped = deals(Row(2, LOST))
    assert facts(mapped)[2] == {"command": "lose", "reason": "other", "occurred_at": "2017-03-01T12:00:00Z"}
    assert "lost: the estimated amount stays, close_value not taken" in mapped.notes


def test_an_open_deal_is_estimated_and_has_no_close_date(deals: OfRow) -> None:
    mapped = deals(Row(2, ENGAGING))
    opened, entered = facts(mapped)
    assert (opened["amount_estimated"], "close_date" in opened, entered["to_stage"]) == (True, False, "proposal")
    assert "open: amount estimated from the price list" in mapped.notes


def test_a_prospect_has_no_instant(deals: OfRow) -> None:
    (opened,) = facts(deals(Row(2, PROSPECTING)))
    assert "occurred_at" not in opened


@pytest.mark.parametrize("closed", [WON, LOST])
def test_what_a_later_export_knows_more_comes_after_what_an_earlier_one_said(
    deals: OfRow, closed: dict[str, str]
) -> None:
    assert facts(deals(Row(2, closed)))[:2] == facts(deals(Row(2, ENGAGING)))


def test_a_missing_account_gets_a_stated_name(deals: OfRow) -> None:
    mapped = deals(Row(2, ENGAGING | {"account": ""}))
    assert facts(mapped)[0]["account"] == "unknown"
    assert "account missing: 'unknown' stands for it" in mapped.notes


def test_oddities_are_noted(deals: OfRow) -> None:
    assert deals(Row(2, WON | {"account": "Initech", "close_value": "0"})).notes == [
        "product 'GTXPro' taken for 'GTX Pro' of the price list",
        "account not in accounts.csv",
        "won at 0",
    ]


def test_without_the_files_beside_it_says_so_and_estimates_nothing(tmp_path: Path) -> None:
    to_commands, missing = part_of("maven-crm", "opportunities").open(Beside(tmp_path, "USD"))
    assert [each.partition(" ")[0] for each in missing] == ["products.csv", "accounts.csv"]
    mapped = to_commands([Row(2, ENGAGING)])
    assert ("amount" in facts(mapped)[0], "open: amount unknown" in mapped.notes) == (False, True)


def test_a_price_list_that_is_no_price_list_is_refused(folder: Path) -> None:
    (folder / "products.csv").write_text("product,sales_price\nGTX Pro,a lot\n")
    with pytest.raises(Failed, match=r"products.csv, line 2: sales_price 'a lot' is not a number"):
        part_of("maven-crm", "opportunities").open(Beside(folder, "USD"))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (WON | {"opportunity_id": ""}, "opportunity_id is empty"),
        (WON | {"sales_agent": ""}, "sales_agent is empty"),
        (WON | {"sales_agent": "???"}, "no id can be made of the name"),
        (WON | {"product": ""}, "product is empty"),
        (WON | {"deal_stage": "Signed"}, "'Signed' is none of Prospecting, Engaging, Won, Lost"),
        (WON | {"engage_date": ""}, "engage_date is empty"),
        (WON | {"close_date": "3/1/2017"}, "'3/1/2017' is not a day such as 2017-03-01"),
        (WON | {"close_date": "42795"}, "is not a day"),
        (WON | {"close_date": "2017-02-30"}, "is no day of the calendar"),
        (WON | {"close_date": "2016-10-19"}, "close_date lies before engage_date"),
        (WON | {"close_value": ""}, "close_value is empty"),
        (WON | {"close_value": "1,054"}, "is not a number"),
        (WON | {"close_value": "-5"}, "is not a number"),
        (LOST | {"close_date": ""}, "close_date is empty"),
        (ENGAGING | {"engage_date": ""}, "engage_date is empty"),
        (ENGAGING | {"close_value": "5"}, "a deal in Engaging has a close_value"),
        (PROSPECTING | {"close_date": "2017-03-01", "close_value": "5"}, "has a close_date and a close_value"),
    ],
)
def test_what_cannot_be_taken_for_certain_is_refused(deals: OfRow, row: dict[str, str], reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        deals(Row(2, row))


def test_an_agent_stands_below_manager_region_and_company(tmp_path: Path) -> None:
    to_nodes, _ = part_of("maven-crm", "org").open(Beside(tmp_path, "USD"))
    row = Row(2, {"sales_agent": "Mei-Mei Johns", "manager": "Melvin Marxen", "regional_office": "Central"})
    assert [(node["node_id"], node["kind"], node["parent"]) for node in to_nodes([row]).bodies] == [
        ("company", "unit", None),
        ("central", "unit", "company"),
        ("melvin-marxen", "person", "central"),
        ("mei-mei-johns", "person", "melvin-marxen"),
    ]
