from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.funnelcast.command import done, run, up
from tests.kafka import Broker, OurBroker


@pytest.fixture
def broker(kafka: Broker, tmp_path: Path) -> Iterator[OurBroker]:
    """One with empty topics: a new system on another's topics would take those events for its own."""
    if not kafka.ours:
        pytest.skip("the topics of the Kafka in FUNNELCAST_TEST_KAFKA are not ours to have alone")
    (tmp_path / "kafka").mkdir()
    one = OurBroker(tmp_path / "kafka")
    one.start()
    yield one
    one.kill()


@pytest.mark.kafka
def test_a_system_on_kafka_is_verified_against_kafka(broker: OurBroker, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with up(data, "--kafka", broker.address) as system, system.client() as http:
        lead = {"source": "demo_request", "person": {"email": "ada@engines.example"}}
        taken = http.post("/intake/v1/leads", json=lead)
        fresh = {"X-Min-Position": taken.headers["X-Position"], "Prefer": "wait=20"}
        known = http.get(f"/qualification/v1/leads/{taken.json()['lead_id']}", headers=fresh)
        assert known.json()["lifecycle"] == "mql"
        assert "FAILED" not in done("verify", "--data", data, "--kafka", broker.address)
        embedded = run("verify", "--data", data)
        assert (embedded.returncode, "are not in the log: 1" in embedded.stdout) == (1, True)
        assert "Kafka at" in done("doctor", "--data", data, "--kafka", broker.address)
        assert system.stop()[0] == 0
