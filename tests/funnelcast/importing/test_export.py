import gzip
import re
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from funnelcast.failure import Failed
from funnelcast.importing.files import text
from funnelcast.importing.files.export import read_table, survey
from funnelcast.importing.files.layout import DEFAULT_LAYOUT, Layout
from funnelcast.importing.files.merged import merged_cells
from funnelcast.importing.files.row import RejectedRecord, Row, Skipped, rejected_record, rejected_row
from funnelcast.importing.files.workbook import WorkbookDate, WorkbookNumber
from funnelcast.importing.mapping.tables import Join, TableMapping
from funnelcast.importing.record import ExportKind
from funnelcast.importing.records import records
from funnelcast.importing.rejects import reject_file
from tests.funnelcast.importing.mapped import row_of

HINT = "has 1 cells where the header has 2; is the row quoted whole? The mapping can say so (file.quoted_whole)"
ALL = ExportKind("leads", ["id"], lambda beside: (lambda record: Skipped(1), ()))


def exported(folder: Path, content: str | bytes) -> Path:
    file = folder / "export.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def rows(file: Path, layout: Layout = DEFAULT_LAYOUT) -> list[Row | RejectedRecord]:
    return list(survey(file, ["id"], layout).rows())


def cells(file: Path, layout: Layout = DEFAULT_LAYOUT) -> list[tuple[int, dict[str, str]]]:
    """The named cells of rows that are not rejected, by line."""
    export = survey(file, ["id"], layout)
    names = [name for name in export.columns.names if name]
    return [(row.line, {name: row[name] for name in names}) for row in export.rows() if isinstance(row, Row)]


# -- encodings and line ends -----------------------------------------------------------------------------------------


def test_rows_know_the_line_they_begin_on_and_cells_are_stripped(tmp_path: Path) -> None:
    file = exported(tmp_path, 'id,note\r\n1," two\nlines "\r\n\r\n2,one \r\n')
    assert cells(file) == [(2, {"id": "1", "note": "two\nlines"}), (5, {"id": "2", "note": "one"})]
    assert (survey(file, ["id"]).columns.names, survey(file, ["id"]).total) == (["id", "note"], 2)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_byte_order_mark_and_the_delimiter_of_a_spreadsheet_are_read_right(tmp_path: Path, delimiter: str) -> None:
    file = exported(tmp_path, b"\xef\xbb\xbf" + f"id{delimiter}name\n1{delimiter}Zoé\n".encode())
    assert cells(file) == [(2, {"id": "1", "name": "Zoé"})]


def test_a_delimiter_with_which_the_header_has_the_columns_counts_before_one_that_is_used_more(tmp_path: Path) -> None:
    file = exported(tmp_path, "id;name;size\n7;A, B, C, D, E;2\n")
    assert cells(file) == [(2, {"id": "7", "name": "A, B, C, D, E", "size": "2"})]
    with pytest.raises(Failed, match="has no column price; line 1 names id, name, size"):
        survey(file, ["id", "price"])


def test_a_byte_of_nothing_in_a_text_does_not_make_it_another_encoding(tmp_path: Path) -> None:
    assert cells(exported(tmp_path, "id,name\n7,a\0b\n")) == [(2, {"id": "7", "name": "a\0b"})]
    with pytest.raises(Failed, match="it may be utf-16-le"):
        survey(exported(tmp_path, "id,name\n7,ab\n".encode("utf-16-le")), ["id"])


def test_a_folder_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="cannot be read: Is a directory"):
        survey(tmp_path, ["id"])


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_lines_end_as_on_any_system_and_marked_encodings_are_read_by_themselves(
    tmp_path: Path, ends: str, encoding: str
) -> None:
    file = exported(tmp_path, ends.join(["id,name", "1,Zoé", "2,b", ""]).encode(encoding))
    assert cells(file) == [(2, {"id": "1", "name": "Zoé"}), (3, {"id": "2", "name": "b"})]


def test_another_encoding_is_read_when_the_mapping_says_so(tmp_path: Path) -> None:
    file = exported(tmp_path, "id,name\n1,Zoé €5\n".encode("cp1252"))
    assert cells(file, Layout(encoding="cp1252")) == [(2, {"id": "1", "name": "Zoé €5"})]
    with pytest.raises(Failed, match=r"line 2: not UTF-8; .* name its encoding in the mapping"):
        survey(file, ["id"])
    unmarked = exported(tmp_path, "id,name\n1,Zoé\n".encode("utf-16-le"))
    assert cells(unmarked, Layout(encoding="utf-16-le")) == [(2, {"id": "1", "name": "Zoé"})]
    with pytest.raises(Failed, match="it may be utf-16-le"):
        survey(unmarked, ["id"])
    with pytest.raises(Failed, match="no byte order mark, so that UTF-16 may be utf-16-le or utf-16-be"):
        survey(unmarked, ["id"], Layout(encoding="utf-16"))


def test_a_gzipped_file_is_read_as_it_is(tmp_path: Path) -> None:
    assert cells(exported(tmp_path, gzip.compress(b"id\n7\n"))) == [(2, {"id": "7"})]


def test_half_a_gzipped_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="cannot be unpacked: it is damaged, or not all of it is there; get it again"):
        survey(exported(tmp_path, gzip.compress(b"id\n7\n")[:-6]), ["id"])


# -- where the table begins and ends ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\nid;name\r\n1;a\r\n",
        '"sep=;"\nid;name\n1;a\n',
        "Open deals of 2024\n\nid,name\n1,a\n",
        "id,name\n1,a\n,\n , \n\n",
        "id,name\nid,name\n1,a\n id , name \n",
        'id,name\n1,a\n\n"Copyright (c) 2024 Acme, Inc."\n"Generated by Ann Lee"\n',
        "id,name,,\n1,a,,\n",
        "id,name\n1,a,,\n",
        "id,name,note,note\n1,a,x,y\n",
    ],
)
def test_what_surrounds_a_table_is_passed_over(tmp_path: Path, content: str) -> None:
    ((_, found),) = cells(exported(tmp_path, content))
    assert (found["id"], found["name"]) == ("1", "a")


def test_what_is_passed_over_is_counted(tmp_path: Path) -> None:
    content = "Deals\n\nid,name\n1,a\nid,name\n,\n2,b\n\nThe end\n"
    export = survey(exported(tmp_path, content), ["id"])
    assert (export.total, export.last_line) == (2, 7)
    assert list(export.notes()) == [
        "lines above the header passed over: 2",
        "blank rows passed over: 2",
        "repeated headers passed over: 1",
        "lines below the table passed over: 1",
    ]


def test_a_table_goes_on_after_a_lone_cell_when_rows_follow(tmp_path: Path) -> None:
    export = survey(exported(tmp_path, "id,name\n1,a\n\nnote\n2,b\n"), ["id"])
    assert [row.line for row in export.rows()] == [2, 4, 5]
    assert export.total == 3


def test_a_footer_that_follows_at_once_ends_the_table_when_the_mapping_names_it(tmp_path: Path) -> None:
    file = exported(tmp_path, "id,name\n1,a\nTotal,1\nand,more\n")
    assert [line for line, _ in cells(file, Layout(footer=("Total",)))] == [2]


def test_short_rows_are_rejected_or_padded_as_the_mapping_says(tmp_path: Path) -> None:
    file = exported(tmp_path, 'id,name\n1,a\n"2,b"\n3,c,d\n4\n')
    assert [one for one in rows(file) if isinstance(one, RejectedRecord)] == [
        rejected_row(3, HINT, ["2,b"]),
        rejected_row(4, "has 3 cells where the header has 2", ["3", "c", "d"]),
        rejected_row(5, HINT, ["4"]),
    ]
    assert cells(file, Layout(pad_short_rows=True))[-1] == (5, {"id": "4", "name": ""})


def test_rows_that_are_quoted_whole_are_read_when_the_mapping_says_so(tmp_path: Path) -> None:
    file = exported(tmp_path, '"id;name"\n"1;""a; b"""\n2;plain\n"3;x;y"\n')
    layout = Layout(delimiter=";", quoted_whole=True)
    assert cells(file, layout) == [(2, {"id": "1", "name": "a; b"}), (3, {"id": "2", "name": "plain"})]
    assert rows(file, layout)[2] == rejected_row(4, "has 3 cells where the header has 2", ["3", "x", "y"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id,name\n1,a\n", "has no column owner; line 1 names id, name"),
        ("id,Owner\n1,a\n", r"has no column owner \(is 'Owner' meant\?\)"),
        ('"id,owner"\n"1,a"\n', "has no column id, owner"),
        ("", "its first lines name none"),
        ("id,owner,id\n1,2,3\n", "names the column 'id' twice, and the mapping uses it"),
        (b"id,owner\n1,a\n2,\xe9\n", "line 3: not UTF-8"),
        ('id,owner\n1,a\n2,"b\n', "line 3: a quote is opened here and never closed"),
        ('id,owner\n1,a\n2,"b"c\n', "line 3: a closing quote is followed by more text"),
        (b"\xd0\xcf\x11\xe0 an old workbook", r"protected by a password, or of the old kind \(.xls\)"),
        (b"PK\x03\x04 no workbook", "begins like a workbook .* and cannot be read as one"),
    ],
)
def test_a_file_that_cannot_be_read_for_certain_is_refused(tmp_path: Path, content: str | bytes, reason: str) -> None:
    with pytest.raises(Failed, match=reason):
        survey(exported(tmp_path, content), ["id", "owner"])


def test_a_small_table_with_an_odd_row_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"line 3: has 1 cells"):
        read_table(exported(tmp_path, "id,price\n1,2\n3\n"), ["id"])


# -- workbooks -------------------------------------------------------------------------------------------------------


def workbook(file: Path, *table: Sequence[Any], sheets: Sequence[str] = ("Deals",)) -> Path:
    book = Workbook()
    for name in sheets:
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(file)
    return file


def test_a_workbooks_cells_keep_their_types(tmp_path: Path) -> None:
    day = datetime.fromisoformat("2024-01-05")
    moment = day.replace(hour=10, minute=30)
    file = workbook(tmp_path / "deals.xlsx", ["id", "value", "day"], [1, 1234.5, day], [2, 1e6, moment], ["x", True])
    (first, second, third) = (row for row in rows(file) if isinstance(row, Row))
    assert [(first[name], type(first[name])) for name in ("id", "value", "day")] == [
        ("1", WorkbookNumber),
        ("1234.5", WorkbookNumber),
        ("2024-01-05", WorkbookDate),
    ]
    assert (second["value"], second["day"], third["value"], third["day"]) == (
        "1000000",
        "2024-01-05T10:30:00",
        "TRUE",
        "",
    )


def test_a_workbook_whose_sheet_is_missing_is_refused_as_such(tmp_path: Path) -> None:
    whole, without = workbook(tmp_path / "deals.xlsx", ["id"], ["7"]), tmp_path / "without.xlsx"
    with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(without, "w") as kept:
        for name in parts.namelist():
            if "sheet1" not in name:
                kept.writestr(name, parts.read(name))
    with pytest.raises(Failed, match="has no sheet with cells"):
        survey(without, ["id"])


def test_of_several_sheets_the_mapping_names_one(tmp_path: Path) -> None:
    file = workbook(tmp_path / "deals.xlsx", ["id"], ["7"], sheets=("Old", "New"))
    with pytest.raises(Failed, match=r"has several sheets; name one of them in the mapping \(file.sheet\): Old, New"):
        survey(file, ["id"])
    with pytest.raises(Failed, match="has no sheet 'Newer'"):
        survey(file, ["id"], Layout(sheet="Newer"))
    assert cells(file, Layout(sheet="New")) == [(2, {"id": "7"})]


def test_hidden_sheets_are_read_only_when_the_mapping_names_them(tmp_path: Path) -> None:
    file = workbook(tmp_path / "deals.xlsx", ["id"], ["7"], sheets=("Deals", "hiddenSheet"))
    book = load_workbook(file)
    book["hiddenSheet"].sheet_state = "veryHidden"
    book["hiddenSheet"]["A2"] = "8"
    book.save(file)
    assert cells(file) == [(2, {"id": "7"})]
    assert cells(file, Layout(sheet="hiddenSheet")) == [(2, {"id": "8"})]


def changed_sheet(file: Path, old: str, new: str) -> Path:
    """Changes the text of a workbook's first sheet; `old` is a pattern."""
    with zipfile.ZipFile(file) as parts:
        contents = {name: parts.read(name) for name in parts.namelist()}
    sheet = contents["xl/worksheets/sheet1.xml"].decode()
    changed, places = re.subn(old, new, sheet)
    assert places == 1
    contents["xl/worksheets/sheet1.xml"] = changed.encode()
    with zipfile.ZipFile(file, "w") as parts:
        for name, content in contents.items():
            parts.writestr(name, content)
    return file


def test_a_formula_without_its_result_is_no_blank_cell(tmp_path: Path) -> None:
    file = workbook(tmp_path / "deals.xlsx", ["id", "value", "link"], ["7", 5, '=HYPERLINK("x")'], ["8", "=B2*2", ""])
    with pytest.raises(Failed, match=r"line 3: value has the formula '=B2\*2' without its result: save the workbook"):
        survey(file, ["id", "value"])
    assert cells(file)[0] == (2, {"id": "7", "value": "5", "link": '=HYPERLINK("x")'}), "of no use to the mapping"
    results = [('<c r="B3"><f>B2*2</f><v>10</v></c>', "10"), ('<c r="B3" t="str"><f>B2*2</f><v></v></c>', "")]
    for cell, found in results:
        workbook(file, ["id", "value"], ["7", 5], ["8", "=B2*2"])
        changed_sheet(file, r'<c r="B3">.*?</c>', cell)
        assert cells(file)[1] == (3, {"id": "8", "value": found})


def test_a_text_or_date_of_cells_that_are_merged_downwards_counts_for_each_row(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["A", 5, datetime.fromisoformat("2024-01-05"), "x"],
        [None, None, None, "y"],
        [None] * 4,
        ["B", None, None, "z"],
    ]
    file = workbook(tmp_path / "deals.xlsx", ["Report"], ["account", "value", "day", "id"], *rows)
    book = load_workbook(file)
    for merged in ("A1:D1", "A3:A5", "B3:B6", "C3:C4"):
        book["Deals"].merge_cells(merged)
    book.save(file)
    assert [(line, *found.values()) for line, found in cells(file)] == [
        (3, "A", "5", "2024-01-05", "x"),
        (4, "A", "", "2024-01-05", "y"),
        (6, "B", "", "", "z"),
    ]


def test_merged_cells_are_found_wherever_the_sheet_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = b"".join(b'<x:mergeCell ref="AB%d:AC%d"/>' % (row, row + 1) for row in range(1, 90, 2))
    for size in (7, 50, 1000):
        monkeypatch.setattr("funnelcast.importing.files.merged.CHUNK", size)
        assert merged_cells(BytesIO(sheet)).last_rows == {row: [(27, row + 1)] for row in range(1, 90, 2)}
    monkeypatch.setattr("funnelcast.importing.files.merged.MOST", 44)
    with pytest.raises(Failed, match="more than 44 cells of the workbook are merged"):
        merged_cells(BytesIO(sheet))


def test_a_workbooks_row_of_an_impossible_number_is_damage(tmp_path: Path) -> None:
    file = workbook(tmp_path / "deals.xlsx", ["id"], ["7"])
    changed_sheet(file, '<row r="2"', '<row r="99999999999"')
    with pytest.raises(Failed, match="cannot be read as one"):
        survey(file, ["id"])


def test_a_text_that_a_workbook_lacks_is_damage(tmp_path: Path) -> None:
    file = workbook(tmp_path / "deals.xlsx", ["id"], [7])
    changed_sheet(file, "<v>7</v>", "<v>7</v></c><c t='s'><v>5</v>")
    with pytest.raises(Failed, match="cannot be read as one"):
        survey(file, ["id"])


def test_signs_that_a_workbook_writes_as_codes_are_read(tmp_path: Path) -> None:
    assert cells(workbook(tmp_path / "deals.xlsx", ["id"], ["7_x000D_\n8"])) == [(2, {"id": "7\r\n8"})]


def test_a_workbook_that_unpacks_to_very_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("funnelcast.importing.files.workbook.LARGEST_PART", 1000)
    with pytest.raises(Failed, match="too large for a workbook: save it as CSV"):
        survey(workbook(tmp_path / "deals.xlsx", ["id"], *([n] for n in range(1000))), ["id"])


def test_a_workbooks_history_keeps_its_types(tmp_path: Path) -> None:
    file = workbook(tmp_path / "deals.xlsx", ["id", "value"], ["a", 1.5], ["b", "1.5"], ["a", 2.5])
    found = [one for one in records(survey(file, ["id"]), replace(ALL, group_by="id")) if isinstance(one, tuple)]
    assert [[type(row["value"]) for row in record] for record in found] == [[WorkbookNumber] * 2, [str]]


# -- records ---------------------------------------------------------------------------------------------------------


def test_rows_of_one_key_come_together_in_their_order_wherever_they_stand(tmp_path: Path) -> None:
    export = survey(exported(tmp_path, "id,n\nb,1\na,2\nb,3\n,4\na,5\n"), ["id"])
    found = records(export, replace(ALL, group_by="id"))
    assert [tuple(row["n"] for row in each) for each in found if isinstance(each, tuple)] == [
        ("1", "3"),
        ("2", "5"),
        ("4",),
    ]


def test_histories_with_an_odd_row_are_refused_whole_because_it_may_belong_to_any(tmp_path: Path) -> None:
    export = survey(exported(tmp_path, "id,n\nb,1\na\nb,3\n"), ["id"])
    with pytest.raises(Failed, match=r"line 3: not as many cells as the header has; a history needs all of its rows"):
        list(records(export, replace(ALL, group_by="id")))


def test_rows_that_the_mapping_leaves_out_are_skipped(tmp_path: Path) -> None:
    tables = TableMapping(only={"kind": ("sale",)}, skip={"test": ("yes", "1")}, ignore_case=True)
    file = exported(tmp_path, "id,kind,test\n1,sale,no\n2,rent,no\n3,SALE,Yes\n4,Sale,\n")
    export = survey(file, ["id"], ignore_case=True)
    found = list(records(export, replace(ALL, accepts=tables.counts)))
    assert [
        one if isinstance(one, Skipped) else one[0].line for one in found if not isinstance(one, RejectedRecord)
    ] == [
        2,
        Skipped(1),
        Skipped(1),
        5,
    ]


@pytest.mark.parametrize("header", ["Deal\u00a0ID", "\ufeffDeal ID", "Deal\u200b ID", "Deal  ID ", '"Deal\nID"'])
def test_what_nobody_sees_in_a_header_makes_no_other_column(tmp_path: Path, header: str) -> None:
    file = exported(tmp_path, f"{header},n\na,1\n{header},n\nb,2\n")
    export = survey(file, ["Deal ID"])
    assert [row["Deal ID"] for row in export.rows() if isinstance(row, Row)] == ["a", "b"]


def test_a_column_in_another_case_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"has no column Deal ID \(is 'DEAL ID' meant\?\)"):
        survey(exported(tmp_path, "DEAL ID,n\na,1\n"), ["Deal ID"])


def test_columns_of_another_file_are_joined_by_a_key(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text("Deal,Title\n1,One\n2,Two\n")
    join = Join(file="deals.csv", key="id", match="Deal", columns=("Title",))
    export = survey(exported(tmp_path, "id,n\n2,a\n3,b\n2,c\n"), ["id"])
    found = [one for one in records(export, replace(ALL, join=join, group_by="id")) if isinstance(one, tuple)]
    assert [[(row["Title"], row["n"]) for row in record] for record in found] == [
        [("Two", "a"), ("Two", "c")],
        [("", "b")],
    ]
    (tmp_path / "deals.csv").unlink()
    with pytest.raises(Failed, match=r"deals.csv must lie beside the file: the mapping takes Title from it"):
        list(records(export, replace(ALL, join=join)))


# -- rejected rows ---------------------------------------------------------------------------------------------------


def test_the_reject_file_has_line_reason_and_the_row_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    file.write_text("older")
    file.chmod(0o644)
    with reject_file(file, ["id", "name"]) as rejects:
        rejects.add(rejected_row(3, "so", ["1"]))
        rejects.add(rejected_row(7, "why, indeed", [" 2", 'a "b"']))
    assert file.read_text() == 'line,reason,id,name\n3,so,1\n7,"why, indeed", 2,"a ""b"""\n'
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, "it may hold personal data"


def test_all_rows_of_a_rejected_record_are_kept_in_order(tmp_path: Path) -> None:
    record = [row_of(2, {"id": "1"}), row_of(5, {"id": "1"}), row_of(6, {"id": "1"})]
    with reject_file(tmp_path / "rejects.csv", ["id"]) as rejects:
        rejects.add(rejected_record(record, "a reason", record[1]))
    assert (tmp_path / "rejects.csv").read_text().splitlines()[1:] == [
        "2,refused with line 5,1",
        "5,a reason,1",
        "6,refused with line 5,1",
    ]


def test_without_a_reject_file_the_first_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with reject_file(None, ["id"]) as rejects:
        for line in range(2, 25):
            rejects.add(rejected_row(line, "no", []))
    shown = capsys.readouterr().err.splitlines()
    assert (shown[0], len(shown), shown[-1]) == ("line 2: no", 21, "and 3 more; --rejects FILE keeps them all")


def test_a_reject_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="cannot be written"), reject_file(tmp_path / "no" / "rejects.csv", []):
        pytest.fail("nothing can be written there")


def test_a_line_that_is_too_long_is_not_several_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LONGEST_LINE", 10)
    file = tmp_path / "deals.csv"
    file.write_text("id,name\n1,exactly\n2,too long\n")
    with pytest.raises(Failed, match="line 3: longer than 10 characters"):
        survey(file, ["id"])
