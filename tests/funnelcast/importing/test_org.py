import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest

from funnelcast.importing.files.row import InvalidRow, Row, Skipped
from funnelcast.importing.kinds import export_kind
from funnelcast.importing.mapping.yaml_file import parse_mapping
from funnelcast.importing.record import MappedRecord
from tests.funnelcast.importing.mapped import export_context, row_of

MAPPING = """\
mapping: acme
kind: org
dates: {formats: [YYYY-MM-DD], timezone: UTC}
fields: {id: Name, key: Id, name: Name, manager: Manager, role: Role, active: Active, starts: Start, ends: End}
roles: {Rep: person, Chief: person, Bot: skip}
active: {"1": "yes", "0": "no"}
"""
USERS = """\
Id,Name,Manager,Role,Active,Start,End
u2,Ann Lee,u1,Rep,1,2024-01-01,
u1,Carla Chief,,Chief,1,,
u3,Bob Roe,ann lee,Rep,1,2023-05-01,
u4,Old Hand,Ann Lee,Rep,0,,2024-06-30
u5,Gone Boss,Carla Chief,Rep,0,,
u6,Zoe Low,Gone Boss,Rep,1,,
u7,Script,Ann Lee,Bot,1,,
"""
Body = dict[str, str | None]


def mapped(users: str, mapping: str = MAPPING) -> dict[int, MappedRecord | Skipped | str]:
    """The node of each row, or the reason for which it is refused, by line."""
    kind = export_kind(parse_mapping(mapping, {}))
    rows = [row_of(line, cells) for line, cells in enumerate(csv.DictReader(io.StringIO(users)), 2)]

    def all_rows() -> Iterator[Row]:
        return iter(rows)

    map_record, _ = kind.open(replace(export_context(), rows=all_rows))
    found: dict[int, MappedRecord | Skipped | str] = {}
    for row in rows:
        try:
            found[row.line] = map_record((row,))
        except InvalidRow as invalid:
            found[row.line] = str(invalid)
    return found


def bodies(found: MappedRecord | Skipped | str) -> list[Body]:
    assert isinstance(found, MappedRecord)
    return list(found.bodies)


def test_a_row_brings_the_nodes_above_it_wherever_they_stand_in_the_file() -> None:
    found = mapped(USERS)
    assert [(node["node_id"], node["parent"], node.get("from")) for node in bodies(found[4])] == [
        ("carla-chief", None, None),
        ("ann-lee", "carla-chief", "2024-01-01"),
        ("bob-roe", "ann-lee", "2024-01-01"),
    ]
    assert (bodies(found[2])[-1]["name"], found[8]) == ("Ann Lee", Skipped(1))


def test_one_who_left_is_ended_unless_others_stand_below() -> None:
    found = mapped(USERS)
    assert bodies(found[5])[-1]["ends"] == "2024-06-30"
    left = found[6]
    assert isinstance(left, MappedRecord)
    assert ("ends" in left.bodies[-1], left.notes) == (False, ["inactive, but others stand below: left active"])


def test_a_root_and_units_may_stand_above_people() -> None:
    mapping = """\
mapping: acme
kind: org
root: {id: acme, name: Acme}
fields: {id: Mail, name: Name, unit: Team}
"""
    found = mapped("Mail,Name,Team\nann@acme.example,Ann,North\nzoe@acme.example,Zoe,\n", mapping)
    assert [(node["node_id"], node["kind"], node["parent"]) for node in bodies(found[2])] == [
        ("acme", "unit", None),
        ("north", "unit", "acme"),
        ("ann-acme-example", "person", "north"),
    ]
    assert bodies(found[3])[-1]["parent"] == "acme"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("u8,Lost Sheep,Nobody,Rep,1,,", "Manager 'Nobody' is neither an id nor a name in this file"),
        ("u8,Loop,Loop2,Rep,1,,\nu9,Loop2,Loop,Rep,1,,", "go round in a circle: loop would stand above itself"),
        ("u8,Second Chief,,Chief,1,,", "nobody stands above it, nor above line 3: the mapping has to name a root"),
        ("u8,Ann Lee,u1,Rep,1,,", "Name 'Ann Lee' is 'ann-lee', and so is line 2: people need ids of their own"),
        ("u8,A,B,Rep,1,,\nu9,B,Nobody,Rep,1,,", "line 10 stands above it: Manager 'Nobody' is neither"),
        ("u8,A,u9,Rep,1,,\nu9,B,u1,Boss,1,,", "Manager 'u9' is line 10: refused"),
        ("u8,A,u1,Rep,maybe,,", "Active 'maybe' is not among the words that the mapping lists: '1', '0'"),
        ("u8,A,u1,Rep,1,5/1/2024,", "Start '5/1/2024': a date written as YYYY-MM-DD is expected"),
        ("u8,,u1,Rep,1,,", "Name is empty, and a value is needed"),
    ],
)
def test_a_row_that_has_no_place_is_refused_with_its_reason(line: str, reason: str) -> None:
    refused = mapped(USERS + line + "\n")[9]
    assert isinstance(refused, str)
    assert reason in refused


def test_a_key_that_two_people_have_does_not_say_who_is_above() -> None:
    header = USERS.splitlines()[0]
    found = mapped(f"{header}\nu1,C,,Chief,1,,\nu2,Ann,u1,Rep,1,,\nu2,Bob,u1,Rep,1,,\nu4,Cy,u2,Rep,1,,\n")
    assert found[5] == "Manager 'u2' may be line 3 and 4: an id is expected"
    assert not any(isinstance(found[line], str) for line in (2, 3, 4))


def test_a_name_that_two_people_have_does_not_say_who_is_above() -> None:
    header = "Id,Name,Manager,Role,Active,Start,End\n"
    users = f"{header}u1,C,,Chief,1,,\nu2,Ann,u1,Rep,1,,\nu3,ANN,u1,Rep,1,,\nu4,B,ann,Rep,1,,\n"
    refused = mapped(users, MAPPING.replace("id: Name", "id: Id"))[5]
    assert refused == "Manager 'ann' may be line 3 and 4: an id is expected"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("dates: {formats: [YYYY-MM-DD], timezone: UTC}\n", "", "the fields starts and ends need dates"),
        ("roles: {Rep: person, Chief: person, Bot: skip}\n", "", "the field role and roles need each other"),
        (", manager: Manager", "", "the field manager or the field unit is needed"),
        ("manager: Manager", "unit: Manager", "units need a root above them"),
        ("Bot: skip", "Bot: robot", "roles.Bot: must be 'person', 'unit' or 'skip'"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(before: str, after: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_mapping(MAPPING.replace(before, after), {})
