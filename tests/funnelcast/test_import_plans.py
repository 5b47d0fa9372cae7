"""Quotas, rates and overrides from files, by the command."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from funnelcast.importing.files.row import Columns, InvalidRow, Row
from funnelcast.importing.inverse_rates import inverse, is_inverse_table, quoted_rates
from funnelcast.importing.plans import is_same
from tests.funnelcast.command import ADMIN, Result, Up, run

QUOTAS = """\
node,period,amount,currency,motion
plans,2030-Q1,100.00,EUR,
plans,2030-Q1,40,EUR,new_business
nobody,2030-Q1,1,EUR,
plans,2030-Q1,50,EUR,new_business
"""
SHEET = """\
Salesperson;Year;Quarter;Target;Since
Sheet;2031;1;1.200.000,50;
Sheet;2031;5;1;
Sheet;2031;2;lots;
Nobody;2031;1;1;
Sheet;2031;2;40,00;01.02.2020
Sheet;2031;2;50,00;01.03.2020
Sheet;2031;1;1,00;
"""
MAPPING = """\
mapping: acme-quotas
kind: quotas
file: {delimiter: ";"}
money: {currency: EUR, decimal: ",", thousands: "."}
dates: {formats: [DD.MM.YYYY], timezone: UTC}
fields:
  node: Salesperson
  period: {text: "{Year}-Q{Quarter}"}
  amount: Target
  starts: Since
"""
OVERRIDES = """\
node,period,column,by,amount,currency,note
plans,2030-Q1,commit,self,90,EUR,sure
plans,2030-Q1,closed,self,9,EUR,no
"""
ECB = "Date,USD,IDR,\n2030-01-02,1.25,17000,\n2030-01-03,N/A,17000,\nlater,1.1,1,\n"


def imported(system: Up, kind: str, file: Path, text: str) -> tuple[Result, dict[str, int]]:
    file.write_text(text)
    rejects = ("--rejects", file.with_suffix(".rejects"))
    result = run("import", kind, file, "--url", system.address, "--json", *rejects, FUNNELCAST_API_KEY=ADMIN)
    return result, json.loads(result.stdout)


def test_files_with_fixed_columns_are_imported_and_again_add_nothing(system: Up, tmp_path: Path) -> None:
    with system.client() as api:
        root = api.get("/forecast/v1/org").json()["nodes"]
        parent = next((node["node_id"] for node in root if node["parent"] is None), None)
        answer = api.put("/forecast/v1/org/nodes/plans", json={"name": "Plans", "kind": "unit", "parent": parent})
        assert answer.is_success, answer.text
        for _ in range(2):
            _, counts = imported(system, "quotas", tmp_path / "quotas.csv", QUOTAS)
            assert (counts["sent"], counts["rejected"]) == (2, 2)
        twice, rejected = (tmp_path / "quotas.rejects").read_text().splitlines()[1:]
        assert twice.startswith("5,line 3 sets the same to another value,")
        assert rejected.startswith("4,")
        assert "there is no node nobody" in rejected
        _, first = imported(system, "overrides", tmp_path / "overrides.csv", OVERRIDES)
        assert (first["sent"], first["already_there"], first["rejected"]) == (1, 0, 1)
        _, again = imported(system, "overrides", tmp_path / "overrides.csv", OVERRIDES)
        assert (again["sent"], again["already_there"], again["rejected"]) == (0, 1, 1)
        result, rates = imported(system, "rates", tmp_path / "rates.csv", ECB)
        assert (result.returncode, rates["sent"], rates["rejected"]) == (0, 3, 1)
        quotas = api.get("/forecast/v1/quotas", params={"node": "plans"}).json()["items"]
        assert len(quotas) == 2
        rupiah = api.get("/forecast/v1/rates", params={"currency": "IDR"}).json()["items"][0]
        assert (rupiah["rate"], rupiah["quote"], rupiah["per"]) == ("0.00005882352941", "17000", "EUR")


def test_quotas_of_a_sheet_are_imported_by_a_mapping_and_again_add_nothing(system: Up, tmp_path: Path) -> None:
    sheet, mapping, rejects = tmp_path / "sheet.csv", tmp_path / "quotas.yaml", tmp_path / "rejects.csv"
    sheet.write_text(SHEET)
    mapping.write_text(MAPPING)
    command = ("import", "quotas", sheet, "--mapping", mapping, "--url", system.address, "--json")
    trial = json.loads(run(*command, "--dry-run").stdout)
    assert (trial["new"], trial["rejected"]) == (4, 3)
    with system.client() as api:
        tops = api.get("/forecast/v1/org").json()["nodes"]
        parent = next((node["node_id"] for node in tops if node["parent"] is None), None)
        placed = api.put("/forecast/v1/org/nodes/sheet", json={"name": "Sheet", "kind": "unit", "parent": parent})
        assert placed.is_success, placed.text
        for counts in ((3, 0), (0, 3)):
            answer = run(*command, "--rejects", rejects, FUNNELCAST_API_KEY=ADMIN)
            found = json.loads(answer.stdout)
            assert (found["new"], found["there"], found["rejected"]) == (*counts, 4), rejects.read_text()
        set_now = api.get("/forecast/v1/quotas", params={"node": "sheet"}).json()["items"]
        assert [(each["period"], each["amount"]["amount"]) for each in set_now] == [
            ("2031-Q1", "1200000.50"),
            ("2031-Q2", "40.00"),
            ("2031-Q2", "50.00"),
        ]
    reasons = rejects.read_text()
    for text in ("2031-Q5", "Target 'lots'", "nobody", "the quota of 'sheet' for 2031-Q1 is in line 2 too"):
        assert text in reasons


def test_without_a_mapping_a_dry_run_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "quotas.csv"
    file.write_text(QUOTAS)
    assert run("import", "quotas", file, "--dry-run", FUNNELCAST_API_KEY=ADMIN).returncode == 2


def test_a_file_without_its_columns_or_without_a_good_row_fails(system: Up, tmp_path: Path) -> None:
    file = tmp_path / "quotas.csv"
    file.write_text("node,amount\nplans,1\n")
    assert run("import", "quotas", file, "--url", system.address, FUNNELCAST_API_KEY=ADMIN).returncode == 1
    bad, counts = imported(system, "quotas", file, "node,period,amount,currency\n,2030-Q1,1,EUR\n")
    assert (bad.returncode, counts["rejected"]) == (1, 1)
    assert run("import", "quotas", file, "--url", system.address).returncode == 2


def test_an_override_in_force_is_not_stated_again() -> None:
    known = {"amount": {"amount": "90.00", "currency": "EUR"}, "note": "sure"}
    body = {"amount": {"amount": "90", "currency": "EUR"}, "note": "sure"}
    assert is_same(body, known)
    assert not is_same(body | {"note": "less"}, known)
    assert not is_same({**body, "amount": {"amount": "ninety", "currency": "EUR"}}, known)
    assert not is_same(body, {"amount": None, "note": None})


def test_quotes_are_inverted_to_ten_digits() -> None:
    assert is_inverse_table(["Date", "USD", ""])
    assert not is_inverse_table(["currency", "day", "rate"])
    assert inverse("USD", "1.0849") == "0.9217439395"
    assert Decimal(inverse("IDR", "17000")) == Decimal("0.00005882352941")
    row = Row(2, ["2030-01-02", "0"], Columns(["Date", "USD"]))
    with pytest.raises(InvalidRow, match="USD '0': a rate is expected"):
        list(quoted_rates(row))
