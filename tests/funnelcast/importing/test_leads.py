from datetime import UTC, datetime
from pathlib import Path

import pytest

from funnelcast.failure import Failed
from funnelcast.importing.checks import check
from funnelcast.importing.files.row import InvalidRow
from funnelcast.importing.mappings import kinds_of
from funnelcast.importing.record import MappedRecord
from services.lead_intake.lead.capture_body import CaptureLead
from tests.funnelcast.importing.mapped import Body, export_context, mapped, row_of
from tests.spec import NOON

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


def test_a_lead_of_this_morning_is_not_in_the_future() -> None:
    early = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert mapped(MAPPING, ROW | {"When": "2/3/2026"}, now=early).bodies[0]["occurred_at"] == "2026-03-02T00:00:00Z"


def test_a_digest_stands_for_a_company_or_campaign_with_an_at_sign_and_is_counted() -> None:
    mapping = MAPPING.replace("employees: Size", "industry: Branch, utm_campaign: Campaign, landing_url: Page")
    cells = {"Firm": "B @ C", "Branch": "M&A", "Campaign": "q1@fair", "Page": "https://b.example/@c"}
    found = mapped(mapping, ROW | cells)
    (body,) = found.bodies
    assert (body["company"]["name"][:7], body["company"]["industry"]) == ("sha256-", "M&A")
    assert (body["campaign"]["utm_campaign"][:7], body["campaign"]["landing_url"]) == ("sha256-", cells["Page"])
    assert found.notes == [f"{label} has an @: a digest stands for it" for label in ("Firm", "Campaign")]
    check("leads", found, NOON)


def test_a_companys_domain_with_an_at_sign_is_refused_for_that() -> None:
    mapping = MAPPING.replace("employees: Size", "company_domain: Web")
    with pytest.raises(InvalidRow, match=r"Web 'info@b\.example': a text without an address or an @ is expected"):
        check("leads", mapped(mapping, ROW | {"Web": "info@b.example"}), NOON)
    with pytest.raises(InvalidRow, match="a line of at most 200 characters is expected, such as Nordwind AG"):
        check("leads", mapped(MAPPING, ROW | {"Firm": "B" * 201}), NOON)


@pytest.mark.parametrize(("size", "employees"), [("1,200", 1200), ("51-200", 51), ("500+", 500)])
def test_a_number_of_employees_is_read_as_the_api_reads_it(size: str, employees: int) -> None:
    assert mapped(MAPPING, ROW | {"Size": size}).bodies[0]["company"]["employees"] == employees


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"Mail": ""}, "neither an e-mail address nor a phone"),
        ({"Source": "billboard"}, "Source 'billboard' is not among the words"),
        ({"Source": ""}, "Source '' is not among the words"),
        ({"When": "3/3/2026"}, "When '3/3/2026' lies after 2026-03-02, the day of the export"),
        ({"Size": "a dozen"}, "Size 'a dozen': a number or a range is expected, such as 250 or 51-200"),
    ],
)
def test_what_cannot_be_taken_for_certain_is_refused(row: Body, reason: str) -> None:
    with pytest.raises(InvalidRow, match=reason):
        mapped(MAPPING, ROW | row)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"Mail": "a@b"}, "Mail 'a@b': an e-mail address is expected, such as ada@nordwind.example"),
        ({"Mail": "", "Phone": "n/a"}, "Phone 'n/a': a phone number with its country's code is expected"),
        ({"Firm": "B" * 201}, "Firm 'B+...': .* at most"),
    ],
)
def test_what_intake_would_refuse_is_refused_in_the_words_of_the_export(row: Body, reason: str) -> None:
    with pytest.raises(InvalidRow, match=reason):
        check("leads", mapped(MAPPING, ROW | row), NOON)


CONSENTING = MAPPING.replace(
    "employees: Size}",
    'employees: Size, consent: {column: Opt-in, words: {"yes": granted, "no": denied}},'
    " consent_purpose: {text: newsletter}, consent_text_version: {column: Text, optional: true}}",
)


@pytest.mark.parametrize(
    ("cells", "consent"),
    [
        ({"Opt-in": "yes", "Text": "v2"}, {"status": "granted", "purpose": "newsletter", "text_version": "v2"}),
        ({"Opt-in": "no", "Text": ""}, {"status": "denied", "purpose": "newsletter"}),
        ({"Opt-in": "", "Text": "v2"}, None),
    ],
)
def test_a_consent_is_imported_and_a_blank_one_says_nothing(cells: Body, consent: Body | None) -> None:
    (body,) = mapped(CONSENTING, ROW | cells).bodies
    assert body.get("consent") == consent
    check("leads", mapped(CONSENTING, ROW | cells), NOON)


def test_a_consent_in_other_words_is_refused_and_needs_a_purpose() -> None:
    with pytest.raises(InvalidRow, match="perhaps"):
        mapped(CONSENTING, ROW | {"Opt-in": "perhaps", "Text": ""})
    with pytest.raises(ValueError, match="needs the field consent_purpose"):
        mapped(CONSENTING.replace(" consent_purpose: {text: newsletter},", ""), ROW | {"Opt-in": "yes", "Text": ""})


ACTIVE = (
    MAPPING
    + """\
activities:
  - {kind: unsubscribed, when: {column: Opted out, blank: ["no"]}, at: Opted out on, purpose: {text: newsletter}}
  - {kind: email_clicked, at: Last click}
  - {kind: imported_score, when: Score, at_least: 50}
"""
)
QUIET = {"Opted out": "no", "Opted out on": "", "Last click": "", "Score": "49.5"}


@pytest.mark.parametrize(
    ("cells", "activities"),
    [
        ({}, []),
        (
            {"Opted out": "yes", "Opted out on": "4/1/2017"},
            [{"kind": "unsubscribed", "occurred_at": "2017-01-04T12:00:00Z", "purpose": "newsletter"}],
        ),
        ({"Last click": "5/1/2017"}, [{"kind": "email_clicked", "occurred_at": "2017-01-05T12:00:00Z"}]),
        ({"Score": "50"}, [{"kind": "imported_score", "occurred_at": "2017-01-03T12:00:00Z"}]),
        ({"Score": ""}, []),
    ],
)
def test_a_row_says_what_its_lead_did_beside_the_capture(cells: Body, activities: list[Body]) -> None:
    assert mapped(ACTIVE, ROW | QUIET | cells).activities == activities


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Opted out": "yes"}, "Opted out on is empty"),
        ({"Score": "high"}, "Score 'high': a number is expected"),
        ({"Last click": "yesterday"}, "Last click 'yesterday'"),
    ],
)
def test_an_activity_that_cannot_be_read_refuses_the_row(cells: Body, reason: str) -> None:
    with pytest.raises(InvalidRow, match=reason):
        mapped(ACTIVE, ROW | QUIET | cells)


def test_the_kind_of_an_activity_may_stand_in_a_column() -> None:
    mapping = MAPPING + "activities: [{kind: {column: Type, words: {Click: email_clicked, Odd: dance}}, when: Type}]\n"
    assert mapped(mapping, ROW | {"Type": "Click"}).activities[0]["kind"] == "email_clicked"
    with pytest.raises(InvalidRow, match="Type 'dance' is not among the words"):
        mapped(mapping, ROW | {"Type": "Odd"})


@pytest.mark.parametrize("activity", ["{kind: email_clicked}", "{kind: imported_score, at: When, at_least: 5}"])
def test_an_activity_depends_on_a_cell(activity: str) -> None:
    with pytest.raises(ValueError, match="when is needed"):
        mapped(MAPPING + f"activities: [{activity}]\n", ROW)


# -- olist -----------------------------------------------------------------------------------------------------------

ID = "b91cf8812365f50ff4bda4bcd6206b05"


def olist(kind: str, folder: Path, row: Body) -> MappedRecord:
    map_record, _ = kinds_of("olist", kind)[0].open(export_context(folder))
    record = map_record((row_of(2, row),))
    assert isinstance(record, MappedRecord)
    return record


def sign_up(origin: str) -> Body:
    row = {"mql_id": ID, "first_contact_date": "2018-02-01", "landing_page_id": "88740", "origin": origin}
    (body,) = olist("leads", Path(), row).bodies
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
    row = {"mql_id": ID, "seller_id": "5e11e7", "sr_id": "9e9", "won_date": won, "business_segment": ""}
    record = olist("opportunities", folder, row)
    return record.bodies[0]["facts"], list(record.notes)


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
        kinds_of("olist", "opportunities")[0].open(export_context(tmp_path))
