"""A company that runs Funnelcast beside its CRM: eight weekly exports of the demo company give what the CRM shows."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from funnelcast.demo.company import demo_company
from funnelcast.demo.deals import deal_history, direct_deals
from funnelcast.demo.script import ScriptedWrite, seeded
from services.pipeline.opportunity import commands
from tests.funnelcast.command import Up, done

START, WEEK, WEEKS = datetime(2024, 1, 15, tzinfo=UTC), timedelta(weeks=1), range(1, 9)
PERIODS = ("2023-Q4", "2024-Q1", "2024-Q2")
MAPPING = """\
mapping: copy
kind: opportunities
dates: {formats: [iso, YYYY-MM-DD], timezone: UTC}
money: {currency_column: Currency}
fields:
  id: Id
  name: Name
  account: Account
  owner: Owner
  stage: Stage
  motion: Motion
  approach: Approach
  product: Product
  amount: Amount
  opened: Created
  closed: Closed
  close_date: Close date
stages:
  unqualified: unqualified
  qualified: qualified
  proposal: proposal
  negotiation: negotiation
  won: won
  lost: {lost: other}
  recycled: {recycled: other}
"""
COLUMNS = (
    *("Id", "Name", "Account", "Owner", "Stage", "Motion", "Approach", "Product", "Amount", "Currency"),
    *("Created", "Closed", "Close date"),
)
Fact = Mapping[str, Any]


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_eight_weekly_exports_of_the_demo_company_give_its_roll_ups_and_histories(system: Up, tmp_path: Path) -> None:
    place_company(system, "live")
    place_company(system, "copy")
    live, mapping, changed = Live(system), tmp_path / "copy.yaml", 0
    mapping.write_text(MAPPING)
    for week in WEEKS:
        live.work_until(START + week * WEEK)
        file = live.export(tmp_path / f"week-{week}.csv")
        day = (START + week * WEEK - timedelta(hours=1)).isoformat()
        at = ("--snapshot-of", day, "--mapping", mapping, "--url", system.address, "--key", system.key, "--json")
        summary = json.loads(done("import", "opportunities", file, *at))
        assert (summary["rejected"], summary["conflicts"], summary["vanished"]) == (0, [], [])
        changed += summary["changed"]
        for period in PERIODS:
            assert rollup(system, "copy", period) == rollup(system, "live", period), (week, period)
    assert changed > 100, "so many deals move in these weeks"
    copies = {deal["external_id"].removeprefix("copy:"): deal for deal in deals(system, "copy-")}
    for deal in deals(system, "live-"):
        copy = copies.pop(deal["opportunity_id"])
        assert stage_by_week(system, copy) == stage_by_week(system, deal), deal
    assert not copies


# -- the company and its deals ---------------------------------------------------------------------------------------


def place_company(system: Up, name: str) -> None:
    """Below the root that is there, or a new one; with the company's name before every node."""
    with system.client() as http:
        nodes = http.get("/forecast/v1/org").json()["nodes"]
        root = next((node["node_id"] for node in nodes if node["parent"] is None), None)
        if root is None:
            place(http, root := "all", "All", "unit", None)
        for node in demo_company().nodes:
            place(http, f"{name}-{node.node}", node.name, node.kind, f"{name}-{node.parent}" if node.parent else root)


def place(http: httpx.Client, node: str, name: str, kind: str, parent: str | None) -> None:
    http.put(f"/forecast/v1/org/nodes/{node}", json={"name": name, "kind": kind, "parent": parent}).raise_for_status()


def scripts() -> Iterator[list[ScriptedWrite]]:
    """The scripts of the deals that move in these weeks."""
    random, end = seeded("weekly exports"), START + len(WEEKS) * WEEK
    for deal in direct_deals(random, demo_company(), end):
        writes = deal_history(random, deal, end)
        if writes and writes[-1].at >= START:
            yield writes


def fact(write: ScriptedWrite) -> Fact:
    (step,) = write.write_request.steps
    command = step.command.body if isinstance(step.command, commands.PermittedWin) else step.command
    body = command.model_dump(mode="json", exclude_unset=True) | {"occurred_at": write.at.isoformat()}
    match command:
        case commands.OpenOpportunity():
            return {"command": "open"} | body | {"owner": f"live-{command.owner}"}
        case commands.Qualify():
            return {"command": "enter_stage", "to_stage": "qualified"} | body
        case commands.Advance():
            return {"command": "enter_stage"} | body
        case commands.SetAmount():
            return {"command": "set-amount"} | body
        case commands.SetCloseDate():
            return {"command": "set-close-date"} | body
        case commands.Win() | commands.Lose() | commands.Recycle():
            return {"command": type(command).__name__.lower()} | body
        case _:
            raise TypeError(command)


def histories() -> Iterator[list[Fact]]:
    """Every third deal that was lost is taken up again two days later."""
    for number, writes in enumerate(scripts()):
        facts = [fact(write) for write in writes]
        if number % 3 == 0 and facts[-1]["command"] == "lose":
            at = writes[-1].at + timedelta(days=2)
            reopen = {"command": "reopen", "reason": "other", "close_date": f"{at + 6 * WEEK:%Y-%m-%d}"}
            facts.append(reopen | {"occurred_at": at.isoformat()})
        yield facts


@dataclass
class Live:
    """The company at work."""

    system: Up
    histories: Sequence[Sequence[Fact]] = field(default_factory=lambda: list(histories()))

    def work_until(self, instant: datetime) -> None:
        known = [[one for one in facts if one["occurred_at"] < instant.isoformat()] for facts in self.histories]
        lines = [
            json.dumps({"external_id": f"live:{number}", "facts": facts}) for number, facts in enumerate(known) if facts
        ]
        headers = {"Content-Type": "application/x-ndjson"}
        with self.system.client() as http:
            answer = http.post("/pipeline/v1/opportunities/batch", content="\n".join(lines), headers=headers)
            *_, last = answer.text.splitlines()
            assert json.loads(last) == {"done": True, "lines": len(lines), "failed": 0}, answer.text
            position = max(json.loads(line)["position"] for line in answer.text.splitlines()[:-1])
            for path in ("/pipeline/v1/opportunities", "/forecast/v1/rollup"):
                seen = {"X-Min-Position": f"pipeline:{position}", "Prefer": "wait=30"}
                assert http.get(path, headers=seen).is_success

    def export(self, file: Path) -> Path:
        with file.open("w", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(COLUMNS)
            for deal in deals(self.system, "live-"):
                owner, stage = deal["owner"].replace("live-", "copy-"), deal["outcome"] or deal["stage"]
                names = [deal["opportunity_id"], deal["name"], deal["account"], owner, stage]
                kinds = [deal["motion"], deal["approach"], deal["product"], *deal["amount"].values()]
                writer.writerow([*names, *kinds, deal["created_at"], deal["closed_at"], deal["close_date"]])
        return file


# -- what the system says --------------------------------------------------------------------------------------------


def deals(system: Up, prefix: str) -> list[Any]:
    found: list[Any] = []
    query: dict[str, str] | None = {"limit": "1000"}
    with system.client() as http:
        while query:
            page = http.get("/pipeline/v1/opportunities", params=query).json()
            found += [deal for deal in page["items"] if deal["owner"].startswith(prefix)]
            query = {"limit": "1000", "after": page["next"]} if page["next"] else None
    return found


def rollup(system: Up, company: str, period: str) -> Any:
    query = {"node": f"{company}-kestrel", "period": period, "currency": "EUR", "depth": "4"}
    with system.client() as http:
        answer = http.get("/forecast/v1/rollup", params=query)
    assert answer.is_success, answer.text
    return figures(answer.json()["node"], f"{company}-")


def figures(node: Any, prefix: str) -> Any:
    below = [figures(child, prefix) for child in node["children"]]
    return node["node_id"].removeprefix(prefix), node["pure"], node["counts"], below


def stage_by_week(system: Up, deal: Any) -> list[str | None]:
    """The stage in which it was at the end of each week: an export cannot know more."""
    with system.client() as http:
        visits = http.get(f"/pipeline/v1/opportunities/{deal['opportunity_id']}/history").json()["visits"]
    return [stage_at(visits, START + week * WEEK) for week in WEEKS]


def stage_at(visits: Sequence[Any], instant: datetime) -> str | None:
    begun = [visit["stage"] for visit in visits if datetime.fromisoformat(visit["entered_at"]) < instant]
    return begun[-1] if begun else None
