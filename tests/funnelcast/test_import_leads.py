"""Leads with consent, opt-outs, activities and past scores, from a file to the score."""

import json
from pathlib import Path
from typing import Any

import httpx

from tests.funnelcast.command import Up, run
from tests.running import fresh

MAPPING = """\
mapping: old-tool
kind: leads
dates: {formats: [YYYY-MM-DD], timezone: UTC}
fields:
  id: ID
  source: {text: webinar}
  at: Created
  email: Mail
  consent: {column: Opt-in, words: {"yes": granted}}
  consent_purpose: {text: newsletter}
  consent_text_version: {text: v1}
activities:
  - {kind: unsubscribed, when: {column: Opted out, blank: ["no"]}, at: Opted out on}
  - {kind: email_clicked, at: Last click}
  - {kind: imported_score, when: Score, at_least: 50}
"""
EXPORT = """\
ID,Created,Mail,Opt-in,Opted out,Opted out on,Last click,Score
1,2025-01-05,one@acme.example,yes,no,,2025-02-01,70
2,2025-01-06,two@acme.example,yes,yes,2025-03-01,,49
3,2025-01-07,three@acme.example,,no,,2150-01-01,
"""


def imported(system: Up, folder: Path, *options: str) -> Any:
    (folder / "old-tool.yaml").write_text(MAPPING)
    (folder / "leads.csv").write_text(EXPORT)
    at = (*options, "--url", system.address, "--key", system.key, "--rejects", folder / "rejects.csv")
    result = run("import", "leads", folder / "leads.csv", "--mapping", folder / "old-tool.yaml", "--json", *at)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def lead_of(http: httpx.Client, number: int) -> dict[str, Any]:
    (row,) = http.get("/intake/v1/leads", params={"external_id": f"old-tool:{number}"}).json()["items"]
    lead: dict[str, Any] = http.get(f"/intake/v1/leads/{row['lead_id']}").json()
    return lead


def test_leads_come_with_what_they_agreed_to_and_did(system: Up, tmp_path: Path) -> None:
    with system.client() as http:
        model = http.get("/qualification/v1/models").json()["items"][0]["model"]
        past = {"rule": "past_score", "group": "past", "when": {"kind": "imported_score"}, "points": 30}
        defined = http.post("/qualification/v1/models", json=model | {"rules": [*model["rules"], past]})
        http.post(f"/qualification/v1/models/{defined.json()['version']}/activate")
    trial = imported(system, tmp_path, "--dry-run")
    assert (trial["new"], trial["rejected"]) == (2, 1)
    first = imported(system, tmp_path)
    assert (first["new"], first["rejected"]) == (2, 1)
    assert "the day of the export" in (tmp_path / "rejects.csv").read_text()
    again = imported(system, tmp_path)
    assert (again["new"], again["there"], again["rejected"]) == (0, 2, 1)
    with system.client() as http:
        one, two = lead_of(http, 1), lead_of(http, 2)
        assert [each["kind"] for each in one["activities"]] == ["email_clicked", "imported_score"]
        assert [each["kind"] for each in two["activities"]] == ["unsubscribed"]
        statuses = [{each["purpose"]: each["status"] for each in lead["consents"]} for lead in (one, two)]
        assert [each["newsletter"] for each in statuses] == ["granted", "denied"]
        read = fresh(http.get(f"/intake/v1/leads/{one['lead_id']}"))
        score = http.get(f"/qualification/v1/leads/{one['lead_id']}/score", headers=read).json()
    assert [(each["rule"], each["points"]) for each in score["engagement"]["contributions"]][-1] == ("past_score", 30)
