from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from funnelcast.failure import Failed
from funnelcast.importing.files.row import InvalidRow
from funnelcast.importing.mappings import kinds_of
from funnelcast.importing.record import MappedRecord, MapRecord
from tests.funnelcast.importing.mapped import export_context, row_of

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


Mapper = Callable[[dict[str, str]], MappedRecord]


@pytest.fixture
def deals(folder: Path) -> Mapper:
    map_record, missing = opened("opportunities", folder)
    assert missing == []
    return lambda row: one(map_record, row)


def opened(kind: str, folder: Path) -> tuple[MapRecord, Sequence[str]]:
    return kinds_of("maven-crm", kind)[0].open(export_context(folder))


def one(map_record: MapRecord, row: dict[str, str]) -> MappedRecord:
    record = map_record((row_of(2, row),))
    assert isinstance(record, MappedRecord)
    return record


def facts(mapped: MappedRecord) -> list[dict[str, Any]]:
    (history,) = mapped.bodies
    assert history["external_id"] == "maven:1C1I7A6R"
    found: list[dict[str, Any]] = history["facts"]
    return found


def test_a_deal_that_was_won(deals: Mapper) -> None:
    opened, entered, won = facts(deals(WON))
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


def test_a_lost_deal_keeps_its_estimate_whatever_its_zero_says(deals: Mapper) -> None:
    mapped = deals(LOST)
    assert facts(mapped)[2]["close_date"] == "2017-03-01"
    assert facts(mapped)[3] == {"command": "lose", "reason": "other", "occurred_at": "2017-03-01T12:00:00Z"}
    assert "lost: the estimated amount stays, close_value not taken" in mapped.notes


def test_an_open_deal_is_estimated_and_has_no_close_date(deals: Mapper) -> None:
    mapped = deals(ENGAGING)
    opened, entered = facts(mapped)
    assert (opened["amount_estimated"], "close_date" in opened, entered["to_stage"]) == (True, False, "proposal")
    assert "open: amount estimated from the price list" in mapped.notes


def test_a_prospect_has_no_instant(deals: Mapper) -> None:
    (opened,) = facts(deals(PROSPECTING))
    assert "occurred_at" not in opened


@pytest.mark.parametrize("closed", [WON, LOST])
def test_what_a_later_export_knows_more_comes_after_what_an_earlier_one_said(
    deals: Mapper, closed: dict[str, str]
) -> None:
    assert facts(deals(closed))[:2] == facts(deals(ENGAGING))


def test_a_missing_account_gets_a_stated_name(deals: Mapper) -> None:
    mapped = deals(ENGAGING | {"account": ""})
    assert facts(mapped)[0]["account"] == "unknown"
    assert "account missing: 'unknown' stands for it" in mapped.notes


def test_oddities_are_noted(deals: Mapper) -> None:
    assert deals(WON | {"account": "Initech", "close_value": "0"}).notes == [
        "product 'GTXPro' taken for 'GTX Pro' of the price list",
        "account not in accounts.csv",
        "won at 0",
    ]


def test_without_the_files_beside_it_says_so_and_estimates_nothing(tmp_path: Path) -> None:
    map_record, missing = opened("opportunities", tmp_path)
    assert [each.partition(" ")[0] for each in missing] == ["products.csv", "accounts.csv"]
    mapped = one(map_record, ENGAGING)
    assert ("amount" in facts(mapped)[0], "open: amount unknown" in mapped.notes) == (False, True)


def test_a_price_list_that_is_no_price_list_is_refused(folder: Path) -> None:
    (folder / "products.csv").write_text("product,sales_price\nGTX Pro,a lot\n")
    with pytest.raises(Failed, match=r"products.csv, line 2: sales_price 'a lot': a number is expected"):
        opened("opportunities", folder)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (WON | {"opportunity_id": ""}, "opportunity_id is empty"),
        (WON | {"sales_agent": ""}, "sales_agent is empty"),
        (WON | {"sales_agent": "???"}, "no id can be made of the name"),
        (WON | {"product": ""}, "product is empty"),
        (WON | {"deal_stage": "Signed"}, "deal_stage 'Signed': one of Prospecting, Engaging, Won, Lost is expected"),
        (WON | {"engage_date": ""}, "engage_date is empty"),
        (WON | {"close_date": "3/1/2017"}, "'3/1/2017': a day is expected, such as 2017-03-01"),
        (WON | {"close_date": "42795"}, "a day is expected"),
        (WON | {"close_date": "2017-02-30"}, "is no day of the calendar"),
        (WON | {"close_date": "2016-10-19"}, "lies before engage_date"),
        (WON | {"close_value": ""}, "close_value is empty"),
        (WON | {"close_value": "1,054"}, "a number is expected"),
        (WON | {"close_value": "-5"}, "is negative"),
        (LOST | {"close_date": ""}, "close_date is empty"),
        (ENGAGING | {"engage_date": ""}, "engage_date is empty"),
        (ENGAGING | {"close_value": "5"}, "a deal in Engaging has a close_value"),
        (PROSPECTING | {"close_date": "2017-03-01", "close_value": "5"}, "has a close_date and a close_value"),
    ],
)
def test_what_cannot_be_taken_for_certain_is_refused(deals: Mapper, row: dict[str, str], reason: str) -> None:
    with pytest.raises(InvalidRow, match=reason):
        deals(row)


def test_an_agent_stands_below_manager_region_and_company(tmp_path: Path) -> None:
    map_record, _ = opened("org", tmp_path)
    row = {"sales_agent": "Mei-Mei Johns", "manager": "Melvin Marxen", "regional_office": "Central"}
    assert [(node["node_id"], node["kind"], node["parent"]) for node in one(map_record, row).bodies] == [
        ("company", "unit", None),
        ("central", "unit", "company"),
        ("melvin-marxen", "person", "central"),
        ("mei-mei-johns", "person", "melvin-marxen"),
    ]
