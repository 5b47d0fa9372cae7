"""The examples of docs/importing.md, and the command with mappings of one's own."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from funnelcast.importing.mapping.yaml_file import parse_mapping
from tests.funnelcast.command import ROOT, Result, Up, run

GUIDE = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"<!-- (\S+) -->\n```\w*\n(.*?)```", GUIDE, re.DOTALL))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("deals.csv", "prices.csv", "acme.yaml"):
        (tmp_path / name).write_text(SHOWN[name], encoding="utf-8")
    return tmp_path


def imported(folder: Path, *more: Any) -> Result:
    return run("import", "opportunities", folder / "deals.csv", "--mapping", folder / "acme.yaml", *more)


def head(system: Up) -> int:
    with system.client() as http:
        position: int = http.get("/pipeline/v1/events", params={"limit": 1}).json()["head"]
    return position


def deal(system: Up, external_id: str) -> Any:
    with system.client() as http:
        (found,) = http.get("/pipeline/v1/opportunities", params={"external_id": external_id}).json()["items"]
    return found


def test_the_guides_example_says_what_the_guide_says(system: Up, folder: Path) -> None:
    at = ("--url", system.address, "--key", system.key)
    taken = imported(folder, *at)
    refused = [line for line in taken.stderr.splitlines() if line.startswith("line")]
    assert "\n".join([*refused, taken.stdout]) == SHOWN["told"]
    won, open_one = deal(system, "acme:D-1"), deal(system, "acme:D-2")
    assert (won["name"], won["owner"], won["outcome"]) == ("Rollout Nord", "jurgen-gross", "won")
    assert (won["amount"], won["close_date"]) == ({"amount": "12400.50", "currency": "EUR"}, "2017-02-28")
    assert (open_one["amount_estimated"], open_one["stage"]) == (True, "proposal")
    before = head(system)
    assert imported(folder, *at).stdout.startswith("4 rows: 0 new, 3 there already, 1 rejected")
    assert head(system) == before


def test_a_dry_run_shows_and_counts_and_needs_no_system(folder: Path) -> None:
    result = imported(folder, "--dry-run", "--json")
    counts = json.loads(result.stdout)
    assert (counts["records"], counts["new"], counts["there"], counts["rejected"]) == (4, 3, None, 1)
    assert [one["line"] for one in counts["first"]] == [2, 3, 4]
    assert counts["first"][0]["reads"][0]["facts"][0]["amount"] == {"amount": "12400.50", "currency": "EUR"}
    shown = imported(folder, "--dry-run")
    assert "# line 2\n- external_id: acme:D-1\n" in shown.stdout
    assert "1 refused; nothing was sent" in shown.stdout
    assert "line 5: Created '2/3/2017': a date written as DD.MM.YYYY is expected, such as 31.12.2017" in shown.stderr


def test_a_row_that_is_there_twice_counts_once(folder: Path) -> None:
    once = json.loads(imported(folder, "--dry-run", "--json").stdout)
    won = next(line for line in SHOWN["deals.csv"].splitlines() if line.startswith("D-1"))
    (folder / "deals.csv").write_text(f"{SHOWN['deals.csv'].rstrip()}\n{won}\n", encoding="utf-8")
    twice = json.loads(imported(folder, "--dry-run", "--json").stdout)
    assert (twice["skipped"], twice["notes"].pop("the same as an earlier row: passed over")) == (1, 1)
    counted = ("records", "new", "notes", "deals", "won_by_quarter", "open_by_stage")
    assert [twice[name] for name in counted] == [once[name] for name in counted]


def test_a_dry_run_judges_as_the_service_would(folder: Path) -> None:
    (folder / "deals.csv").write_text(SHOWN["deals.csv"].replace("Nordwind AG", "Nordwind" * 30))
    result = imported(folder, "--dry-run", "--json")
    assert json.loads(result.stdout)["rejected"] == 3
    assert "is too long: at most 200 characters are expected" in result.stderr


@pytest.mark.parametrize(
    ("damage", "shown"),
    [
        (lambda text: text.encode("utf-8-sig"), "3 would be sent, 1 refused"),
        (
            lambda text: text.encode("cp1252"),
            "line 2: not UTF-8; save it as UTF-8, or name its encoding in the mapping",
        ),
        (
            lambda text: text.replace("03.01.2017", "42738").encode(),
            "Created '42738': a date written as DD.MM.YYYY is expected",
        ),
        (
            lambda text: text.replace("12.400,50", "12400.50").encode(),
            "'12400.50': a number is expected, such as",
        ),
        (lambda text: text.replace(";", ",").encode(), "has no column"),
        (lambda text: re.sub(r"^(D-2.*)$", r'"\1"', text, flags=re.MULTILINE).encode(), "is the row quoted whole?"),
        (lambda text: text.replace("Pilot", '"=1+1"').encode(), "name: =1+1"),
    ],
)
def test_a_damaged_export_is_read_right_or_refused(folder: Path, damage: Any, shown: str) -> None:
    (folder / "deals.csv").write_bytes(damage(SHOWN["deals.csv"]))
    result = imported(folder, "--dry-run")
    assert shown in result.stdout + result.stderr


def test_the_same_damage_is_read_right_when_the_mapping_knows_of_it(folder: Path) -> None:
    quoted = re.sub(r"^(D-2.*)$", r'"\1"', SHOWN["deals.csv"], flags=re.MULTILINE).replace("2/3/2017", "42797")
    (folder / "deals.csv").write_bytes(quoted.encode("cp1252"))
    knowing = SHOWN["acme.yaml"].replace("encoding: utf-8 ", "quoted_whole: true\n  encoding: cp1252 ")
    (folder / "acme.yaml").write_text(knowing.replace("[DD.MM.YYYY]", "[DD.MM.YYYY, excel]"), encoding="utf-8")
    result = imported(folder, "--dry-run", "--json")
    counts = json.loads(result.stdout)
    assert (counts["new"], counts["first"][1]["reads"][0]["facts"][0]["account"]) == (4, "Südhang KG")
    assert counts["first"][3]["reads"][0]["facts"][0]["occurred_at"] == "2017-03-03T11:00:00Z"


def test_a_wrong_key_is_named_with_its_line(folder: Path) -> None:
    (folder / "acme.yaml").write_text(SHOWN["acme.yaml"].replace("  closed:", "  clsoed:"), encoding="utf-8")
    result = imported(folder, "--dry-run")
    output = " ".join(result.stderr.replace("│", " ").split())
    assert (result.returncode, "line 31: unknown key 'clsoed'; is 'closed' meant?" in output) == (2, True), output


def test_the_guides_history_is_a_mapping() -> None:
    shown = next(block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if "taken_over" in block)
    more = "mapping: a\nkind: opportunities\ndates: {formats: [iso], timezone: UTC}\nmoney: {currency: EUR}\n"
    parse_mapping(f"{more}stages: {{Q: quoted}}\n{shown}", {})
