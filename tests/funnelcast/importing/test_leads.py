from pathlib import Path

import pytest

from funnelcast.failure import Failed
from funnelcast.importing.export import Row, Unfit
from funnelcast.importing.mapping import Beside
from funnelcast.importing.mappings import part_of
from services.lead_intake.lead.commands import CaptureLead
from tests.funnelcast.importing.mapped import Body, mapped

MAPPING = """\
mapping: acme
kind: leads
dates: {formats: [D/M/YYYY], timezone: UTC}
fields: {id: ID, source: Source, at: When, email: Mail, phone: Phone, company_name: Firm, employees: Size}
"""
ROW = {
    "ID": "7",
    "Source": "referral",
    "When": "3/1/2017",
    "Mail": "a@b.example",
    "Phone": "",
    "Firm": "B",
    "Size": "12",
}


def test_a_row_is_one_capture() -> None:
    assert mapped(MAPPING, ROW).bodies == [
        {
            "external_id": "acme:7",
            "source": "referral",
            "person": {"email": "a@b.example"},
            "company": {"name": "B", "employees": 12},
            "occurred_at": "2017-01-03T12:00:00Z",
        }
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"Mail": ""}, "neither an email nor a phone"),
        ({"Source": "billboard"}, "source 'billboard' is none of"),
        ({"Source": ""}, "source '' is none of"),
        ({"Size": "a dozen"}, "employees 'a dozen' is not a number"),
    ],
)
def test_what_cannot_be_taken_for_certain_is_refused(row: Body, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        mapped(MAPPING, ROW | row)


# -- olist -----------------------------------------------------------------------------------------------------------

ID = "b91cf8812365f50ff4bda4bcd6206b05"


def sign_up(origin: str) -> Body:
    to_commands, _ = part_of("olist", "leads").open(Beside(Path(), "USD"))
    row = {"mql_id": ID, "first_contact_date": "2018-02-01", "landing_page_id": "88740", "origin": origin}
    (body,) = to_commands([Row(2, row)]).bodies
    CaptureLead.model_validate(body)
    return body


def test_a_sign_up_gets_an_address_that_leads_nowhere_and_intake_takes() -> None:
    assert sign_up("paid_search") == {
        "external_id": f"olist:{ID}",
        "source": "paid",
        "source_detail": "paid_search",
        "person": {"email": f"{ID}@olist.test"},
        "campaign": {"utm_content": "88740"},
        "occurred_at": "2018-02-01T14:00:00Z",
    }


def test_unknown_and_blank_are_different_origins() -> None:
    assert (sign_up("unknown")["source_detail"], "source_detail" in sign_up("")) == ("unknown", False)


def win(folder: Path, won: str) -> tuple[list[Body], list[str]]:
    leads = f"mql_id,first_contact_date,landing_page_id,origin\n{ID},2018-03-08,88740,social\n"
    (folder / "olist_marketing_qualified_leads_dataset.csv").write_text(leads)
    to_commands, _ = part_of("olist", "opportunities").open(Beside(folder, "USD"))
    row = {"mql_id": ID, "seller_id": "5e11e7", "sr_id": "9e9", "won_date": won, "business_segment": ""}
    told = to_commands([Row(2, row)])
    return told.bodies[0]["facts"], list(told.notes)


def test_brazil_says_which_day_a_win_was(tmp_path: Path) -> None:
    (opened, qualified, won), notes = win(tmp_path, "2018-06-01 02:59:59")
    assert (opened["occurred_at"], qualified["to_stage"]) == ("2018-03-08T15:00:00Z", "qualified")
    assert (won["close_date"], won["occurred_at"], "amount" in opened) == ("2018-05-31", "2018-06-01T02:59:59Z", False)
    assert notes == ["amount unknown"]


@pytest.mark.parametrize(("won", "reported"), [("2018-03-08 03:00:00", 0), ("2018-03-06 19:38:55", 1)])
def test_a_win_before_its_first_contact_is_taken_and_reported(tmp_path: Path, won: str, reported: int) -> None:
    (opened, *_), notes = win(tmp_path, won)
    assert opened["occurred_at"] == won.replace(" ", "T") + "Z"
    assert sum("before its first contact on 2018-03-08" in note for note in notes) == reported


def test_wins_need_the_leads_beside_them(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="must lie beside the file"):
        part_of("olist", "opportunities").open(Beside(tmp_path, "USD"))
