from datetime import UTC, datetime
from pathlib import Path

import pytest

from funnelcast.failure import Failed
from funnelcast.importing.files.row import InvalidRow, Skipped
from tests.funnelcast.importing.mapped import Body, commands, facts, map_rows, mapped

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


def moves(row: Body) -> list[tuple[str, str, str]]:
    return [
        (fact["command"], fact.get("to_stage", ""), fact["occurred_at"][:10]) for fact in facts(mapped(MAPPING, row))
    ]


def test_a_won_deal_goes_through_the_stages_whose_days_are_known() -> None:
    opened, *_, won = facts(mapped(MAPPING, ROW))
    assert moves(ROW) == [
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
    assert moves(row)[1:] == [("enter_stage", "qualified", "2017-03-01"), ("win", "", "2017-03-01")]
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
    assert one.notes == ["negotiation: the export does not say since when, the date before is taken"]


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
    assert "won without an amount: the estimate is not taken for it" in won.notes
    assert mapped(MAPPING, ROW | {"Value": "", "Product": "Other"}, folder=tmp_path).notes == ["amount unknown"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"ID": ""}, "ID is empty"),
        ({"ID": "1.23E+15"}, "was rounded by a spreadsheet"),
        ({"Company": "a" * 201}, "Company 'a.*' is too long: at most 200 characters"),
        ({"Stage": "Signed"}, "Stage 'Signed' is not among the words that the mapping lists: 'Lead'"),
        ({"Opened": "2017/01/02"}, "Opened '2017/01/02': a date written as YYYY-MM-DD is expected, such as 2017-12-31"),
        ({"Closed": "", "Expected": ""}, "Closed is empty: a date"),
        ({"Closed": "2027-01-01"}, "Closed '2027-01-01' lies after 2026-03-02, the day of the export"),
        ({"Value": "500,00"}, "Value '500,00': a number is expected, such as 1054.50"),
        ({"Stage": "Lost", "Why": "Weather"}, "Why 'Weather' is not among the words that the mapping lists: 'Price'"),
        ({"Rep": "???"}, "a name with a letter or a digit is expected"),
    ],
)
def test_what_cannot_be_taken_for_certain_is_refused(row: Body, reason: str) -> None:
    with pytest.raises(InvalidRow, match=reason):
        mapped(MAPPING, ROW | row)


AT_SIGNS = {"Company": "Kitchen @ Westwerk", "Product": "a@b"}


def test_a_digest_stands_for_an_account_or_product_with_an_at_sign_and_is_counted() -> None:
    record = mapped(MAPPING.replace("prices: {file: prices.csv, product: product, price: price}\n", ""), ROW | AT_SIGNS)
    opened = facts(record)[0]
    assert (opened["account"][:10], opened["product"][:10]) == ("sha256-880", "sha256-750")
    assert record.notes.count("Company has an @: a digest stands for it") == 1
    assert "Westwerk" not in str(opened)


def test_a_lost_deal_has_the_close_date_of_the_export() -> None:
    *_, dated, lost = facts(mapped(MAPPING, ROW | {"Stage": "Lost"}))
    assert (dated["command"], dated["close_date"], lost["command"]) == ("set-close-date", "2017-03-01", "lose")


@pytest.mark.parametrize(
    ("row", "opened", "note"),
    [
        (
            {"Opened": "2017-03-05", "Since qualified": ""},
            "2017-03-01",
            "entered after it closed: taken as opened when it closed",
        ),
        ({"Opened": "2017-01-12"}, "2017-01-10", "entered after its first stage: taken as opened with that"),
    ],
)
def test_a_deal_that_was_entered_late_is_taken_and_counted(row: Body, opened: str, note: str) -> None:
    record = mapped(MAPPING, ROW | {"Since proposal": ""} | row)
    assert facts(record)[0]["occurred_at"][:10] == opened
    assert (facts(record)[-1]["close_date"], note in record.notes) == ("2017-03-01", True)


TIMED = MAPPING.replace("[YYYY-MM-DD]", "[YYYY-MM-DD, YYYY-MM-DD hh:mm]")


@pytest.mark.parametrize(
    ("opened", "closed", "instants"),
    [
        ("2017-03-01 15:00", "2017-03-01", ["15:00", "15:00", "15:00"]),
        ("2017-03-01", "2017-03-01 09:00", ["09:00", "09:00", "09:00"]),
        ("2017-03-01", "2017-03-01", ["12:00", "12:00", "12:00"]),
        ("2017-03-01 09:00", "2017-03-01", ["09:00", "12:00", "12:00"]),
    ],
)
def test_a_day_without_a_time_never_contradicts_a_time_on_it(opened: str, closed: str, instants: list[str]) -> None:
    row = ROW | {"Opened": opened, "Closed": closed, "Since qualified": "", "Since proposal": ""}
    assert [fact["occurred_at"][11:16] for fact in facts(mapped(TIMED, row))] == instants


def test_a_deal_of_this_morning_is_not_in_the_future() -> None:
    row = ROW | {"Opened": "2017-03-01", "Closed": "2017-03-01", "Since qualified": "", "Since proposal": ""}
    record = mapped(MAPPING, row, now=datetime(2017, 3, 1, 8, tzinfo=UTC))
    assert {fact["occurred_at"] for fact in facts(record)} == {"2017-03-01T00:00:00Z"}


def test_an_ignored_word_skips_the_row_and_is_counted() -> None:
    skipped = map_rows(MAPPING + "ignored: [Renewal]\n", ROW | {"Stage": "Renewal"})
    assert skipped == Skipped(1, "Renewal: ignored, as the mapping says")


def test_a_stage_of_which_the_export_has_only_an_older_date_is_taken_and_counted() -> None:
    record = mapped(MAPPING, ROW | {"Stage": "Proposal", "Since proposal": "", "Closed": ""})
    assert facts(record)[-1]["to_stage"] == "proposal"
    assert record.notes == ["proposal: the export does not say since when, the date before is taken"]


# -- what else a mapping can say -------------------------------------------------------------------------------------


def test_a_default_a_blank_word_and_a_word_table_fill_a_field() -> None:
    mapping = MAPPING.replace("account: Company", "account: {column: Company, default: unknown}")
    mapping = mapping.replace(
        "  reason: Why", "  reason: Why\n  motion: {column: Type, words: {Renewal: existing_business}}"
    )
    (opened, *_) = facts(mapped(mapping + "blank: [n/a]\n", ROW | {"Company": "N/A", "Type": "Renewal"}))
    assert (opened["account"], opened["motion"]) == ("unknown", "existing_business")
    with pytest.raises(InvalidRow, match="Type 'Other' is not among the words that the mapping lists: 'Renewal'"):
        mapped(mapping, ROW | {"Type": "Other"})


def test_the_first_column_that_is_not_blank_and_texts_of_columns_fill_a_field() -> None:
    mapping = MAPPING.replace("account: Company", "account: {first: [Parent, Company]}")
    mapping = mapping.replace('name: "Name"', 'name: {text: "{Company}/{Product}"}')
    (opened, *_) = facts(mapped(mapping, ROW | {"Parent": ""}))
    assert (opened["account"], opened["name"]) == ("Westwerk", "Westwerk/Suite")


def test_words_are_found_in_any_case_when_the_mapping_says_so() -> None:
    assert commands(mapped(MAPPING + "ignore_case: true\n", ROW | {"Stage": "won"}))[-1] == "win"
    with pytest.raises(InvalidRow, match="Stage 'won' is not among"):
        mapped(MAPPING, ROW | {"Stage": "won"})


def test_owners_come_from_a_table_of_names_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("Mail,Node\nada@acme.example,ada\n")
    table = "owners: {Bob Roe: bob}\nowner_table: {file: users.csv, name: Mail, node: Node}\n"
    for name, node in (("ADA@acme.example", "ada"), ("Bob Roe", "bob"), ("Zoe", "zoe")):
        assert facts(mapped(MAPPING + table, ROW | {"Rep": name}, folder=tmp_path))[0]["owner"] == node


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("Ada,ada\nada,anna\n", "line 3: Name 'ada' is 'anna', and 'ada' in line 2: an owner is one node"),
        ("Ada,ada\nBob,\n", "line 3: Node is empty: an id of a-z, 0-9, dots and dashes is expected"),
        ("Ada,Ada Roe\n", "line 2: Node 'Ada Roe': an id of a-z, 0-9, dots and dashes is expected"),
    ],
)
def test_a_table_of_owners_that_is_not_clear_is_refused(tmp_path: Path, rows: str, reason: str) -> None:
    (tmp_path / "users.csv").write_text(f"Name,Node\n{rows}")
    table = "owner_table: {file: users.csv, name: Name, node: Node}\n"
    with pytest.raises(Failed, match=reason):
        mapped(MAPPING + table, ROW, folder=tmp_path)


OUTCOME = """\
mapping: acme
kind: opportunities
dates: {formats: [YYYY-MM-DD], timezone: UTC}
fields: {id: ID, name: ID, account: Company, owner: Rep, stage: Stage, outcome: Status, opened: Opened, closed: Closed}
stages: {Lead: unqualified, Proposal: proposal}
outcomes: {Open: open, Won: won, Lost: {lost: other}}
"""


def test_an_outcome_in_a_column_of_its_own_leaves_the_stage_that_the_deal_was_in() -> None:
    row = {key: ROW[key] for key in ("ID", "Company", "Rep", "Opened", "Closed")}
    won = facts(mapped(OUTCOME, row | {"Stage": "Proposal", "Status": "Won"}))
    assert [fact.get("to_stage", fact["command"]) for fact in won] == ["open", "proposal", "win"]
    still = facts(mapped(OUTCOME, row | {"Stage": "Proposal", "Status": "Open"}))
    assert [fact.get("to_stage", fact["command"]) for fact in still] == ["open", "proposal"]


def test_the_stage_may_come_from_the_columns_with_the_days_of_stages() -> None:
    mapping = MAPPING.replace("  stage: Stage\n", "")
    mapping = mapping[: mapping.index("stages:")] + "entered: {proposal: P, negotiation: N, won: W, lost: L}\n"
    row = ROW | {"P": "2017-01-20", "N": "2017-02-01", "W": "", "L": "", "Closed": ""}
    assert [fact.get("to_stage") for fact in facts(mapped(mapping, row))] == [None, "proposal", "negotiation"]
    won = facts(mapped(mapping, row | {"W": "2017-02-03"}))[-1]
    assert (won["command"], won["close_date"]) == ("win", "2017-02-03")


def test_a_deal_that_entered_a_stage_after_its_end_was_reopened() -> None:
    mapping = MAPPING[: MAPPING.index("entered:")] + "entered: {proposal: P, negotiation: N, won: W, lost: L}\n"
    row = ROW | {"P": "2017-01-20", "N": "2017-02-20", "W": "2017-02-10", "L": "2017-02-01", "Closed": ""}

    def moved(**cells: str) -> list[tuple[str, str]]:
        return [(fact["command"], fact["occurred_at"][5:10]) for fact in facts(mapped(mapping, row | cells))]

    assert moved(Stage="Talks", Expected="2017-05-05")[2:] == [
        ("lose", "02-01"),
        ("reopen", "02-10"),
        ("win", "02-10"),
        ("reopen", "02-20"),
        ("enter_stage", "02-20"),
    ]
    assert facts(mapped(mapping, row | {"Stage": "Talks", "Expected": "2017-05-05"}))[-2]["close_date"] == "2017-05-05"
    assert moved(Stage="Won", W="2017-03-01", L="")[1:] == [
        ("enter_stage", "01-20"),
        ("enter_stage", "02-20"),
        ("win", "03-01"),
    ]
    assert moved(Stage="Won", W="2017-02-10", L="", N="2017-02-20")[-1] == ("win", "02-10")


def test_a_deal_that_is_back_in_an_unqualified_stage_stays_qualified_and_is_counted() -> None:
    record = mapped(MAPPING, ROW | {"Stage": "Lead", "Closed": ""})
    assert facts(record)[-1]["to_stage"] == "qualified"
    assert "back in the unqualified stage unqualified: taken as qualified" in record.notes
