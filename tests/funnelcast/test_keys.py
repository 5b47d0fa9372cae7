import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.funnelcast.command import ADMIN, Up, done, run


def create(system: Up, name: str, *more: str) -> str:
    scopes = "pipeline:read,events:read"
    return done("keys", "create", "--data", system.data, "--name", name, "--scopes", scopes, *more).removesuffix("\n")


def listed(system: Up, name: str) -> list[dict[str, Any]]:
    keys = json.loads(done("keys", "list", "--data", system.data, "--json"))
    return [key for key in keys if key["name"] == name]


def status(system: Up, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{system.address}/pipeline/v1/opportunities", headers=headers, trust_env=False).status_code


def test_a_key_is_printed_alone_and_works_at_once(system: Up) -> None:
    key = create(system, "report")
    assert key.startswith("fc_")
    assert "\n" not in key
    assert status(system, key) == 200


def test_the_list_has_no_secret(system: Up) -> None:
    key = create(system, "listed")
    shown = done("keys", "list", "--data", system.data)
    assert "listed" in shown
    assert "admin" in shown
    assert key not in shown
    assert ADMIN not in shown


def test_a_key_may_expire_and_may_be_tied_to_a_node(system: Up) -> None:
    create(system, "tied", "--node", "north", "--expires-in", "90d")
    (key,) = listed(system, "tied")
    assert (key["node"], key["scopes"], key["state"]) == ("north", ["events:read", "pipeline:read"], "valid")
    assert key["created_at"] < key["expires_at"]


def test_after_a_rotation_both_secrets_work_until_the_old_one_is_revoked(system: Up) -> None:
    old = create(system, "rotated")
    (first,) = listed(system, "rotated")
    new = done("keys", "rotate", first["key_id"], "--data", system.data).strip()
    assert (status(system, old), status(system, new)) == (200, 200)
    assert {key["lineage"] for key in listed(system, "rotated")} == {first["lineage"]}
    done("keys", "revoke", first["key_id"], "--data", system.data)
    assert sorted(key["state"] for key in listed(system, "rotated")) == ["revoked", "valid"]


@pytest.mark.parametrize("command", ["rotate", "revoke"])
def test_a_revoked_key_and_an_unknown_one_are_refused(system: Up, command: str) -> None:
    create(system, f"to {command}")
    (key,) = listed(system, f"to {command}")
    done("keys", "revoke", key["key_id"], "--data", system.data)
    refused = run("keys", command, key["key_id"], "--data", system.data)
    unknown = run("keys", command, "00000000-0000-4000-8000-000000000000", "--data", system.data)
    assert (refused.returncode, "is revoked" in refused.stderr) == (1, True)
    assert (unknown.returncode, "there is no key" in unknown.stderr) == (1, True)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--scopes", "pipeline:red"),
        ("--scopes", ""),
        ("--scopes", "pipeline:read", "--name", " "),
        ("--scopes", "pipeline:read", "--expires-in", "soon"),
        ("--scopes", "pipeline:read", "--expires-in", "0d"),
        ("--scopes", "pipeline:read", "--node", "North East"),
    ],
)
def test_wrong_usage_is_reported_and_makes_no_key(system: Up, wrong: tuple[str, ...]) -> None:
    result = run("keys", "create", "--data", system.data, "--name", "wrong", *wrong)
    assert (result.returncode, result.stdout) == (2, "")
    assert listed(system, "wrong") == []


def test_where_no_system_is_none_is_made(tmp_path: Path) -> None:
    result = run("keys", "list", "--data", tmp_path / "nothing")
    assert (result.returncode, "holds no system" in result.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
