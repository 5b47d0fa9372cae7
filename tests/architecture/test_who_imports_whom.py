import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, Tree, copied_to

pytestmark = pytest.mark.harness

HERE = "services/planted"
VIOLATIONS = [
    ("outside-in", "shared/rules/decider", "import services.planted.events"),
    ("outside-in", "shared/run/planted", "import funnelcast"),
    ("outside-in", f"{HERE}/service", "import funnelcast"),
    ("pages", "funnelcast/pages/screens/planted", "import services.planted.service"),
    ("pages", "funnelcast/pages/planted", "import funnelcast.serving.services"),
    ("pages", "funnelcast/pages/planted", "import shared.store.event_store"),
    ("layers", "shared/rules/money", "import shared.store.event_store"),
    ("layers", "shared/store/planted", "import shared.flow.relay"),
    ("layers", "shared/flow/planted", "import shared.web.errors.problems"),
    ("layers", "shared/web/planted", "import shared.run.settings"),
    ("layers", "shared/web/planted", "import shared.webhooks.routes"),
    ("layers", "shared/helpers/__init__", "import shared.rules"),
    ("acyclic", "shared/run/settings", "import shared.run.process"),
    ("declaration", "shared/run/service", "import uvicorn"),
    ("declaration", "shared/run/service", "import shared.run.worker"),
    ("declaration", "shared/web/routing/entrance", "import shared.flow.relay"),
    ("independence", f"{HERE}/reactions", "import services.sown.events"),
    ("independence", f"{HERE}/upstream/sown", "from services.sown.thing.events import Grown"),
    ("purity", f"{HERE}/thing/decider", "import sqlalchemy"),
    ("purity", f"{HERE}/thing/decider", "import asyncio"),
    ("purity", f"{HERE}/thing/events", "from fastapi import Request"),
    ("purity", f"{HERE}/thing/commands", "import httpx"),
    ("purity", f"{HERE}/thing/state", "import asyncpg"),
    ("purity", f"{HERE}/events", "import shared.store.event_store"),
    ("purity", f"{HERE}/reactions", "import shared.flow.relay"),
    ("purity", f"{HERE}/upstream/sown", "import aiokafka"),
    ("purity", f"{HERE}/connectors/vendor", "import httpx"),
    ("purity", "shared/rules/message", "import sqlalchemy"),
    ("purity", "shared/webhooks/decider", "import httpx"),
    ("clock", f"{HERE}/thing/decider", "from shared.rules.clock_and_ids import Edge"),
    ("clock", f"{HERE}/reactions", "import secrets"),
    ("clock", f"{HERE}/connectors/vendor", "import time"),
    ("rules-first", f"{HERE}/thing/decider", "import services.planted.projections.things"),
    ("rules-first", f"{HERE}/reactions", "import services.planted.api.things"),
    ("rules-first", f"{HERE}/upstream/sown", "import services.planted.service"),
    ("events", f"{HERE}/thing/events", "import services.planted.thing.decider"),
    ("events", f"{HERE}/events", "import services.planted.reactions"),
    ("projections", f"{HERE}/projections/things", "import services.planted.thing.decider"),
    ("projections", f"{HERE}/projections/things", "import services.planted.api.things"),
    ("routes-last", f"{HERE}/timers", "from services.planted.api.things import view"),
    ("routes-last", f"{HERE}/answers/__init__", "import services.planted.api.things"),
    ("routes-last", "funnelcast/verifying/planted", "import services.planted.api.things"),
    ("personal-data", f"{HERE}/personal_data/erasure", "import services.planted.ingestion.deliveries"),
    ("api", f"{HERE}/api/things", "import shared.store.event_store"),
    ("api", f"{HERE}/api/things", "import shared.flow.log.postgres"),
]
ALLOWED = [
    (f"{HERE}/thing/decider", "import services.planted.thing.events, services.planted.thing.state, shared.rules.money"),
    (f"{HERE}/events", "import services.planted.thing.events"),
    (f"{HERE}/reactions", "import services.planted.thing.commands, services.planted.upstream.sown"),
    (f"{HERE}/projections/things", "import sqlalchemy, services.planted.events, shared.flow.projection"),
    (f"{HERE}/api/things", "import fastapi, services.planted.thing.decider, services.planted.projections.things"),
    (f"{HERE}/ingestion/deliveries", "import services.planted.personal_data.erasure"),
    (f"{HERE}/service", "import services.planted.api.things, services.planted.reactions"),
    ("funnelcast/pages/screens/planted", "import starlette, httpx, funnelcast.pages.screen, shared.rules.money"),
]


def contracts() -> list[str]:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [contract["id"] for contract in configuration["tool"]["importlinter"]["contracts"]]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return copied_to(tmp_path)


def test_every_contract_has_a_violation_below() -> None:
    assert set(contracts()) == {contract for contract, _, _ in VIOLATIONS}


@pytest.mark.parametrize("contract", contracts())
def test_what_is_allowed_keeps_it(tree: Tree, contract: str) -> None:
    for module, line in ALLOWED:
        tree.plant(module, line)
    said = tree.lint_imports(contract)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize(("contract", "module", "line"), VIOLATIONS)
def test_a_violation_breaks_it(tree: Tree, contract: str, module: str, line: str) -> None:
    tree.plant(module, line)
    said = tree.lint_imports(contract)
    assert "0 kept, 1 broken" in said.stdout, said.stdout + said.stderr
    name = module.removesuffix("/__init__").replace("/", ".")
    assert name in said.stdout or f".{name.rpartition('.')[2]} -> " in said.stdout


def test_a_detour_breaks_it_too(tree: Tree) -> None:
    tree.plant("shared/rules/detour", "import sqlalchemy")
    tree.plant(f"{HERE}/thing/decider", "import shared.rules.detour")
    said = tree.lint_imports("purity")
    assert "services.planted.thing.decider -> shared.rules.detour" in said.stdout
