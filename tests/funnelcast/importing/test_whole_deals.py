from pathlib import Path

import pytest

from funnelcast.importing.export import Unfit
from tests.funnelcast.importing.mapped import Body, facts, mapped

MAPPING = """\
mapping: acme
kind: opportunities
dates: {formats: [YYYY-MM-DD], timezone: UTC}
money: {currency: EUR}
prices: {file: prices.csv, product: product, price: price}
fields:
  id: ID
  name: "Name"
  account: Company
  owner: Rep
  stage: Stage
  product: Product
  amount: Value
  opened: Opened
  closed: Closed
  close_date: Expected
  reason: Why
stages:
  Lead: unqualified
  Proposal: proposal
  Talks: negotiation
  Won: won
  Lost: lost
  Stalled: {recycled: bad_timing}
reasons: {Price: no_budget}
entered: {qualified: Since qualified, proposal: Since proposal}
"""
ROW = {
    "ID": "7",
    "Name": "=HYPERLINK(1)",
    "Company": "Westwerk",
    "Rep": "Ada Groß",
    "Stage": "Won",
    "Product": "Suite",
    "Value": "500",
    "Opened": "2017-01-02",
    "Closed": "2017-03-01",
    "Expected": "2017-02-01",
    "Why": "",
    "Since qualified": "2017-01-10",
    "Since proposal": "2017-01-20",
}


def told(row: Body) -> list[tuple[str, str, str]]:
    return [
        (fact["command"], fact.get("to_stage", ""), fact["occurred_at"][:10]) for fact in facts(mapped(MAPPING, row))
    ]


def test_a_won_deal_goes_through_the_stages_whose_days_are_known() -> None:
    opened, *_, won = facts(mapped(MAPPING, ROW))
    assert told(ROW) == [
        ("open", "", "2017-01-02"),
        ("enter_stage", "qualified", "2017-01-10"),
        ("enter_stage", "proposal", "2017-01-20"),
        ("win", "", "2017-03-01"),
    ]
    assert opened == {
        "command": "open",
        "name": "=HYPERLINK(1)",
        "account": "Westwerk",
        "owner": "ada-gross",
        "motion": "new_business",
        "product": "Suite",
        "amount": {"amount": "500", "currency": "EUR"},
        "stage": "unqualified",
        "occurred_at": "2017-01-02T12:00:00Z",
    }
    assert won == {"command": "win", "close_date": "2017-03-01", "occurred_at": "2017-03-01T12:00:00Z"}


def test_a_deal_that_was_won_out_of_nowhere_is_qualified_as_it_is_won() -> None:
    row = ROW | {"Since qualified": "", "Since proposal": ""}
    assert told(row)[1:] == [("enter_stage", "qualified", "2017-03-01"), ("win", "", "2017-03-01")]
    assert mapped(MAPPING, row).notes == ["won out of an unqualified stage: taken as qualified at that moment"]


def test_an_open_deal_stands_where_its_last_day_says_and_expects_its_close() -> None:
    row = ROW | {"Stage": "Proposal", "Closed": ""}
    assert [fact.get("to_stage") for fact in facts(mapped(MAPPING, row))] == [None, "qualified", "proposal"]
    assert facts(mapped(MAPPING, row))[0]["close_date"] == "2017-02-01"


def test_a_stage_without_a_day_of_its_own_gets_the_one_before_and_says_so() -> None:
    one = mapped(MAPPING, ROW | {"Stage": "Talks"})
    assert facts(one)[-1] == {
        "command": "enter_stage",
        "to_stage": "negotiation",
        "occurred_at": "2017-01-20T12:00:00Z",
    }
    assert one.notes == ["negotiation: the export does not say since when, the stage before gives the date"]


@pytest.mark.parametrize(
    ("row", "end"),
    [
        ({"Stage": "Lost", "Why": "Price"}, {"command": "lose", "reason": "no_budget"}),
        ({"Stage": "Lost"}, {"command": "lose", "reason": "other"}),
        ({"Stage": "Stalled"}, {"command": "recycle", "reason": "bad_timing"}),
    ],
)
def test_how_a_deal_ended(row: Body, end: Body) -> None:
    assert facts(mapped(MAPPING, ROW | row))[-1] == end | {"occurred_at": "2017-03-01T12:00:00Z"}


def test_an_amount_that_nobody_wrote_is_estimated_until_the_deal_is_won(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("product,price\nsuite,9900.00\n")
    still = mapped(MAPPING, ROW | {"Stage": "Proposal", "Value": ""}, folder=tmp_path)
    assert facts(still)[0]["amount"] == {"amount": "9900.00", "currency": "EUR"}
    assert facts(still)[0]["amount_estimated"] is True
    won = mapped(MAPPING, ROW | {"Value": ""}, folder=tmp_path)
    assert facts(won)[-2] == {"command": "set-amount", "amount": None, "occurred_at": "2017-03-01T12:00:00Z"}
    assert "won without an amount: no estimate stands for it" in won.notes
    assert mapped(MAPPING, ROW | {"Value": "", "Product": "Other"}, folder=tmp_path).notes == ["amount unknown"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"ID": ""}, "ID is empty"),
        ({"ID": "1.23E+15"}, "a spreadsheet has rounded"),
        ({"Stage": "Signed"}, "Stage 'Signed' is none of Lead"),
        ({"Opened": "2017/01/02"}, "not written as YYYY-MM-DD"),
        ({"Closed": ""}, "Closed is empty"),
        ({"Closed": "2017-01-01"}, "lies before"),
        ({"Value": "500,00"}, "is not a number"),
        ({"Stage": "Lost", "Why": "Weather"}, "Why 'Weather' is none of Price"),
        ({"Stage": "Proposal", "Since proposal": ""}, "the last stage that it entered is qualified"),
        ({"Rep": "???"}, "no id can be made"),
    ],
)
def test_what_cannot_be_taken_for_certain_is_refused(row: Body, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        mapped(MAPPING, ROW | row)
