"""A copy of the code with one small service in it, to plant violations in."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("shared", "services", "funnelcast")
SCRIPTS = Path(sys.executable).parent
SERVICE = ("__init__", "service", "events", "reactions", "upstream/__init__", "upstream/sown", "connectors/__init__")
KIND = ("thing/__init__", "thing/events", "thing/commands", "thing/state", "thing/decider")
PEOPLE = ("ingestion/__init__", "ingestion/deliveries", "personal_data/__init__", "personal_data/erasure")
READERS = ("projections/__init__", "projections/things", "api/__init__", "api/things")


@dataclass(frozen=True)
class Tree:
    root: Path

    def plant(self, module: str, line: str) -> None:
        """Add a line to a module, `services/planted/thing/decider`, that may not be there yet."""
        path = self.root / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(f"{line}\n")

    def lint_imports(self, contract: str) -> subprocess.CompletedProcess[str]:
        command = [str(SCRIPTS / "lint-imports"), "--no-cache", "--no-logo", "--contract", contract]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)

    def ruff(self, module: str) -> subprocess.CompletedProcess[str]:
        command = [str(SCRIPTS / "ruff"), "check", "--no-cache", "--output-format=concise", f"{module}.py"]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)


def copied_to(root: Path) -> Tree:
    for name in PACKAGES:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    tree = Tree(root)
    for service in ("planted", "sown"):
        for module in SERVICE + KIND + PEOPLE + READERS:
            tree.plant(f"services/{service}/{module}", "")
    return tree
