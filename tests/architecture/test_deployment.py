"""The promises of docker-compose.yml about networks and addresses."""

from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT

STORE = {"postgres", "kafka"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    with (ROOT / "docker-compose.yml").open() as file:
        return dict(yaml.safe_load(file))


@pytest.fixture(scope="module")
def networks(compose: dict[str, Any]) -> dict[str, set[str]]:
    """The networks of each service."""
    return {name: set(service.get("networks", ["default"])) for name, service in compose["services"].items()}


def test_the_door_cannot_reach_the_database_or_the_log(networks: dict[str, set[str]]) -> None:
    for name in STORE:
        assert not networks["door"] & networks[name], name


def test_the_database_and_the_log_have_no_way_out(compose: dict[str, Any], networks: dict[str, set[str]]) -> None:
    for name in STORE:
        assert all(compose["networks"][network]["internal"] for network in networks[name]), name
        assert "ports" not in compose["services"][name]


def test_each_service_reaches_what_it_works_with(compose: dict[str, Any], networks: dict[str, set[str]]) -> None:
    for name in networks.keys() - STORE - {"door"}:
        assert networks[name] & networks["postgres"], name
        assert name.endswith(("-worker", "migrate", "topics")) or networks[name] & networks["door"], name
        if name.endswith("-worker"):
            assert any(not (compose["networks"][network] or {}).get("internal") for network in networks[name]), name
    assert {network for each in networks.values() for network in each} == set(compose["networks"])


def test_the_door_believes_the_proxies_that_are_named_and_nobody_else(compose: dict[str, Any]) -> None:
    door = compose["services"]["door"]
    assert door["environment"] == {"FUNNELCAST_PROXIES": "${FUNNELCAST_PROXIES:-}"}
    assert "set_real_ip_from" in door["command"][-1]
    configuration = (ROOT / "deploy" / "nginx.conf").read_text()
    assert "real_ip_header X-Forwarded-For;" in configuration
    assert "include /tmp/real_ip.conf;" in configuration
    assert "set_real_ip_from" not in configuration, "the addresses are a setting"
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in configuration
