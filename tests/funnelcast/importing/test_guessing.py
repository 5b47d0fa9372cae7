"""`--guess`: a first mapping from a file's header and values."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart

from funnelcast.failure import Failed
from funnelcast.importing.files.row import RejectedRecord, Skipped
from funnelcast.importing.guessing.columns import plain_name
from funnelcast.importing.guessing.mapping import guess_mapping
from funnelcast.importing.guessing.notation import guess_dates, guess_numbers, has_currency_beside, unknown_signs
from funnelcast.importing.mappings import kinds_of
from funnelcast.importing.reading import ImportSource, open_export, read_records
from tests.funnelcast.command import run

EXPORTS = Path(__file__).parent / "exports"
HEADER = "Id,Name,Company,Owner,Stage,Amount,Opened,Closed\n"


def guess_of(folder: Path, content: str, encoding: str = "utf-8") -> str:
    file = folder / "export.csv"
    file.write_text(content, encoding=encoding)
    return guess_mapping(file)


@pytest.mark.parametrize("name", ["salesforce", "hubspot", "zoho"])
def test_a_guess_reads_the_file_that_it_was_made_of(tmp_path: Path, name: str) -> None:
    mapping, file = tmp_path / "guessed.yaml", EXPORTS / f"{name}.csv"
    mapping.write_text(guess_mapping(file))
    found = list(read_records(open_export(ImportSource(file, kinds_of(str(mapping), "opportunities"), "EUR"))))
    taken = [one[1].bodies[0]["facts"] for one in found if not isinstance(one, RejectedRecord | Skipped)]
    ends = [facts[-1]["command"] for facts in taken]
    assert (ends.count("win"), ends.count("lose"), len(found)) == (1, 1, 3)


def test_a_column_of_codes_is_the_currencys(tmp_path: Path) -> None:
    header = HEADER.replace("Amount", "Wert,Cur").replace("Opened", "Angelegt am")
    guess = guess_of(
        tmp_path, header + "1,Deal,Acme,Ann,Won,5,EUR,2024-01-05,\n2,Deal,Acme,Ann,New,6,USD,2024-01-05,\n"
    )
    assert "  currency_column: Cur  # ? is it the currency\n" in guess
    assert "  opened: Angelegt am\n" in guess
    assert "not used" not in guess
    named = guess_of(tmp_path, header.replace("Cur", "Amount Currency") + "1,Deal,Acme,Ann,Won,5,EUR,2024-01-05,\n")
    assert "  currency_column: Amount Currency\n" in named


def test_an_unknown_sign_beside_amounts_is_asked_for(tmp_path: Path) -> None:
    rows = '1,Deal,Acme,Ann,Won,"1 200,50 kr",2024-01-05,\n2,Deal,Acme,Ann,New,"kr 300,00",2024-01-05,\n'
    guess = guess_of(tmp_path, HEADER + rows + '3,Deal,Acme,Ann,New,"USD 1 000,00",2024-01-05,\n')
    assert '  decimal: ","\n  thousands: " "\n  currency_beside: true\n  symbols: {kr: \'?\'}  # ? which' in guess
    assert unknown_signs(["(5)", "1.2k", "-5", "5 \u20a8", "$5"]) == ["\u20a8"]


def test_rows_in_quotes_as_a_whole_are_read(tmp_path: Path) -> None:
    guess = guess_of(tmp_path, '"Id;Name;Stage;Opened"\n"1;""A; B"";Won;2024-01-05"\n')
    assert "file: {quoted_whole: true}  # ? rows stand in quotes as a whole\n" in guess
    assert "  id: Id\n" in guess


def test_days_of_stages_are_entered(tmp_path: Path) -> None:
    header = HEADER.strip() + ',"Date entered ""Contract Sent (Sales)""",Date entered Closed Lost,Date entered Demo\n'
    guess = guess_of(tmp_path, header + "1,Deal,Acme,Ann,Lost,5,2024-01-05,,2024-01-06 10:00,2024-01-07 10:00,\n")
    entered = '  negotiation: "Date entered \\"Contract Sent (Sales)\\""  # ?'
    assert f"entered:\n{entered}" in guess
    assert "  lost: Date entered Closed Lost  # ?" in guess
    assert "Demo" in guess.partition("# not used: ")[2], "without values"
    assert '"YYYY-MM-DD hh:mm"' in guess


def test_what_is_not_sure_is_asked(tmp_path: Path) -> None:
    rows = '1,Deal,Acme,Ann,Won,"1,054",1/2/2024,3/4/2024\n2,Deal,,Ann,Parked,N/A,1/2/2024,\n'
    guess = guess_of(tmp_path, HEADER.replace("Name", "What") + rows)
    assert "  name: '?'  # ? which column is it" in guess
    assert "  formats: [M/D/YYYY]  # ? or D/M/YYYY" in guess
    assert '# ? or decimal: ",", thousands: ""' in guess
    assert "  # ? currency: EUR" in guess
    assert "blank: [N/A]  # ? do these mean an empty cell" in guess
    assert "  Parked: unqualified  # ? which stage is it" in guess
    assert "  account: {column: Company, default: unknown}  # ? for blank cells" in guess


def test_a_status_beside_the_stage_is_how_deals_have_ended(tmp_path: Path) -> None:
    rows = "".join(f"1,Deal,Acme,Ann,New,{status},2024-01-05\n" for status in ("Won", "Open", "Paused"))
    guess = guess_of(tmp_path, "Id,Name,Company,Owner,Stage,Status,Opened\n" + rows)
    assert "  outcome: Status\n" in guess
    assert "outcomes:\n  Won: won\n  Open: open\n  Paused: open  # ? open, won or lost" in guess


def test_a_blank_column_is_not_the_one_with_the_stages_and_several_pipelines_are_told(tmp_path: Path) -> None:
    header = "Id,Name,Company,Inhaber,Status,Sales Stage,Likely,Date Created,Pipeline\n"
    rows = '1,A,B,C,,Won,"12,34,567.00",01/05/2024 02:05pm,East\n2,A,B,C,,New,5,01/25/2024 02:05pm,West\n'
    guess = guess_of(tmp_path, header + rows)
    assert "  stage: Sales Stage\n" in guess
    assert "outcome" not in guess
    assert "  owner: Inhaber\n" in guess
    assert '  formats: ["M/D/YYYY h:mmAM"]\n' in guess
    assert '  thousands: ","\n  grouping: indian\n' in guess
    assert "# ? only: {Pipeline: East}  # the export has 2 pipelines\n" in guess


@pytest.mark.parametrize(
    ("file", "name"), [("zoho.csv", "my-zoho"), ("Deals 2024.csv", "deals-2024"), ("_.csv", "export")]
)
def test_a_guess_has_a_name_of_its_own(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_text(HEADER)
    assert f"\nmapping: {name}\n" in guess_mapping(tmp_path / file)


def test_words_of_the_currencys_column_are_asked_for(tmp_path: Path) -> None:
    header = HEADER.replace("Amount", "Amount,Currency")
    guess = guess_of(tmp_path, header + "1,Deal,Acme,Ann,Won,5,US Dollars,2024-01-05,\n2,D,A,Ann,New,6,€,2024-01-05,\n")
    assert "  symbols: {US Dollars: '?'}  # ? which currency is it\n" in guess


def test_a_guess_with_an_open_question_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text("Id,Company,Owner,Stage,Opened\n1,Acme,Ann,New,2024-01-05\n")
    mapping = tmp_path / "guessed.yaml"
    mapping.write_text(guess_mapping(file))
    with pytest.raises(Failed, match=r"has no column \?"):
        open_export(ImportSource(file, kinds_of(str(mapping), "opportunities"), "EUR"))


def test_the_encoding_and_texts_with_signs_are_written_as_yaml(tmp_path: Path) -> None:
    guess = guess_of(tmp_path, HEADER + '1,Deal,Acme,Jürgen,"Stufe: ""Ö""",1,2024-01-05,\n', "cp1252")
    assert "file: {encoding: cp1252}" in guess
    assert r'  "Stufe: \"Ö\"": unqualified  # ? which stage is it' in guess


@pytest.mark.parametrize(
    ("values", "patterns", "rivals"),
    [
        (["31.12.2017", "1.2.2017 10:30"], ["D.M.YYYY", "D.M.YYYY hh:mm"], []),
        (["12/31/2017", "1/2/2017"], ["M/D/YYYY"], []),
        (["1/2/2017"], ["M/D/YYYY"], ["D/M/YYYY"]),
        (["3/3/2017"], ["M/D/YYYY"], []),
        (["05-Jan-2024"], ["D-MMM-YYYY"], []),
        (["1514730615000"], ["epoch-ms"], []),
        (["42795.5"], ["excel"], []),
        ([], ["YYYY-MM-DD"], []),
    ],
)
def test_dates_are_guessed_by_what_reads_them(values: list[str], patterns: list[str], rivals: list[str]) -> None:
    guess = guess_dates(values)
    assert (guess.patterns, guess.rivals, guess.unread) == (patterns, rivals, None)


def test_a_date_that_no_format_reads_is_named() -> None:
    assert guess_dates(["2024-01-05", "soon"]).unread == "soon"
    assert guess_dates(["1/31/24"]).needs_pivot


@pytest.mark.parametrize(
    ("values", "signs"),
    [
        (["1,234.50", "7"], (".", ",")),
        (["1.234,50"], (",", ".")),
        (["1234,50"], (",", "")),
        (["1 234,50"], (",", " ")),
        (["1’234.50"], (".", "'")),
        (["$1,234.50", "-3"], (".", ",")),
    ],
)
def test_amounts_are_guessed_by_what_reads_them(values: list[str], signs: tuple[str, str]) -> None:
    guess = guess_numbers(values)
    assert ((guess.decimal, guess.thousands), guess.unread) == (signs, None)


def test_an_amount_that_may_be_two_numbers_has_a_rival_and_one_that_is_none_is_named() -> None:
    assert guess_numbers(["1,054"]).rival == (",", "", "thousands")
    assert guess_numbers(["100", "a lot"]).unread == "a lot"
    assert has_currency_beside(["EUR 5", "7 $"])
    assert not has_currency_beside(["EUR 5", "7"])


def test_names_of_columns_are_compared_without_what_the_record_is_called() -> None:
    assert [
        plain_name(name) for name in ("Deal - Title", "Deal - Deal created", "Opportunity ID", "Deal", "Close_Date")
    ] == [
        "title",
        "created",
        "id",
        "deal",
        "closedate",
    ]


def test_a_file_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="no header"):
        guess_of(tmp_path, "one\n\n")


def test_the_command_prints_a_guess_and_refuses_other_kinds() -> None:
    file = EXPORTS / "salesforce.csv"
    printed = run("import", "opportunities", file, "--guess")
    assert (printed.returncode, printed.stdout) == (0, guess_mapping(file))
    assert run("import", "leads", file, "--guess").returncode == 2


def test_of_a_workbook_the_sheet_with_the_widest_table_is_taken(tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("Cover").append(["Pipeline", "as of", "today"])
    deals = book.create_sheet("Deals 2024")
    for row in (["Exported deals"], HEADER.strip().split(","), [1, "Deal", "Acme", "Ann", "Won", 5, "2024-01-05"]):
        deals.append(row)
    book.create_chartsheet("Chart").add_chart(BarChart())
    file = tmp_path / "export.xlsx"
    book.save(file)
    guess = guess_mapping(file)
    assert "file: {sheet: Deals 2024}  # ? the workbook has several" in guess
    assert "  owner: Owner\n" in guess
