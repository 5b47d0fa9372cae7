"""The public data sets that nobody may pass on, against the figures that are known of them: `make test-data`."""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.funnelcast.command import ROOT, Result, Up, done, run, up

DATA = ROOT.parent / "shared" / "data"
LOANS = DATA / "bpi2012_loans" / "bpi2012_stage_history.csv.gz"
LEADS = DATA / "olist_funnel" / "olist_marketing_qualified_leads_dataset.csv"
WINS = LEADS.with_name("olist_closed_deals_dataset.csv")
needs_loans = pytest.mark.skipif(not LOANS.exists(), reason=f"put BPI Challenge 2012's stage history at {LOANS}")
needs_leads = pytest.mark.skipif(not WINS.exists(), reason=f"put Olist's marketing funnel into {LEADS.parent}")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def imported(system: Up, mapping: str, kind: str, file: Path) -> tuple[dict[str, Any], Result]:
    at = ("--url", system.address, "--key", system.key)
    result = run("import", kind, file, "--mapping", mapping, "--json", *at)
    assert result.returncode == 0, result.stderr
    body: dict[str, Any] = json.loads(result.stdout)
    return body, result


def feed(system: Up, after: int = 0) -> Iterator[dict[str, Any]]:
    with system.client() as http:
        while True:
            page = http.get("/pipeline/v1/events", params={"after": after, "limit": 1000}).json()
            if not page["items"]:
                return
            yield from page["items"]
            after = page["next"]


def entered(event: dict[str, Any]) -> str | None:
    """The stage that an event brings its deal into."""
    key = {"opportunity.opened": "stage", "opportunity.stage_changed": "to_stage"}.get(event["type"])
    return event["data"][key] if key else None


@needs_loans
def test_loans_come_to_the_figures_that_are_published(tmp_path: Path) -> None:
    with up(tmp_path / "data") as system:
        found, _ = imported(system, "bpi2012", "opportunities", LOANS)
        assert (found["rows"], found["records"], found["new"]) == (92_093, 13_087, 13_087)
        visits = Counter((event["subject"], stage) for event in feed(system) if (stage := entered(event)))
        assert Counter(stage for _, stage in visits) == {
            "submitted": 13_087,
            "preaccepted": 7_367,
            "accepted": 5_113,
            "offer_sent": 5_015,
            "offer_returned": 3_254,
            "won": 2_246,
            "lost": 10_442,
        }
        again = {subject for (subject, _), count in visits.items() if count > 1}
        assert len(again) == 357
        each_visit_is_shown(system, min(again), visits)
        again_and_changed(system, tmp_path)
        assert "FAILED" not in done("verify", "--data", tmp_path / "data")


def each_visit_is_shown(system: Up, subject: str, visits: Counter[tuple[str, str]]) -> None:
    with system.client() as http:
        history = http.get(f"/pipeline/v1/opportunities/{subject}/history").json()
    seconds = defaultdict[str, int](int)
    for visit in history["visits"]:
        seconds[visit["stage"]] += visit["seconds"] or 0
    shown = Counter(visit["stage"] for visit in history["visits"])
    assert shown == {stage: count for (of, stage), count in visits.items() if of == subject}
    assert {stage: history["cumulative_seconds"][stage] for stage in ("offer_sent", "offer_returned")} == {
        stage: seconds[stage] for stage in ("offer_sent", "offer_returned")
    }


def again_and_changed(system: Up, folder: Path) -> None:
    """The same adds nothing; a longer tail just that; a changed past is one error line."""
    head = max(event["position"] for event in feed(system))
    lines = gzip.decompress(LOANS.read_bytes()).decode().splitlines(keepends=True)
    sent = next(n for n, line in enumerate(lines) if line.startswith("173691,") and ",O_SENT," in line)
    changed = lines[sent].rpartition(",")[0] + ",2011-10-01T14:35:48.000+02:00\n"
    back = next(n for n, line in enumerate(lines) if line.startswith("197219,") and ",O_SENT_BACK," in line)
    longer = "197219,2012-01-02T15:28:39.244+01:00,10000,A_CANCELLED,10000,2012-03-20T10:00:00.000+01:00\n"
    copied = [*lines[:sent], changed, *lines[sent + 1 : back + 1], longer, *lines[back + 1 :]]
    (folder / "copy.csv").write_text("".join(copied))
    found, result = imported(system, "bpi2012", "opportunities", folder / "copy.csv")
    assert (found["new"], found["there"], found["rejected"]) == (0, 13_086, 1)
    (refused,) = (line for line in result.stderr.splitlines() if line.startswith("line "))
    assert re.match("line 15: lines 15 to [0-9]+: imported before as", refused)
    (added,) = feed(system, head)
    assert (added["data"]["external_id"], added["data"]["command"]) == ("bpi2012:197219", "lose")


@needs_leads
def test_leads_and_wins_come_to_the_figures_of_the_funnel(tmp_path: Path) -> None:
    with up(tmp_path) as system:
        found, _ = imported(system, "olist", "leads", LEADS)
        assert (found["new"], found["beside"][0]["new"]) == (8_000, 842)
        early = [note for note in found["beside"][0]["notes"] if "before its first contact" in note]
        assert (len(early), "b91cf8812365f50ff4bda4bcd6206b05" in early[0]) == (1, True)
        assert origins(system) == {
            "organic_search": 2_296,
            "paid_search": 1_586,
            "social": 1_350,
            "unknown": 1_099,
            "direct_traffic": 499,
            "email": 493,
            "referral": 284,
            "other": 150,
            "display": 118,
            "other_publicities": 65,
            None: 60,
        }
        wins = [event["data"] for event in feed(system) if event["data"].get("command") == "win"]
        months = Counter(win["close_date"][:7] for win in wins)
        assert (len(wins), {win["amount"] for win in wins}) == (842, {None})
        assert (months["2017-12"], months["2018-04"], months["2018-05"], months["2018-06"]) == (3, 207, 123, 56)
        found, _ = imported(system, "olist", "leads", LEADS)
        alone, _ = imported(system, "olist", "opportunities", WINS)
        assert (found["there"], found["beside"][0]["there"], alone["there"]) == (8_000, 842, 842)


def origins(system: Up) -> Counter[str | None]:
    counted = Counter[str | None]()
    asked = {"limit": "1000"}
    with system.client() as http:
        while True:
            page = http.get("/intake/v1/leads", params=asked).json()
            counted.update(lead["source_detail"] for lead in page["items"])
            if page["next"] is None:
                return counted
            asked["after"] = page["next"]
