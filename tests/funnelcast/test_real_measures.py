"""The measures of the public data sets, against figures that are worked out from the files alone: `make test-data`."""

import csv
import gzip
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shared.rules.clock_and_ids import ClockAndIds
from tests.funnelcast.command import Up, up
from tests.funnelcast.test_real_exports import DATA, LOANS, imported, needs_loans

DEALS = DATA / "maven_crm" / "sales_pipeline.csv"
needs_deals = pytest.mark.skipif(not DEALS.exists(), reason=f"put Maven's CRM opportunities at {DEALS}")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
STAGES = {
    "A_SUBMITTED": "submitted",
    "A_PREACCEPTED": "preaccepted",
    "A_ACCEPTED": "accepted",
    "O_SENT": "offer_sent",
    "O_SENT_BACK": "offer_returned",
    "A_APPROVED": "won",
    "A_DECLINED": "lost",
    "A_CANCELLED": "lost",
}
CLOSED = ("won", "lost")
QUARTERS = [("2017-01-01", "2017-03-31"), ("2017-04-01", "2017-06-30"), ("2017-07-01", "2017-09-30")]
DAY = 86_400


class Visit(NamedTuple):
    """`left_at`: none if the deal is in the stage still."""

    stage: str
    entered_at: datetime
    left_at: datetime | None


class Stay(NamedTuple):
    seconds: float
    has_ended: bool


def quantile(stays: Sequence[Stay], left: Fraction) -> float | None:
    """The estimate of Kaplan and Meier: the first time at which at most this part is still in the stage."""
    surviving, at_risk = Fraction(1), len(stays)
    ended, all_stays = (
        Counter(each.seconds for each in stays if each.has_ended),
        Counter(each.seconds for each in stays),
    )
    for seconds in sorted(all_stays):
        surviving *= Fraction(at_risk - ended[seconds], at_risk)
        if surviving <= left:
            return seconds
        at_risk -= all_stays[seconds]
    return None


def measure(system: Up, name: str, **asked: str) -> dict[str, Any]:
    with system.client() as http:
        answer = http.get(f"/pipeline/v1/metrics/{name}", params=asked, timeout=60)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def stages_of(system: Up) -> Mapping[str, Any]:
    return {each["stage"]: each for each in measure(system, "velocity")["total"]["stages"]}


# -- loans -----------------------------------------------------------------------------------------------------------


def visits_of_loans() -> list[list[Visit]]:
    """The visits of loans in the file's order: times alone do not tell which of two events at one instant came
    first."""
    entries = defaultdict[str, list[tuple[str, datetime]]](list)
    for row in csv.DictReader(io.StringIO(gzip.decompress(LOANS.read_bytes()).decode())):
        stage = STAGES.get(row["activity"])
        if stage and (not entries[row["case_id"]] or entries[row["case_id"]][-1][0] != stage):
            entries[row["case_id"]].append((stage, datetime.fromisoformat(row["timestamp"])))
    return [list(visits(moves)) for moves in entries.values()]


def visits(moves: Sequence[tuple[str, datetime]]) -> Iterator[Visit]:
    for number, (stage, at) in enumerate(moves):
        yield Visit(stage, at, moves[number + 1][1] if number + 1 < len(moves) else None)


def stays_in(stage: str, loans: Iterable[Sequence[Visit]], now: datetime) -> Iterator[tuple[Stay, Stay]]:
    """The stay of each loan: its last visit, and all visits together."""
    for loan in loans:
        if inside := [visit for visit in loan if visit.stage == stage]:
            ended = inside[-1].left_at is not None
            seconds = [((visit.left_at or now) - visit.entered_at).total_seconds() for visit in inside]
            yield Stay(seconds[-1], ended), Stay(sum(seconds), ended)


@needs_loans
def test_loans_stay_as_long_and_are_won_as_often_as_their_file_says(tmp_path: Path) -> None:
    loans, now = visits_of_loans(), ClockAndIds().now()
    with up(tmp_path / "data") as system:
        imported(system, "bpi2012", "opportunities", LOANS)
        stages = stages_of(system)
        assert stages.keys() == set(STAGES.values()) - set(CLOSED)
        for stage, shown in stages.items():
            latest, cumulative = zip(*stays_in(stage, loans, now), strict=True)
            for name, stays in (("latest", latest), ("cumulative", cumulative)):
                times = shown[name]
                assert (times["count"], times["open"]) == (len(stays), sum(not stay.has_ended for stay in stays))
                for figure, left in (("median_seconds", Fraction(1, 2)), ("p90_seconds", Fraction(1, 10))):
                    expected = quantile(stays, left)
                    assert times[figure] == (None if expected is None else pytest.approx(expected, abs=1)), (
                        stage,
                        name,
                    )
        check_win_rate(system, loans)


def check_win_rate(system: Up, loans: Sequence[Sequence[Visit]]) -> None:
    """Checks the win rate of the deals that were accepted before their end."""
    qualified = [loan for loan in loans if any(visit.stage in ("accepted", "offer_sent") for visit in loan)]
    ends = Counter(loan[-1].stage for loan in qualified)
    rate = measure(system, "win-rate")["total"]["by_count"]
    assert (rate["part"], rate["sample"]) == (ends["won"], ends["won"] + ends["lost"])
    assert rate["rate"] == f"{ends['won'] / (ends['won'] + ends['lost']):.3f}"


# -- Maven -----------------------------------------------------------------------------------------------------------


def rows_of_deals() -> list[dict[str, str]]:
    with DEALS.open(newline="") as file:
        return list(csv.DictReader(file))


@needs_deals
def test_deals_are_won_and_stay_as_their_file_says(tmp_path: Path) -> None:
    rows = rows_of_deals()
    counts = Counter(row["deal_stage"] for row in rows)
    with up(tmp_path / "data") as system:
        imported(system, "maven-crm", "opportunities", DEALS)
        check_wins_by_product(system, rows)
        stages = stages_of(system)
        assert stages["unqualified"]["latest"]["open"] == counts["Prospecting"]
        engaged = stages["proposal"]["latest"]
        assert (engaged["count"], engaged["open"]) == (len(rows) - counts["Prospecting"], counts["Engaging"])
        assert engaged["median_seconds"] // DAY == quantile(days_engaged(rows), Fraction(1, 2))
        cycle = measure(system, "velocity")["total"]["cycle"]
        assert cycle["count"] == counts["Won"]
        for begins, ends in QUARTERS:
            check_quarter(system, rows, begins, ends)


def check_quarter(system: Up, rows: Sequence[Mapping[str, str]], begins: str, ends: str) -> None:
    """Checks the quarter as of its last midnight, by two dimensions. Deals were engaged, and ended, at noon."""
    then = [row for row in rows if "" < row["engage_date"] <= ends]
    won = [row for row in then if row["deal_stage"] == "Won" and begins <= row["close_date"] <= ends]
    asked = {"from": begins, "to": ends, "as_of": f"{ends}T23:59:59Z", "by": "owner,product"}
    answer = measure(system, "pipeline", **asked)
    qualified = answer["total"]["qualified"]
    assert qualified["open"]["count"] == sum(not row["close_date"] or row["close_date"] > ends for row in then)
    assert qualified["created"]["count"] == sum(row["engage_date"] >= begins for row in then)
    assert qualified["won"]["values"][0]["sum"] == f"{sum(int(row['close_value']) for row in won)}.00"
    shown = {tuple(group["key"].values()): group["qualified"]["won"]["count"] for group in answer["groups"]}
    expected = Counter((agent(row), row["product"].replace("GTXPro", "GTX Pro")) for row in won)
    assert {key: count for key, count in shown.items() if count} == expected
    step = next(each for each in measure(system, "funnel", **asked)["steps"] if each["from"] == "srl")
    assert (step["entered"], step["converted"]) == (qualified["created"]["count"],) * 2
    cycles = sorted((day(row["close_date"]) - day(row["engage_date"])).days for row in won)
    shown_cycle = measure(system, "velocity", **asked)["total"]["cycle"]
    assert shown_cycle["median_days"] == f"{cycles[(len(cycles) - 1) // 2]}.00"


def agent(row: Mapping[str, str]) -> str:
    return row["sales_agent"].lower().replace(" ", "-")


def days_engaged(rows: Sequence[Mapping[str, str]]) -> list[Stay]:
    today = ClockAndIds().now().date()
    return [
        Stay((day(row["close_date"] or str(today)) - day(row["engage_date"])).days, bool(row["close_date"]))
        for row in rows
        if row["engage_date"]
    ]


def day(text: str) -> date:
    return date.fromisoformat(text)


def check_wins_by_product(system: Up, rows: Sequence[Mapping[str, str]]) -> None:
    ended = Counter((row["product"], row["deal_stage"]) for row in rows)
    value = Counter[str]()
    for row in rows:
        if row["deal_stage"] == "Won":
            value[row["product"]] += int(row["close_value"])
    answer = measure(system, "win-rate", by="product")
    shown = {group["key"]["product"]: group for group in answer["groups"]}
    for product, group in shown.items():
        written = product.replace("GTX Pro", "GTXPro")
        won, lost = ended[written, "Won"], ended[written, "Lost"]
        assert (group["by_count"]["part"], group["by_count"]["sample"]) == (won, won + lost), product
        assert [(each["currency"], each["sum"]) for each in group["won"]["values"]] == [("USD", f"{value[written]}.00")]
    assert len(shown) == len({row["product"] for row in rows})
    assert answer["total"]["won"]["count"] == sum(row["deal_stage"] == "Won" for row in rows)
