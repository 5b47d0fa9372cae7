"""The same export every week: `funnelcast import opportunities --snapshot-of`."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.funnelcast.command import Result, Up, run

COLUMNS = ("Id", "Name", "Company", "Owner", "Stage", "Amount", "Opened", "Closed")
MAPPING = """\
mapping: MAPPING
kind: opportunities
dates: {formats: [YYYY-MM-DD], timezone: UTC}
money: {currency: EUR}
fields:
  {id: Id, name: Name, account: Company, owner: Owner, stage: Stage, amount: Amount, opened: Opened, close_date: Closed}
stages:
  unqualified: unqualified
  qualified: qualified
  proposal: proposal
  negotiation: negotiation
  won: won
  lost: {lost: other}
"""
Deal = dict[str, str]


def deal(number: int, **changes: str) -> Deal:
    usual: Deal = {
        "Id": str(number),
        "Name": "Deal",
        "Company": "Acme",
        "Owner": "ann",
        "Stage": "proposal",
        "Amount": "100",
    }
    return usual | {"Opened": "2024-01-05", "Closed": "2024-03-31"} | changes


class Weeks:
    """Writes an export and imports it."""

    def __init__(self, system: Up, folder: Path, mapping: str) -> None:
        self.system, self.folder, self.mapping = system, folder, mapping
        (folder / "mapping.yaml").write_text(MAPPING.replace("MAPPING", mapping))

    def result(self, deals: Sequence[Deal], *more: Any) -> Result:
        file = self.folder / "deals.csv"
        with file.open("w", newline="") as opened:
            writer = csv.DictWriter(opened, COLUMNS)
            writer.writeheader()
            writer.writerows(deals)
        at = ("--url", self.system.address, "--key", self.system.key)
        return run("import", "opportunities", file, "--mapping", self.folder / "mapping.yaml", *at, *more)

    def take(self, day: str, *deals: Deal, more: Sequence[str] = ()) -> dict[str, Any]:
        result = self.result(deals, "--json", "--snapshot-of", day, *more)
        assert result.returncode == 0, result.stderr
        summary: dict[str, Any] = json.loads(result.stdout)
        return summary

    def known(self, number: int) -> Any:
        with self.system.client() as http:
            query = {"external_id": f"{self.mapping}:{number}"}
            (found,) = http.get("/pipeline/v1/opportunities", params=query).json()["items"]
        return found


def counts(summary: Mapping[str, Any]) -> tuple[int, int, int, int]:
    return summary["new"], summary["changed"], len(summary["conflicts"]), len(summary["vanished"])


def test_each_week_brings_in_what_has_changed(system: Up, tmp_path: Path) -> None:
    weeks = Weeks(system, tmp_path, "weekly")
    first = [deal(number) for number in range(1, 6)]
    assert counts(weeks.take("2024-01-07", *first)) == (5, 0, 0, 0)
    assert counts(weeks.take("2024-01-14", *first)) == (0, 0, 0, 0)
    second = [
        deal(1, Stage="won", Amount="120", Closed="2024-01-17"),
        deal(2, Amount="150", Closed="2024-06-30"),
        deal(3, Stage="negotiation", Owner="bob"),
        deal(4, Stage="lost", Closed="2024-01-18"),
        deal(6, Stage="qualified"),
    ]
    summary = weeks.take("2024-01-21", *second)
    assert (counts(summary), summary["vanished"]) == ((1, 4, 0, 1), ["weekly:5"])
    won, lost = weeks.known(1), weeks.known(4)
    assert (won["outcome"], won["amount"]["amount"], won["close_date"]) == ("won", "120.00", "2024-01-17")
    assert (lost["outcome"], lost["close_date"]) == ("lost", "2024-01-18")
    third = [second[0] | {"Stage": "proposal", "Closed": "2024-04-30"}, *second[1:]]
    assert counts(weeks.take("2024-01-28", *third, more=["--vanished", "recycle"])) == (0, 1, 0, 1)
    assert (weeks.known(1)["outcome"], weeks.known(1)["close_date"]) == (None, "2024-04-30")
    assert weeks.known(5)["outcome"] == "recycled"
    late = weeks.result(first, "--snapshot-of", "2024-01-07", "--vanished", "lose")
    assert (late.returncode, "the export of 2024-01-28 12:00 was imported already" in late.stderr) == (1, True)
    assert weeks.known(3)["owner"] == "bob"


def test_a_week_s_changes_are_dated_by_the_last_change_that_the_export_knows_of(system: Up, tmp_path: Path) -> None:
    weeks = Weeks(system, tmp_path, "dated")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(mapping.read_text().replace("close_date: Closed", "closed: Closed, changed: Closed"))
    first = [deal(1, Closed="2024-01-06"), deal(2, Closed="2024-01-06"), deal(3, Stage="lost", Closed="2024-01-06")]
    weeks.take("2024-01-07", *first)
    second = [
        deal(1, Closed="2024-01-10", Amount="150"),
        deal(2, Closed="2024-01-11", Owner="bob", Stage="negotiation"),
        deal(3, Closed="2024-01-12"),
    ]
    assert counts(weeks.take("2024-01-14", *second)) == (0, 3, 0, 0)
    assert changes(weeks, 1)[-1:] == [("2024-01-10", "amount_changed")]
    assert changes(weeks, 2)[-2:] == [("2024-01-11", "assigned"), ("2024-01-11", "advance")]
    assert changes(weeks, 3)[-2:] == [("2024-01-12", "reopen"), ("2024-01-12", "qualify")]
    weeks.take("2024-01-21", second[0] | {"Amount": "160"}, *second[1:])
    assert changes(weeks, 1)[-1:] == [("2024-01-21", "amount_changed")], "what it knew of before dates nothing"


def changes(weeks: Weeks, number: int) -> list[tuple[str, str]]:
    """The day and the kind of each event."""
    with weeks.system.client() as http:
        query = {"subject": weeks.known(number)["opportunity_id"], "limit": 1000}
        events = http.get("/pipeline/v1/events", params=query).json()["items"]
    return [
        (event["time"][:10], event["data"].get("command", event["type"].removeprefix("opportunity.")))
        for event in events
    ]


def test_an_older_export_takes_nothing_back_that_a_later_one_has_brought_in(system: Up, tmp_path: Path) -> None:
    weeks = Weeks(system, tmp_path, "older")
    weeks.take("2024-01-07", deal(1), deal(2))
    won = deal(1, Stage="won", Closed="2024-01-12")
    weeks.take("2024-01-21", won, deal(2), deal(3, Amount="77"))
    head = weeks.known(2)["version"]
    late = weeks.result([deal(1), deal(2, Amount="55"), deal(3, Amount="55")], "--snapshot-of", "2024-01-14")
    assert (late.returncode, late.stdout) == (1, "")
    assert "the export of 2024-01-21 12:00 was imported already, and this one is older" in late.stderr
    assert (weeks.known(1)["outcome"], weeks.known(3)["amount"]["amount"]) == ("won", "77.00")
    assert weeks.known(2)["version"] == head, "neither does it change what the later one left as it was"
    empty = weeks.result([], "--snapshot-of", "2024-01-14", "--vanished", "lose")
    assert (empty.returncode, weeks.known(2)["outcome"]) == (1, None)


def test_a_long_history_goes_on_the_next_week(system: Up, tmp_path: Path) -> None:
    weeks = Weeks(system, tmp_path, "long")
    mapping = tmp_path / "mapping.yaml"
    steps = (
        mapping.read_text().replace("opened: Opened, close_date: Closed", "at: Opened").replace("-DD]", "-DD hh:mm]")
    )
    mapping.write_text(
        steps.replace("[YYYY-MM-DD hh:mm]", '["YYYY-MM-DD hh:mm"]')
        + "history: {order: oldest_first, follow: [amount]}\n"
    )
    stages = ("proposal", "negotiation")
    rows = [deal(1, Opened=f"2024-01-05 {n // 60:02}:{n % 60:02}", Stage=stages[n % 2]) for n in range(120)]
    assert weeks.take("2024-01-07", *rows)["new"] == 1
    rows.append(deal(1, Opened="2024-01-08 10:00", Stage="lost"))
    rows.append(deal(1, Opened="2024-01-09 10:00", Stage="negotiation", Amount="150"))
    rows.append(deal(1, Opened="2024-01-10 10:00", Stage="won", Amount="150"))
    assert counts(weeks.take("2024-01-14", *rows)) == (0, 1, 0, 0)
    days = [("2024-01-08", "lose"), ("2024-01-09", "reopen"), ("2024-01-09", "amount_changed"), ("2024-01-10", "win")]
    assert changes(weeks, 1)[-4:] == days


def test_an_export_without_deals_closes_none(system: Up, tmp_path: Path) -> None:
    weeks = Weeks(system, tmp_path, "without")
    weeks.take("2024-01-07", deal(1), deal(2))
    for rows in ((), (deal(3, Company="other"),)):
        mapping = tmp_path / "mapping.yaml"
        mapping.write_text(mapping.read_text() + ("only: {Company: [Acme]}\n" if rows else ""))
        result = weeks.result(rows, "--snapshot-of", "2024-01-14", "--vanished", "lose")
        assert "2 vanished" in result.stdout
        assert "none of them closed: the export has no deals" in result.stdout
    assert weeks.known(1)["outcome"] is None


def test_a_deal_without_a_date_or_a_stage_is_opened_by_the_day_of_its_first_export(system: Up, tmp_path: Path) -> None:
    export, path = tmp_path / "sales_pipeline.csv", ("--url", system.address, "--key", system.key)
    header = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
    prospect = "W1,Ann Acker,MG Special,Acme,Prospecting,,,"

    def take(day: str, row: str) -> dict[str, Any]:
        export.write_text(f"{header}\n{row}\n")
        command = ("import", "opportunities", export, "--mapping", "maven-crm", *path, "--json", "--snapshot-of", day)
        result = run(*command)
        assert result.returncode == 0, result.stderr
        summary: dict[str, Any] = json.loads(result.stdout)
        return summary

    first = take("2024-01-07", prospect)
    assert [*first["open_by_stage"]] == ["unqualified"]
    assert counts(first)[:3] == (1, 0, 0)
    assert counts(take("2024-01-14", prospect))[:3] == (0, 0, 0)
    engaging = prospect.replace("Prospecting,,", "Engaging,2024-01-16,")
    assert counts(take("2024-01-21", engaging))[:3] == (0, 1, 0)
    with system.client() as http:
        (known,) = http.get("/pipeline/v1/opportunities", params={"external_id": "maven:W1"}).json()["items"]
        history = http.get(f"/pipeline/v1/opportunities/{known['opportunity_id']}/history").json()
    entered = [(visit["stage"], visit["entered_at"][:10]) for visit in history["visits"]]
    assert entered == [("unqualified", "2024-01-07"), ("proposal", "2024-01-16")]


def test_what_was_changed_here_is_reported_and_left_alone_or_overwritten_by_choice(system: Up, tmp_path: Path) -> None:
    weeks = Weeks(system, tmp_path, "conflicts")
    weeks.take("2024-01-07", deal(1), deal(2))
    with system.client() as http:
        path = f"/pipeline/v1/opportunities/{weeks.known(1)['opportunity_id']}/set-amount"
        assert http.post(path, json={"amount": {"amount": "130", "currency": "EUR"}}).is_success
    changed = deal(1, Amount="150", Owner="bob")
    summary = weeks.take("2024-01-14", changed, deal(2))
    kept = {"amount": {"here": "130.00 EUR", "export": "150.00 EUR"}}
    assert (counts(summary), summary["conflicts"]) == ((0, 1, 1, 0), [{"line": 2, "kept": kept}])
    assert weeks.known(1)["owner"] == "bob", "what was not changed here follows the export"
    shown = weeks.result([changed, deal(2)], "--snapshot-of", "2024-01-14").stdout
    assert "amount is 130.00 EUR, changed here since the last import, and 150.00 EUR in the export: left alone" in shown
    weeks.take("2024-01-21", changed, deal(2), more=["--overwrite"])
    assert weeks.known(1)["amount"]["amount"] == "150.00"


def test_the_amount_of_a_won_deal_stays_when_the_export_has_none_any_more(system: Up, tmp_path: Path) -> None:
    weeks = Weeks(system, tmp_path, "emptied")
    won = deal(1, Stage="won", Closed="2024-01-06")
    weeks.take("2024-01-07", won)
    shown = weeks.result([won | {"Amount": ""}], "--snapshot-of", "2024-01-14", "--overwrite").stdout
    assert "line 2: amount is 100.00 EUR, and none in the export: left alone" in shown
    assert weeks.known(1)["amount"]["amount"] == "100.00"


def test_no_vanished_deal_is_closed_while_a_row_of_the_export_cannot_be_read(system: Up, tmp_path: Path) -> None:
    weeks = Weeks(system, tmp_path, "unread")
    weeks.take("2024-01-07", deal(1), deal(2), deal(3))
    unread = deal(2, Opened="soon")
    summary = weeks.take("2024-01-14", deal(1), unread, more=["--vanished", "lose"])
    assert (summary["vanished"], summary["closed_of_vanished"]) == (["unread:2", "unread:3"], 0)
    output = weeks.result([deal(1), unread], "--snapshot-of", "2024-01-14", "--vanished", "lose").stdout
    assert "none of them closed: they may be among the 1 records that could not be read" in output
    assert [weeks.known(number)["outcome"] for number in (2, 3)] == [None, None]
    weeks.take("2024-01-21", deal(1), deal(2), more=["--vanished", "lose"])
    assert [weeks.known(number)["outcome"] for number in (2, 3)] == [None, "lost"]


PEOPLE = """\
mapping: crew
kind: org
fields: {id: Who, name: Who, manager: Boss, active: Active}
active: {"TRUE": "yes", "FALSE": "no"}
"""


def test_a_later_list_of_people_changes_the_organisation_as_of_its_day(system: Up, tmp_path: Path) -> None:
    place(system, "crew")
    root = root_of(system)
    mapping, file = tmp_path / "crew.yaml", tmp_path / "crew.csv"
    mapping.write_text(PEOPLE + f"root: {{id: {root['node_id']}, name: {json.dumps(root['name'])}}}\n")
    at = ("--mapping", mapping, "--url", system.address, "--key", system.key, "--json")
    file.write_text("Who,Boss,Active\nCrew One,,TRUE\nCrew Two,,TRUE\nCrew Three,Crew One,TRUE\nCrew Four,,TRUE\n")
    assert json.loads(run("import", "org", file, *at).stdout)["new"] == 4
    file.write_text("Who,Boss,Active\nCrew One,,TRUE\nCrew Two,,TRUE\nCrew Three,Crew Two,TRUE\nCrew Four,,FALSE\n")
    assert json.loads(run("import", "org", file, *at, "--snapshot-of", "2024-06-01").stdout)["there"] == 4
    nodes = {node["node_id"]: node for node in nodes_of(system)}
    assert (nodes["crew-three"]["parent"], nodes["crew-three"]["starts"]) == ("crew-two", "2024-06-01T12:00:00Z")
    assert (nodes["crew-four"]["active"], nodes["crew-four"]["starts"]) == (False, "2024-06-01T12:00:00Z")


def place(system: Up, *teams: str) -> None:
    """Below the root that is there, or the first of them."""
    found = [node["node_id"] for node in nodes_of(system) if node["parent"] is None]
    root = found[0] if found else None
    with system.client() as http:
        if root is None:
            root = "all"
            http.put("/forecast/v1/org/nodes/all", json={"name": "All", "kind": "unit", "parent": None})
        for team in teams:
            nodes = [(team, "unit", root), *((f"{team}-{each}", "person", team) for each in "ab")]
            for node, kind, parent in nodes:
                body = {"name": node, "kind": kind, "parent": parent}
                answer = http.put(f"/forecast/v1/org/nodes/{node}", json=body)
                assert answer.is_success, answer.text


def nodes_of(system: Up) -> list[Any]:
    with system.client() as http:
        nodes: list[Any] = http.get("/forecast/v1/org").json()["nodes"]
    return nodes


def root_of(system: Up) -> Any:
    return next(node for node in nodes_of(system) if node["parent"] is None)
