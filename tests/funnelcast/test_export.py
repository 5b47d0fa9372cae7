from pathlib import Path

import pytest

from funnelcast.failure import Failed
from funnelcast.importing.export import Export, Rejected, Row, read, write_rejected


def exported(folder: Path, content: str | bytes) -> Path:
    file = folder / "export.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_rows_know_the_line_they_begin_on_and_cells_are_stripped(tmp_path: Path) -> None:
    file = exported(tmp_path, 'id,note\r\n1," two\nlines "\r\n\r\n2,one \r\n')
    assert read(file, ["id"]) == Export(
        ["id", "note"], [Row(2, {"id": "1", "note": "two\nlines"}), Row(5, {"id": "2", "note": "one"})], []
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_byte_order_mark_and_the_delimiter_of_a_spreadsheet_are_read_right(tmp_path: Path, delimiter: str) -> None:
    file = exported(tmp_path, b"\xef\xbb\xbf" + f"id{delimiter}name\n1{delimiter}Zoé\n".encode())
    assert read(file, ["id", "name"]).rows == [Row(2, {"id": "1", "name": "Zoé"})]


def test_a_row_with_other_cells_than_the_header_is_refused_whole(tmp_path: Path) -> None:
    file = exported(tmp_path, 'id,name\n1,a\n"2,b"\n3,c,d\n')
    read_so = read(file, ["id"])
    assert [row.line for row in read_so.rows] == [2]
    assert read_so.rejected == [
        Rejected(3, "has 1 cells where the header has 2", ["2,b"]),
        Rejected(4, "has 3 cells where the header has 2", ["3", "c", "d"]),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,name\n1,a\n", "has no column owner"),
        ('"id,owner"\n"1,a"\n', "has no column id, owner"),
        ("", "its first line names none"),
        ("id,owner,id\n1,2,3\n", "names a column twice"),
        (b"id,owner\n1,a\n2,\xe9\n", "line 3: not UTF-8"),
        ('id,owner\n1,a\n2,"b\n', "line 3: unexpected end of data"),
    ],
)
def test_a_file_that_cannot_be_read_for_certain_is_refused(tmp_path: Path, content: str | bytes, told: str) -> None:
    with pytest.raises(Failed, match=told):
        read(exported(tmp_path, content), ["id", "owner"])


def test_the_reject_file_has_line_reason_and_the_row_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    write_rejected(file, ["id", "name"], [Rejected(7, "why, indeed", ["2", 'a "b"']), Rejected(3, "so", ["1"])])
    assert file.read_text() == 'line,reason,id,name\n3,so,1\n7,"why, indeed",2,"a ""b"""\n'
