from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from funnelcast.importing.files.row import RejectedRecord
from funnelcast.importing.mappings import kinds_of
from funnelcast.importing.reading import ImportSource, open_export, read_records
from funnelcast.importing.snapshot import SnapshotOptions, parse_day, snapshot_options
from funnelcast.importing.snapshot_steps import steps_of, steps_of_history

AS_OF = datetime(2024, 3, 24, 11, tzinfo=UTC)
NEXT_DAY = datetime(2024, 4, 1, 12, tzinfo=UTC)
ALL = frozenset({"stage", "owner", "amount", "close_date"})
EUR = {"amount": "100", "currency": "EUR"}
OPENED = {
    "command": "open",
    "owner": "ann",
    "amount": EUR,
    "close_date": "2024-03-31",
    "stage": "unqualified",
    "occurred_at": "2024-01-05T11:00:00Z",
}


def entered(stage: str, day: str) -> dict[str, Any]:
    return {"command": "enter_stage", "to_stage": stage, "occurred_at": f"{day}T11:00:00Z"}


@pytest.mark.parametrize(
    ("day", "is_older"),
    [
        ("2024-03-23", True),
        ("2024-03-24", False),
        ("2024-03-24T11:59:59+01:00", True),
        ("2024-03-24T11:00:00Z", False),
        ("2024-03-25", False),
    ],
)
def test_an_export_is_older_by_its_day_or_by_its_instant(day: str, is_older: bool) -> None:
    assert SnapshotOptions(parse_day(day)).is_before(AS_OF, "Europe/Berlin", NEXT_DAY) is is_older


def test_an_open_deal_says_the_stages_that_it_entered_and_where_it_stands() -> None:
    assert steps_of([OPENED, entered("qualified", "2024-03-18"), entered("proposal", "2024-03-20")], AS_OF, ALL) == [
        *(
            {
                "part": "entered",
                "stage": stage,
                "close_date": "2024-03-31",
                "reopens": True,
                "occurred_at": f"2024-03-{day}T11:00:00Z",
            }
            for stage, day in (("qualified", 18), ("proposal", 20))
        ),
        {
            "owner": "ann",
            "amount": EUR,
            "close_date": "2024-03-31",
            "stage": "proposal",
            "occurred_at": "2024-03-24T11:00:00Z",
        },
    ]


def test_a_deal_that_ended_says_when_and_a_stage_of_that_moment_is_no_step() -> None:
    at = "2024-03-20T11:00:00Z"
    lost: list[dict[str, Any]] = [{"command": "set-close-date", "close_date": "2024-03-20", "occurred_at": at}]
    facts = [OPENED, entered("proposal", "2024-03-18"), entered("qualified", "2024-03-20"), *lost]
    steps = steps_of([*facts, {"command": "lose", "reason": "competitor", "occurred_at": at}], AS_OF, ALL)
    assert [(step.get("part"), step["occurred_at"][:10]) for step in steps] == [
        ("entered", "2024-03-18"),
        ("ended", "2024-03-20"),
        (None, "2024-03-24"),
    ]
    assert (steps[-1]["outcome"], steps[-1]["reason"], steps[-1]["close_date"]) == ("lost", "competitor", "2024-03-20")
    assert "stage" not in steps[-1]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("2024-03-22T08:00:00Z", [("entered", "2024-03-20T11"), ("changed", "2024-03-22T08"), (None, "2024-03-24T11")]),
        ("2024-03-20T11:00:00Z", [("changed", "2024-03-20T11"), (None, "2024-03-24T11")]),
        ("2024-03-01T11:00:00Z", [("changed", "2024-03-20T11"), (None, "2024-03-24T11")]),
        ("2024-03-24T15:00:00Z", [("entered", "2024-03-20T11"), ("changed", "2024-03-24T11"), (None, "2024-03-24T11")]),
    ],
)
def test_an_export_that_says_when_a_deal_changed_last_dates_its_changes(
    changed: str, expected: list[tuple[str | None, str]]
) -> None:
    steps = steps_of([OPENED, entered("proposal", "2024-03-20")], AS_OF, ALL, changed)
    assert [(step.get("part"), step["occurred_at"][:13]) for step in steps] == expected
    assert steps[-2]["amount"] == EUR


def test_a_history_says_what_the_deal_was_after_each_instant() -> None:
    at = "2024-03-20T11:00:00Z"
    facts: list[dict[str, Any]] = [
        OPENED,
        {"command": "set-amount", "amount": EUR | {"amount": "150"}, "occurred_at": at},
        {"command": "assign", "owner": "bob", "occurred_at": at},
        {"command": "lose", "reason": "competitor", "occurred_at": "2024-03-21T11:00:00Z"},
        {"command": "reopen", "reason": "other", "close_date": "2024-05-01", "occurred_at": "2024-03-22T11:00:00Z"},
    ]
    first, second, lost, reopened, present = steps_of_history(facts, AS_OF, ALL)
    assert (first["owner"], first["amount"], first["stage"]) == ("ann", EUR, "unqualified")
    assert (second["owner"], second["amount"]["amount"], second["occurred_at"]) == ("bob", "150", at)
    assert (lost["outcome"], lost["reason"], "stage" in lost) == ("lost", "competitor", False)
    assert (reopened["stage"], reopened["close_date"]) == ("unqualified", "2024-05-01")
    assert {step["part"] for step in (first, second, lost, reopened)} == {"changed"}
    assert (present["occurred_at"], "part" in present) == ("2024-03-24T11:00:00Z", False)


def test_only_what_the_mapping_has_is_compared() -> None:
    opened = {name: value for name, value in OPENED.items() if name not in ("amount", "close_date")}
    (present,) = steps_of([opened], AS_OF, frozenset({"stage", "owner"}))
    assert set(present) == {"owner", "stage", "occurred_at"}


def test_a_reopened_deal_has_not_ended() -> None:
    won: dict[str, Any] = {"command": "win", "close_date": "2024-03-01", "occurred_at": "2024-03-01T11:00:00Z"}
    reopened = {"command": "reopen", "close_date": "2024-05-01", "occurred_at": "2024-03-02T11:00:00Z"}
    (present,) = steps_of([OPENED, won, reopened], AS_OF, ALL)
    assert (present["stage"], present["close_date"]) == ("unqualified", "2024-05-01")


@pytest.mark.parametrize(
    ("text", "now", "instant"),
    [
        ("2024-03-24", AS_OF.replace(hour=20), "2024-03-24T11:00:00+00:00"),
        ("2024-03-24", AS_OF.replace(hour=8), "2024-03-24T08:00:00+00:00"),
        ("2024-03-24T18:30:00+02:00", AS_OF, "2024-03-24T16:30:00+00:00"),
    ],
)
def test_a_day_is_its_noon_in_the_exports_zone_if_that_is_over(text: str, now: datetime, instant: str) -> None:
    assert SnapshotOptions(parse_day(text)).instant("Europe/Berlin", now).isoformat() == instant


MAPPING = """
mapping: weekly
kind: opportunities
dates: {formats: ["YYYY-MM-DD hh:mm"], timezone: Asia/Tokyo}
fields: {id: Id, name: Id, account: Id, owner: Id, stage: Stage, opened: Created, closed: Closed}
stages: {Won: won}
"""


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("2024-03-24", "2024-03-24T23:00:00+00:00"),
        ("2024-03-24T23:30:00Z", "2024-03-25T23:00:00+00:00"),
        ("2024-03-31", "2024-03-31T22:00:00+00:00"),
    ],
)
def test_the_day_of_an_export_ends_at_midnight_in_its_zone(text: str, ends: str) -> None:
    """In Berlin, summer time begins on March 31."""
    now = AS_OF.replace(month=4)
    assert SnapshotOptions(parse_day(text)).end_of_day("Europe/Berlin", now).isoformat() == ends


def test_nothing_in_an_export_is_later_than_its_day_in_its_zone(tmp_path: Path) -> None:
    file, mapping = tmp_path / "deals.csv", tmp_path / "weekly.yaml"
    mapping.write_text(MAPPING)
    ends = ("2024-03-24 23:59", "2024-03-25 00:06")
    file.write_text("Id,Stage,Created,Closed\n" + "".join(f"a,Won,2024-03-24 09:00,{end}\n" for end in ends))
    options = SnapshotOptions(date(2024, 3, 24))
    source = ImportSource(file, kinds_of(str(mapping), "opportunities"), snapshot=options)
    first, second = read_records(open_export(source))
    assert not isinstance(first, RejectedRecord)
    assert isinstance(second, RejectedRecord)
    assert "'2024-03-25 00:06' lies after 2024-03-24, the day of the export" in second.reason


@pytest.mark.parametrize(
    ("day", "kind", "vanished", "overwrite", "reason"),
    [
        ("last week", "opportunities", "report", False, "is no day such as 2024-03-31"),
        ("2024-03-31T10:00:00", "opportunities", "report", False, "has no offset"),
        ("2024-03-31", "leads", "report", False, "leads are captures"),
        ("2024-03-31", "opportunities", "delete", False, "--vanished must be one of report, lose, recycle"),
        ("2024-04-03", "opportunities", "report", False, "2024-04-03 lies in the future"),
        ("2024-04-01T13:00:00Z", "opportunities", "report", False, "lies in the future"),
        (None, "opportunities", "lose", False, "belong to a --snapshot-of"),
        (None, "opportunities", "report", True, "belong to a --snapshot-of"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    day: str | None, kind: str, vanished: str, overwrite: bool, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        snapshot_options(day, kind, vanished, NEXT_DAY, overwrite=overwrite)


def test_the_options_of_a_later_export_are_read_and_none_means_a_first_import() -> None:
    options = snapshot_options("2024-03-31", "opportunities", "lose", NEXT_DAY, overwrite=True)
    assert options == SnapshotOptions(date(2024, 3, 31), overwrite=True, vanished="lose")
    assert snapshot_options(None, "opportunities", "report", NEXT_DAY, overwrite=False) is None
