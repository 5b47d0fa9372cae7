"""Exports as the systems write them: each shipped mapping on a made file of that shape, in the folder `exports`."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from funnelcast.failure import Failed
from funnelcast.importing.files.row import RejectedRecord, Skipped
from funnelcast.importing.mappings import FILES, kinds_of
from funnelcast.importing.reading import ImportSource, open_export, read_records

EXPORTS = Path(__file__).parent / "exports"


def histories(name: str, file: Path) -> tuple[list[Any], int]:
    """The facts of each deal, and how many rows are skipped."""
    found, skipped = list[Any](), 0
    for one in read_records(open_export(ImportSource(file, kinds_of(name, "opportunities"), "EUR"))):
        assert not isinstance(one, RejectedRecord), one.reason
        if isinstance(one, Skipped):
            skipped += one.rows
        else:
            found.append(one[1].bodies[0]["facts"])
    return found, skipped


def last(facts: Any, name: str) -> Any:
    return next((fact[name] for fact in reversed(facts) if name in fact), None)


@pytest.mark.parametrize(
    ("name", "stage", "reason"),
    [
        ("salesforce", "proposal", "other"),
        ("hubspot", "negotiation", "other"),
        ("pipedrive", "proposal", "other"),
        ("zoho", "negotiation", "competitor"),
        ("odoo", "proposal", "other"),
        ("dynamics", "proposal", "competitor"),
    ],
)
def test_a_won_an_open_and_a_lost_deal_are_read(name: str, stage: str, reason: str) -> None:
    found, _ = histories(name, EXPORTS / f"{name}.csv")
    by_end = {facts[-1]["command"]: facts for facts in found}
    won, lost = by_end["win"], by_end["lose"]
    still = next(facts for facts in found if facts[-1]["command"] not in ("win", "lose"))
    assert (won[-1]["close_date"], float(last(won, "amount")["amount"])) == ("2024-02-15", 1250.5)
    assert (won[0]["account"].partition(",")[0], won[0]["owner"]) == ("Acme", "ann-lee")
    assert (last(still, "to_stage"), still[0]["close_date"]) == (stage, "2024-06-30")
    assert (lost[-1]["reason"], last(lost, "close_date")) == (reason, "2024-03-01")


def test_what_a_system_says_of_kind_and_currency_is_taken() -> None:
    found, skipped = histories("pipedrive", EXPORTS / "pipedrive.csv")
    assert ({facts[0]["amount"]["currency"] for facts in found}, skipped) == ({"EUR", "USD"}, 1)
    found, _ = histories("salesforce", EXPORTS / "salesforce.csv")
    assert [facts[0]["motion"] for facts in found] == ["new_business", "existing_business", "new_business"]


@pytest.mark.parametrize(
    ("name", "column", "dollars"),
    [
        ("salesforce", "Amount Currency", "USD"),
        ("salesforce_history", "Amount Currency", "USD"),
        ("salesforce_changes", "Amount Currency", "USD"),
        ("hubspot", "Currency", "USD"),
        ("zoho", "Currency", "USD"),
        ("odoo", "Currency", "USD"),
        ("dynamics", "Currency", "US Dollar"),
    ],
)
def test_the_systems_own_column_of_currencies_is_right(tmp_path: Path, name: str, column: str, dollars: str) -> None:
    header, first, *others = (EXPORTS / f"{name}.csv").read_text().splitlines()
    rows = [f"{header},{column}", f"{first},{dollars}", *(f"{row}," for row in others if row.strip())]
    file = tmp_path / "deals.csv"
    file.write_text("\n".join(rows))
    found, _ = histories(name.partition("_")[0], file)
    assert found[0][0]["amount"]["currency"] == "USD"
    amounts = [fact["amount"]["currency"] for facts in found[1:] for fact in facts if fact.get("amount")]
    assert set(amounts) <= {"EUR"}


def test_without_a_currency_anywhere_it_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="--currency can say it"):
        open_export(ImportSource(EXPORTS / "zoho.csv", kinds_of("zoho", "opportunities")))


def test_the_histories_of_salesforce_and_pipedrive_are_read(tmp_path: Path) -> None:
    ((opened, *others),), _ = histories("salesforce", EXPORTS / "salesforce_history.csv")
    assert (opened["stage"], others[-1]["close_date"]) == ("unqualified", "2024-02-14")
    assert [fact["command"] for fact in others] == ["set-amount", "enter_stage", "set-amount", "set-close-date", "win"]
    ((opened, *others),), _ = histories("salesforce", EXPORTS / "salesforce_changes.csv")
    assert (opened["amount"]["amount"], opened["occurred_at"][:10]) == ("1000", "2024-01-05")
    assert [fact["command"] for fact in others] == ["set-amount", "enter_stage", "win"]
    changes = shutil.copy(EXPORTS / "pipedrive_changes.csv", tmp_path)
    shutil.copy(EXPORTS / "pipedrive.csv", tmp_path / "deals.csv")
    ((opened, *others), reopened), _ = histories("pipedrive", Path(changes))
    assert (opened["name"], opened["stage"], opened["amount"]["amount"]) == ("Rollout", "unqualified", "1000")
    assert [fact["command"] for fact in others] == ["enter_stage", "set-amount", "win"]
    assert [fact["command"] for fact in reopened] == ["open", "lose", "reopen", "enter_stage", "lose"]


def test_a_change_of_a_deal_that_the_file_beside_it_lacks_says_so(tmp_path: Path) -> None:
    changes = Path(shutil.copy(EXPORTS / "pipedrive_changes.csv", tmp_path))
    lines = (EXPORTS / "pipedrive.csv").read_text().splitlines(keepends=True)
    (tmp_path / "deals.csv").write_text("".join(lines[:1]))
    opened = open_export(ImportSource(changes, kinds_of("pipedrive", "opportunities")))
    refused = [one for one in read_records(opened) if isinstance(one, RejectedRecord)]
    assert refused
    assert all("; deals.csv has no row whose Deal - ID is '" in one.reason for one in refused)


@pytest.mark.parametrize("name", FILES)
def test_every_shipped_file_is_a_mapping(name: str) -> None:
    assert kinds_of(name, "opportunities")
