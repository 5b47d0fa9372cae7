import asyncio
import csv
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from errno import ENOSPC
from os import mkfifo
from pathlib import Path
from typing import Any

import pytest

from funnelcast.failure import message_of
from funnelcast.importing.org_sending import known_nodes
from funnelcast.remote import client
from tests.funnelcast.command import ROOT, Result, Up, done, run, up

FULL = Path("/dev/full")
MAVEN = ROOT.parent / "shared" / "data" / "maven_crm"
HEADER = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
DEALS = f"""{HEADER}\
A1,Zoé O'Neill,GTXPro,Cancity,Won,2016-10-20,2017-03-01,1054
A2,Zoé O'Neill,GTX Pro,,Engaging,2016-11-03,,
A3,Mei-Mei Johns,GTX Pro,Cancity,Prospecting,,,
A4,Mei-Mei Johns,GTX Pro,Cancity,Lost,2016-10-20,2017-02-01,0
A5,Zoé O'Neill,GTX Pro,Cancity,Won,2016-10-20,3/1/2017,700
A6,Zoé O'Neill,GTX Pro,Cancity,Won,2016-10-20
A1,Zoé O'Neill,GTX Pro,Cancity,Won,2016-10-20,2017-03-01,999
A 7,Zoé O'Neill,GTX Pro,Cancity,Won,2016-10-20,2017-03-01,999
"""
TEAM = """sales_agent,manager,regional_office
Zoé O'Neill,Melvin Marxen,Central
Mei-Mei Johns,Melvin Marxen,Central
Mei-Mei Johns,Cara Losch,East
"""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One without an organisation, which others of the package place."""
    with up(tmp_path_factory.mktemp("imports")) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "products.csv").write_text("product,series,sales_price\nGTX Pro,GTX,4821\n")
    (tmp_path / "accounts.csv").write_text("account,sector\nCancity,retail\n")
    (tmp_path / "deals.csv").write_text(DEALS)
    (tmp_path / "team.csv").write_text(TEAM)
    return tmp_path


def taken(system: Up, kind: str, file: Path, *more: Any) -> Result:
    at = ("--url", system.address, "--key", system.key)
    return run("import", kind, file, "--mapping", "maven-crm", *at, *more)


def summary(system: Up, kind: str, file: Path, *more: Any) -> dict[str, Any]:
    result = taken(system, kind, file, "--json", *more)
    assert result.returncode == 0, result.stderr
    counts: dict[str, Any] = json.loads(result.stdout)
    assert counts["rows"] == counts["new"] + counts["there"] + counts["rejected"] + counts["skipped"]
    return counts


def pure(system: Up, period: str, **asked: str) -> dict[str, str]:
    wanted = {"period": period, "depth": "0", "currency": "USD"} | asked
    with system.client() as http:
        answer = http.get("/forecast/v1/rollup", params=wanted).json()
    amounts: dict[str, str] = answer["node"]["pure"]
    return amounts


def head(system: Up, service: str) -> int:
    with system.client() as http:
        position: int = http.get(f"/{service}/v1/events", params={"limit": 1}).json()["head"]
    return position


def test_every_row_is_taken_or_in_the_reject_file(system: Up, folder: Path) -> None:
    counts = summary(system, "opportunities", folder / "deals.csv", "--rejects", folder / "rejects.csv")
    assert (counts["rows"], counts["new"], counts["there"], counts["rejected"]) == (8, 5, 0, 3)
    assert counts["notes"] == {
        "account missing: 'unknown' stands for it": 1,
        "opportunity_id has blanks or percent signs: they are percent-encoded": 1,
        "lost: the estimated amount stays, close_value not taken": 1,
        "open: amount estimated from the price list": 2,
        "open: no close date, so in no period's forecast": 2,
        "product 'GTXPro' taken for 'GTX Pro' of the price list": 1,
    }
    with (folder / "rejects.csv").open(newline="") as file:
        rejected = list(csv.DictReader(file))
    assert [(row["line"], row["opportunity_id"]) for row in rejected] == [
        ("6", "A5"),
        ("7", "A6"),
        ("8", "A1"),
    ]
    assert [row["reason"].split(":")[0] for row in rejected] == [
        "close_date '3/1/2017'",
        "has 6 cells where the header has 8",
        "the id 'A1' is in line 2 too, with other values",
    ]


def test_again_it_adds_no_event(system: Up, folder: Path) -> None:
    summary(system, "opportunities", folder / "deals.csv")
    before = head(system, "pipeline")
    counts = summary(system, "opportunities", folder / "deals.csv")
    assert (counts["new"], counts["there"]) == (0, 5)
    assert head(system, "pipeline") == before


def test_a_later_export_adds_what_has_happened_since(system: Up, folder: Path) -> None:
    (folder / "deals.csv").write_text(f"{HEADER}B1,Zoé O'Neill,GTX Pro,Cancity,Engaging,2018-01-02,,\n")
    summary(system, "opportunities", folder / "deals.csv")
    (folder / "deals.csv").write_text(f"{HEADER}B1,Zoé O'Neill,GTX Pro,Cancity,Won,2018-01-02,2018-02-03,4800\n")
    counts = summary(system, "opportunities", folder / "deals.csv")
    assert (counts["there"], counts["rejected"]) == (1, 0)
    assert pure(system, "2018")["closed"] == "4800.00"


def test_the_numbers_are_there_when_it_returns(system: Up, folder: Path) -> None:
    (folder / "deals.csv").write_text(f"{HEADER}C1,Zoé O'Neill,GTX Pro,Cancity,Won,2019-01-02,2019-02-03,4800.5\n")
    summary(system, "opportunities", folder / "deals.csv")
    assert pure(system, "2019-Q1")["closed"] == "4800.50"


def test_an_org_comes_from_the_team_file(system: Up, folder: Path) -> None:
    result = taken(system, "org", folder / "team.csv")
    assert result.stdout.splitlines()[0] == "3 rows: 2 new, 0 there already, 1 rejected"
    assert "line 4: mei-mei-johns is in line 3 too, with other values" in result.stderr
    counts = summary(system, "org", folder / "team.csv")
    assert (counts["new"], counts["there"], counts["rejected"]) == (0, 2, 1)
    nodes = asyncio.run(nodes_in_pages(system))
    assert nodes["mei-mei-johns"]["parent"] == "melvin-marxen"
    assert (nodes["zoe-o-neill"]["name"], nodes["zoe-o-neill"]["kind"]) == ("Zoé O'Neill", "person")


async def nodes_in_pages(system: Up) -> Mapping[str, Any]:
    """Reads the nodes as the import does, with a page for each."""
    async with client.open_client(system.address, system.key) as http:
        return await known_nodes(http, limit=1)


def test_a_file_of_which_no_row_is_taken_has_failed(system: Up, folder: Path) -> None:
    (folder / "deals.csv").write_text(f"{HEADER}D1,Zoé O'Neill,GTX Pro,Cancity,Signed,,,\n")
    result = taken(system, "opportunities", folder / "deals.csv")
    assert (result.returncode, result.stdout.splitlines()[0]) == (
        1,
        "1 rows: 0 new, 0 there already, 1 rejected",
    )
    assert "line 2: deal_stage 'Signed': one of Prospecting, Engaging, Won, Lost is expected" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("leads", "deals.csv", "--mapping", "maven-crm"), "maven-crm maps org, opportunities"),
        (("opportunities", "deals.csv", "--mapping", "excel"), "is not among bpi2012, dynamics, hubspot"),
        (("opportunities", "nothing.csv", "--mapping", "maven-crm"), "does not exist"),
        (("opportunities", "deals.csv"), "--mapping"),
        (("deals", "deals.csv", "--mapping", "maven-crm"), "'deals' is none of opportunities, leads, org, quotas"),
        (("opportunities", "deals.csv", "--mapping", "maven-crm", "--overwrite"), "belong to a --snapshot-of"),
        (("opportunities", "deals.csv", "--mapping", "maven-crm", "--vanished", "lose"), "belong to a --snapshot-of"),
        (("opportunities", "deals.csv", "--mapping", "maven-crm", "--currency", "usd"), "ISO 4217"),
        (
            ("opportunities", "deals.csv", "--mapping", "maven-crm", "--currency", "XAU"),
            "must be a currency, which XAU is",
        ),
    ],
)
def test_wrong_usage_is_explained(folder: Path, arguments: tuple[str, ...], reason: str) -> None:
    kind, file, *rest = arguments
    result = run("import", kind, folder / file, *rest, "--key", "any")
    assert (result.returncode, reason in " ".join(result.stderr.split())) == (2, True)


def test_a_pipe_is_refused_because_an_export_is_read_twice(folder: Path) -> None:
    mkfifo(folder / "pipe")
    result = run("import", "opportunities", folder / "pipe", "--mapping", "maven-crm", "--dry-run")
    output = " ".join(result.stderr.replace("│", " ").split())
    assert (result.returncode, "a file is needed, it is read twice" in output) == (2, True), output


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_the_export_is_never_overwritten_with_its_refused_rows(folder: Path, dry_run: list[str]) -> None:
    deals, link = folder / "deals.csv", folder / "link.csv"
    link.symlink_to(deals)
    options = ("--mapping", "maven-crm", "--key", "any", "--rejects", link)
    result = run("import", "opportunities", deals, *options, *dry_run)
    assert (result.returncode, "refused rows need another" in " ".join(result.stderr.split())) == (2, True)
    assert deals.read_text() == DEALS


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full is Linux's")
def test_a_full_disk_is_told_and_is_no_bug(folder: Path) -> None:
    asked = ("import", "opportunities", folder / "deals.csv", "--mapping", "maven-crm", "--dry-run")
    result = run(*asked, "--rejects", FULL)
    assert (result.returncode, "/dev/full cannot be written: No space left" in result.stderr) == (1, True)
    assert "Traceback" not in result.stderr
    assert message_of(OSError(ENOSPC, "No space left")) == "no space is left where the output goes"


def test_without_a_key_or_a_system_it_says_so(system: Up, folder: Path) -> None:
    asked = ("import", "opportunities", folder / "deals.csv", "--mapping", "maven-crm")
    missing = run(*asked, "--url", system.address)
    assert (missing.returncode, "--key" in missing.stderr) == (2, True)
    wrong = run(*asked, "--url", system.address, FUNNELCAST_API_KEY="wrong")
    assert (wrong.returncode, "401 a valid API key is needed" in wrong.stderr) == (1, True)
    nobody = run(*asked, "--url", "http://127.0.0.1:1", "--key", "any")
    assert (nobody.returncode, "nothing answers at http://127.0.0.1:1" in nobody.stderr) == (1, True)


@pytest.mark.slow
@pytest.mark.skipif(not MAVEN.exists(), reason=f"put Maven Analytics' CRM data set into {MAVEN}")
@pytest.mark.timeout(240)
def test_a_real_export_comes_to_its_control_totals(tmp_path: Path) -> None:
    with up(tmp_path) as system:
        team, deals = MAVEN / "sales_teams.csv", MAVEN / "sales_pipeline.csv"
        assert summary(system, "org", team)["new"] == 35
        assert summary(system, "opportunities", deals)["new"] == 8800
        quarters = {f"2017-Q{n}": Decimal(pure(system, f"2017-Q{n}")["closed"]) for n in range(1, 5)}
        assert list(quarters.values()) == [1_134_672, 3_086_111, 2_982_255, 2_802_496]
        regions = {node: Decimal(pure(system, "2017", node=node)["closed"]) for node in ("central", "east", "west")}
        assert regions == {"central": 3_346_293, "east": 3_090_594, "west": 3_568_647}
        assert outcomes(system) == {"won": 4238, "lost": 2473, None: 2089}
        before = head(system, "pipeline")
        assert summary(system, "opportunities", deals)["there"] == 8800
        assert summary(system, "org", team)["there"] == 35
        assert head(system, "pipeline") == before
        assert "FAILED" not in done("verify", "--data", tmp_path)


def outcomes(system: Up) -> dict[str | None, int]:
    counted: dict[str | None, int] = {}
    after: str | None = None
    with system.client() as http:
        while True:
            asked = {"limit": 1000} | ({"after": after} if after else {})
            page = http.get("/pipeline/v1/opportunities", params=asked).json()
            for deal in page["items"]:
                counted[deal["outcome"]] = counted.get(deal["outcome"], 0) + 1
            after = page["next"]
            if after is None:
                return counted
