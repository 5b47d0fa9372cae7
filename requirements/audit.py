"""`make audit`: known vulnerabilities of the pinned packages, by whichever advisory database answers.

An auditor that reached no database finds nothing, and so does one that looked at nothing: neither is called clean.
With AUDIT=required that is a failure, too."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOCKS = ("run.lock", "dev.lock")
DATABASES = ("pypi", "osv")
PATIENCE = 120.0
FOUND, NOT_AUDITED = 1, 1 if os.environ.get("AUDIT") == "required" else 0


def audited(auditor: str, lock: Path, database: str) -> list[dict[str, Any]] | None:
    """Each package with its vulnerabilities; none when one of them could not be looked up."""
    command = [auditor, "--disable-pip", "--require-hashes", "-r", str(lock), "-s", database]
    quietly = ["--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    try:
        ran = subprocess.run([*command, *quietly], capture_output=True, text=True, timeout=PATIENCE, check=False)
        packages: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError, subprocess.TimeoutExpired):
        return None
    return packages if packages and all("vulns" in each for each in packages) else None


def audit(auditor: str, lock: Path) -> int:
    for database in DATABASES:
        packages = audited(auditor, lock, database)
        if packages is not None:
            return told(lock, database, packages)
    say(f"{lock.name}: NOT AUDITED, no advisory database can be reached from here ({', '.join(DATABASES)})")
    return NOT_AUDITED


def told(lock: Path, database: str, packages: Sequence[dict[str, Any]]) -> int:
    bad = [(each, known) for each in packages for known in each["vulns"]]
    for each, known in bad:
        fixed = ", ".join(known["fix_versions"]) or "no version"
        say(f"{lock.name}: {each['name']} {each['version']}: {known['id']}, mended in {fixed}")
    say(f"{lock.name}: {len(packages)} packages, {len(bad)} known vulnerabilities ({database})")
    return FOUND if bad else 0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    auditor = os.environ.get("PIP_AUDIT") or str(Path(sys.executable).with_name("pip-audit"))
    sys.exit(max(audit(auditor, Path(__file__).with_name(name)) for name in LOCKS))
