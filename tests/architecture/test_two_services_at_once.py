"""Import rules that import-linter does not see: those of tests, and of modules of events."""

import ast
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

MAY_KNOW_TWO = ("bench", "contracts", "crash", "funnelcast", "fuzz", "journeys", "pages", "security")
"""Tests of the whole system."""
EVENTS_MAY_IMPORT = {"pydantic", "shared.rules", *sys.stdlib_module_names}


def imported(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def services(source: str) -> set[str]:
    return {name.split(".")[1] for name in imported(source) if name.startswith("services.")}


def is_below(name: str, packages: Iterable[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def strangers(source: str) -> set[str]:
    """The modules that a module of stored events, or of their fields, imports beyond rules and other such modules."""
    others = {name for name in imported(source) if not is_below(name, EVENTS_MAY_IMPORT)}
    return {name for name in others if not name.endswith((".events", ".fields"))}


def files(folder: str, pattern: str) -> list[Path]:
    return sorted((ROOT / folder).rglob(pattern))


def test_a_test_knows_one_service() -> None:
    others = [path for path in files("tests", "*.py") if path.relative_to(ROOT / "tests").parts[0] not in MAY_KNOW_TWO]
    assert {str(path): known for path in others if len(known := services(path.read_text())) > 1} == {}


def test_events_import_rules_and_events_alone() -> None:
    events = [path for path in files("services", "events.py") if path.parent.name != "api"]
    of_kinds = [*events, *(path for path in files("services", "fields.py") if path.with_name("events.py") in events)]
    assert {str(path): found for path in of_kinds if (found := strangers(path.read_text()))} == {}


@pytest.mark.parametrize("line", ["import services.sown.events", "from services.sown.thing.decider import DECIDER"])
def test_a_second_service_is_seen(line: str) -> None:
    assert services(f"from services.planted.thing import events\n{line}\n") == {"planted", "sown"}


@pytest.mark.parametrize("line", ["import babel", "from shared.store import vault", "from sqlalchemy import text"])
def test_a_stranger_in_events_is_seen(line: str) -> None:
    assert strangers(f"from pydantic import Field\nfrom shared.rules.money import Money\n{line}\n")
