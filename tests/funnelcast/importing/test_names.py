import pytest

from funnelcast.importing.cells.names import NodeIds, external_id, slug
from funnelcast.importing.files.row import InvalidRow
from funnelcast.importing.files.workbook import WorkbookNumber


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("Mei-Mei Johns", "mei-mei-johns"),
        ("Zoé O'Neill", "zoe-o-neill"),
        ("Zoé O’Neill", "zoe-o-neill"),
        ("Jürgen Groß", "jurgen-gross"),
        ("Łukasz Đặng", "lukasz-dang"),
        ("Иван Петров", "ivan-petrov"),
        ("محمد علي", "mhmd-ly"),
        ("佐藤花子", "zuotenghuazi"),
        ("ann.lee@acme.example", "ann-lee-acme-example"),
    ],
)
def test_a_name_in_any_script_makes_an_id(name: str, node: str) -> None:
    assert slug(name) == node


def test_signs_alone_make_no_id() -> None:
    with pytest.raises(InvalidRow, match=r"no id can be made of the name '\?\?\?'"):
        slug("???")


def test_spellings_of_one_name_are_one_node_and_are_counted() -> None:
    nodes, notes = NodeIds(), list[str]()
    assert {nodes.of("Owner", name, notes) for name in ("Ann Lee", "ann  lee", "ANN LEE")} == {"ann-lee"}
    assert notes == ["Owner 'ann  lee' taken for 'Ann Lee'", "Owner 'ANN LEE' taken for 'Ann Lee'"]


def test_two_names_that_would_be_one_node_are_refused_until_the_mapping_tells_them_apart() -> None:
    nodes = NodeIds()
    nodes.of("Owner", "Jürgen Groß", [])
    with pytest.raises(InvalidRow, match="'Jurgen Gross' and 'Jürgen Groß' would both be 'jurgen-gross'"):
        nodes.of("Owner", "Jurgen Gross", [])
    apart = NodeIds({"Jurgen Gross": "jurgen-2"})
    assert [apart.of("Owner", name, []) for name in ("Jürgen Groß", "jurgen gross")] == ["jurgen-gross", "jurgen-2"]


@pytest.mark.parametrize(
    ("text", "known_by", "note"),
    [
        ("D-1", "acme:D-1", None),
        ("401013266745e5661589292315434968", "acme:401013266745e5661589292315434968", None),
        ("50% off", "acme:50%%20off", "ID has blanks or percent signs: they are percent-encoded"),
        ("a b", "acme:a%20b", "ID has blanks or percent signs: they are percent-encoded"),
        ("a%20b", "acme:a%2520b", "ID has blanks or percent signs: they are percent-encoded"),
        ("a&#64;b", "acme:sha256-4495f3fc614f4d5bb87a7feea69a8003", "ID has an @: a digest stands for it"),
        ("a@b", "acme:sha256-7508d8b5018ea640b85269861a101203", "ID has an @: a digest stands for it"),
    ],
)
def test_an_opaque_id_is_encoded_and_counted(text: str, known_by: str, note: str | None) -> None:
    notes = list[str]()
    assert external_id("acme", "ID", text, notes) == known_by
    assert notes == ([note] if note else [])


@pytest.mark.parametrize("text", ["1.23E+15", "1,23E+15", WorkbookNumber("1234567890123456")])
def test_an_id_that_a_spreadsheet_has_rounded_is_refused(text: str) -> None:
    with pytest.raises(InvalidRow, match="was rounded by a spreadsheet"):
        external_id("acme", "ID", text, [])


def test_a_name_that_makes_the_id_which_the_table_gives_to_another_is_taken_for_that_and_counted() -> None:
    nodes, notes = NodeIds({"ann@acme.example": "ann-lee"}), list[str]()
    assert nodes.of("Owner", "Ann Lee", notes) == "ann-lee"
    assert notes == ["Owner 'Ann Lee' taken for 'ann@acme.example'"]


def test_a_name_without_a_letter_is_refused_with_its_column_and_an_example() -> None:
    with pytest.raises(InvalidRow, match=r"Owner '\?': a name with a letter or a digit is expected, such as Ann Lee"):
        NodeIds().of("Owner", "?", [])
