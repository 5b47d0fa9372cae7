"""Dependencies: every package is pinned by version and hash, listed in the bill of materials, and audited, or said not
to be."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(?: ;[^\\]*)? \\$", re.MULTILINE)
CLEAN = {"name": "h11", "version": "0.16.0", "vulns": []}
BAD = {"name": "old", "version": "1", "vulns": [{"id": "CVE-2023-1", "fix_versions": ["2"], "aliases": []}]}
SKIPPED = {"name": "odd", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def pinned(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / "requirements" / lock).read_text()))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock", "build.lock", "container.lock"])
def test_every_package_is_pinned_with_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    blocks = [block for block in re.split(r"(?m)^(?=[a-zA-Z0-9])", text) if block[:1].isalnum()]
    assert len(blocks) == len(pinned(lock)) > 0
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_bill_of_materials_lists_every_runtime_package_with_its_version(tmp_path: Path) -> None:
    make = shutil.which("make")
    assert make is not None
    made = subprocess.run(
        [make, "--no-print-directory", "-o", ".venv/dev", "sbom", f"SBOM={tmp_path / 'sbom.json'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    bill = json.loads((tmp_path / "sbom.json").read_text())
    listed = {normal(each["name"]): each["version"] for each in bill["components"]}
    print(f"{len(listed)} packages in the bill of materials")
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "funnelcast")
    assert listed.items() >= {normal(name): version for name, version in pinned("run.lock").items()}.items()
    assert all(each["purl"].startswith("pkg:pypi/") for each in bill["components"])


def audit(tmp_path: Path, said: str, code: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs the audit with an auditor that gives this answer for every lock file."""
    auditor = tmp_path / "auditor"
    (tmp_path / "said").write_text(said)
    auditor.write_text(f"#!/bin/sh\ncat {tmp_path / 'said'}\nexit {code}\n")
    auditor.chmod(0o755)
    script = ROOT / "requirements" / "audit.py"
    environment = os.environ | {"PIP_AUDIT": str(auditor)} | env
    return subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)


def report(*packages: Any) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_known_vulnerability_fails_the_audit(tmp_path: Path) -> None:
    found = audit(tmp_path, report(CLEAN, BAD), 1)
    assert (found.returncode, "old 1: CVE-2023-1, mended in 2" in found.stdout) == (1, True)


def test_packages_without_a_known_vulnerability_pass_the_audit(tmp_path: Path) -> None:
    clean = audit(tmp_path, report(CLEAN))
    assert clean.returncode == 0
    assert "run.lock: 1 packages, 0 known vulnerabilities (pypi)" in clean.stdout


@pytest.mark.parametrize(("said", "code"), [("", 1), ("{}", 0), (report(), 0), (report(CLEAN, SKIPPED), 0)])
def test_what_was_not_looked_at_is_not_called_clean(tmp_path: Path, said: str, code: int) -> None:
    """An auditor may find no database, and end with 0."""
    silent = audit(tmp_path, said, code)
    assert (silent.returncode, "run.lock: NOT AUDITED" in silent.stdout) == (0, True)
    assert audit(tmp_path, said, code, AUDIT="required").returncode == 1
