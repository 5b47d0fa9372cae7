"""A real export, imported through the door. After all others: deals that were qualified without a lead would be a
finding there."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.containers.project import Project
from tests.funnelcast.command import ROOT, run
from tests.running import fresh

MAVEN = ROOT.parent / "shared" / "data" / "maven_crm"
pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]


def imported(project: Project, kind: str, file: Path) -> dict[str, Any]:
    at = ("--url", project.address, "--key", project.key)
    result = run("import", kind, file, "--mapping", "maven-crm", "--json", *at)
    assert result.returncode == 0, result.stderr
    body: dict[str, Any] = json.loads(result.stdout)
    return body


def closed(project: Project, period: str, after: Any, **asked: str) -> Decimal:
    wanted = {"period": period, "depth": "0", "currency": "USD"} | asked
    with project.client() as http:
        answer = http.get("/forecast/v1/rollup", params=wanted, headers=fresh(after, wait=60), timeout=90)
    assert answer.status_code == 200, answer.text
    return Decimal(answer.json()["node"]["pure"]["closed"])


@pytest.mark.skipif(not MAVEN.exists(), reason=f"put Maven Analytics' CRM data set into {MAVEN}")
def test_a_real_export_comes_to_its_control_totals(project: Project) -> None:
    assert imported(project, "org", MAVEN / "sales_teams.csv")["new"] == 35
    assert imported(project, "opportunities", MAVEN / "sales_pipeline.csv")["new"] == 8800
    with project.client() as http:
        head = http.get("/pipeline/v1/events", params={"limit": 1})
    quarters = [closed(project, f"2017-Q{n}", head) for n in range(1, 5)]
    assert quarters == [1_134_672, 3_086_111, 2_982_255, 2_802_496]
    regions = {node: closed(project, "2017", head, node=node) for node in ("central", "east", "west")}
    assert regions == {"central": 3_346_293, "east": 3_090_594, "west": 3_568_647}
    assert imported(project, "opportunities", MAVEN / "sales_pipeline.csv")["there"] == 8800
    project.compose("run", "--rm", "--no-deps", "-T", "forecast-worker", "rebuild", "forecast", seconds=240)
    verified = project.funnelcast("verify")
    assert "FAILED" not in verified, verified
