import gzip
from pathlib import Path

import pytest

from funnelcast.failure import Failed
from funnelcast.importing.export import PLAIN, Layout, Rejected, Row, survey, table
from funnelcast.importing.records import records
from funnelcast.importing.rejects import kept


def exported(folder: Path, content: str | bytes) -> Path:
    file = folder / "export.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def rows(file: Path, layout: Layout = PLAIN) -> list[Row | Rejected]:
    return list(survey(file, ["id"], layout).rows())


def test_rows_know_the_line_they_begin_on_and_cells_are_stripped(tmp_path: Path) -> None:
    file = exported(tmp_path, 'id,note\r\n1," two\nlines "\r\n\r\n2,one \r\n')
    assert rows(file) == [Row(2, {"id": "1", "note": "two\nlines"}), Row(5, {"id": "2", "note": "one"})]
    assert (survey(file, ["id"]).columns, survey(file, ["id"]).total) == (["id", "note"], 2)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_byte_order_mark_and_the_delimiter_of_a_spreadsheet_are_read_right(tmp_path: Path, delimiter: str) -> None:
    file = exported(tmp_path, b"\xef\xbb\xbf" + f"id{delimiter}name\n1{delimiter}Zoé\n".encode())
    assert rows(file) == [Row(2, {"id": "1", "name": "Zoé"})]


def test_a_gzipped_file_is_read_as_it_is(tmp_path: Path) -> None:
    assert rows(exported(tmp_path, gzip.compress(b"id\n7\n"))) == [Row(2, {"id": "7"})]


def test_half_a_gzipped_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="cannot be unpacked"):
        survey(exported(tmp_path, gzip.compress(b"id\n7\n")[:-6]), ["id"])


def test_another_encoding_is_read_when_the_mapping_says_so(tmp_path: Path) -> None:
    file = exported(tmp_path, "id,name\n1,Zoé €5\n".encode("cp1252"))
    assert rows(file, Layout(encoding="cp1252")) == [Row(2, {"id": "1", "name": "Zoé €5"})]
    with pytest.raises(Failed, match=r"line 2: not UTF-8; .* name its encoding in a mapping"):
        survey(file, ["id"])


def test_rows_that_are_quoted_whole_are_read_when_the_mapping_says_so(tmp_path: Path) -> None:
    file = exported(tmp_path, '"id;name"\n"1;""a; b"""\n2;plain\n"3;x;y"\n')
    assert rows(file, Layout(delimiter=";", quoted_whole=True)) == [
        Row(2, {"id": "1", "name": "a; b"}),
        Row(3, {"id": "2", "name": "plain"}),
        Rejected(4, "has 3 cells where the header has 2", ["3", "x", "y"]),
    ]


def test_a_row_with_other_cells_than_the_header_is_refused_whole(tmp_path: Path) -> None:
    assert rows(exported(tmp_path, 'id,name\n1,a\n"2,b"\n3,c,d\n')) == [
        Row(2, {"id": "1", "name": "a"}),
        Rejected(3, "has 1 cells where the header has 2; is the row quoted whole? The mapping can say so", ["2,b"]),
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
        ("id,owner\n1,a\n2,b\rc\n", "line 3: new-line character"),
    ],
)
def test_a_file_that_cannot_be_read_for_certain_is_refused(tmp_path: Path, content: str | bytes, told: str) -> None:
    with pytest.raises(Failed, match=told):
        survey(exported(tmp_path, content), ["id", "owner"])


def test_a_table_with_an_odd_row_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"line 3: has 1 cells"):
        table(exported(tmp_path, "id,price\n1,2\n3\n"), ["id"])


def test_rows_of_one_key_come_together_in_their_order_wherever_they_stand(tmp_path: Path) -> None:
    export = survey(exported(tmp_path, "id,n\nb,1\na,2\nb,3\n,4\na,5\n"), ["id"])
    together = [tuple(row["n"] for row in each) for each in records(export, "id") if not isinstance(each, Rejected)]
    assert together == [("1", "3"), ("2", "5"), ("4",)]


def test_histories_with_an_odd_row_are_refused_whole_for_it_may_belong_to_any(tmp_path: Path) -> None:
    export = survey(exported(tmp_path, "id,n\nb,1\na\nb,3\n"), ["id"])
    with pytest.raises(Failed, match=r"line 3: not as many cells as the header has; nothing was taken"):
        list(records(export, "id"))


def test_the_reject_file_has_line_reason_and_the_row_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    with kept(file, ["id", "name"]) as rejects:
        rejects.add(Rejected(3, "so", ["1"]))
        rejects.add(Rejected(7, "why, indeed", ["2", 'a "b"']))
    assert file.read_text() == 'line,reason,id,name\n3,so,1\n7,"why, indeed",2,"a ""b"""\n'


def test_without_a_reject_file_the_first_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with kept(None, ["id"]) as rejects:
        for line in range(2, 25):
            rejects.add(Rejected(line, "no", []))
    told = capsys.readouterr().err.splitlines()
    assert (told[0], len(told), told[-1]) == ("line 2: no", 21, "… and 3 more: --rejects FILE keeps them all")
