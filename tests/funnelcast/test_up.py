import os
import re
import signal
import socket
from pathlib import Path

import pytest

from tests.funnelcast.command import ADMIN, Up, run, servers, started, until, up

DEAL = {"name": "Ten seats", "account": "Initech", "owner": "ann", "motion": "new_business", "external_id": "crm:1"}


def opened(system: Up, external_id: str) -> str:
    with system.client() as http:
        answer = http.post("/pipeline/v1/opportunities", json=DEAL | {"external_id": external_id})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["opportunity_id"])


def there(system: Up, opportunity_id: str) -> bool:
    with system.client() as http:
        return http.get(f"/pipeline/v1/opportunities/{opportunity_id}").status_code == 200


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_system_in_order(tmp_path: Path, number: int) -> None:
    with up(tmp_path) as system:
        with system.client() as http, http.stream("GET", "/pipeline/v1/events/stream") as stream:
            lines = stream.iter_lines()
            assert next(lines) == ": connected"
            system.process.send_signal(number)
            assert list(lines)[-3:] == ["event: stopping", "data: {}", ""]
        system.process.communicate(timeout=30)
        assert system.process.returncode == 0
    assert servers(tmp_path) == []


@pytest.mark.thorough
def test_a_new_system_shows_its_admin_key_once(tmp_path: Path) -> None:
    with started("up", "--data", str(tmp_path), "--port", "0") as first:
        output = until(first, re.compile(r"rollup"))
        first.terminate()
        first.communicate()
    (key,) = re.findall(r"fc_\S{43}", output)
    assert "curl" in output
    with up(tmp_path, key="") as second:
        second.process.terminate()
        assert "fc_" not in second.output + second.process.communicate()[0]
        second.key = key
    with up(tmp_path, key="") as third:
        third.key = key
        opened(third, "crm:1")


@pytest.mark.thorough
def test_a_given_admin_key_is_that_of_the_new_system_and_is_not_repeated(tmp_path: Path) -> None:
    with up(tmp_path) as system:
        opened(system, "crm:1")
        _, err = system.stop()
    assert ADMIN not in system.output + err


@pytest.mark.thorough
def test_a_second_one_on_the_same_folder_ends_and_names_the_process(tmp_path: Path) -> None:
    with up(tmp_path) as system:
        second = run("up", "--data", tmp_path, "--port", "0")
        assert second.returncode == 1
        assert f"in use by process {system.process.pid}" in second.stderr
        assert "Traceback" not in second.stderr
        opened(system, "crm:1")


@pytest.mark.thorough
def test_a_port_in_use_is_reported_and_nothing_is_left_running(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run("up", "--data", tmp_path, "--port", str(port))
    assert refused.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}: the port is in use" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert servers(tmp_path) == []


def test_accepted_leads_outlive_a_kill_of_the_process(tmp_path: Path) -> None:
    with up(tmp_path) as system:
        kept = opened(system, "crm:1")
        system.process.kill()
        system.process.wait()
        with up(tmp_path) as again:
            assert there(again, kept)
            opened(again, "crm:2")
            assert again.stop()[0] == 0


@pytest.mark.thorough
def test_a_death_of_postgres_ends_the_process_and_the_next_one_recovers(tmp_path: Path) -> None:
    with up(tmp_path) as system:
        kept = opened(system, "crm:1")
        postmaster = int((tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGKILL)
        _, err = system.process.communicate(timeout=30)
        assert system.process.returncode == 1
        assert "funnelcast: Postgres ended with code -9" in err
        assert "Traceback" not in err
    with up(tmp_path) as again:
        assert there(again, kept)


@pytest.mark.thorough
def test_a_signal_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    with started("up", "--data", str(tmp_path), "--port", "0") as process:
        while not list(tmp_path.glob("unfinished-*")):
            assert process.poll() is None
        process.terminate()
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")
    assert servers(tmp_path) == []


@pytest.mark.thorough
def test_the_key_of_blind_indexes_is_made_once_and_kept_from_other_eyes(tmp_path: Path) -> None:
    with up(tmp_path):
        file = tmp_path / "blind-index-key"
        made = file.read_text()
        assert file.stat().st_mode & 0o777 == 0o600
    with up(tmp_path):
        assert file.read_text() == made


@pytest.mark.thorough
def test_another_key_of_blind_indexes_is_refused(tmp_path: Path) -> None:
    with up(tmp_path) as system:
        system.stop()
    other = run("up", "--data", tmp_path, "--port", "0", FUNNELCAST_BLIND_INDEX_KEY="another key of at least 32 chars")
    assert (other.returncode, "is not the key in" in other.stderr) == (1, True)
    (tmp_path / "blind-index-key").unlink()
    missing = run("up", "--data", tmp_path, "--port", "0")
    assert (missing.returncode, "is missing: put it back" in missing.stderr) == (1, True)


@pytest.mark.thorough
def test_a_postgres_of_ones_own_needs_a_key_for_blind_indexes(postgres: str) -> None:
    refused = run("up", "--postgres", postgres.replace("+asyncpg", ""), "--port", "0")
    assert refused.returncode == 1
    assert "FUNNELCAST_BLIND_INDEX_KEY is needed" in refused.stderr


@pytest.mark.thorough
def test_the_system_runs_on_a_postgres_by_url(database: str, tmp_path: Path) -> None:
    url = database.replace("postgresql+asyncpg", "postgres")
    with up(tmp_path, "--postgres", url, FUNNELCAST_BLIND_INDEX_KEY="k" * 32) as system:
        opened(system, "crm:1")
        assert system.stop()[0] == 0


@pytest.mark.thorough
def test_a_postgres_that_does_not_answer_is_reported_without_its_password() -> None:
    url = "postgresql://somebody:secret@127.0.0.1:1/nowhere"
    refused = run("up", "--postgres", url, FUNNELCAST_BLIND_INDEX_KEY="k" * 32)
    assert refused.returncode == 1
    assert "Postgres at 127.0.0.1:1/nowhere cannot be reached" in refused.stderr
    assert "secret" not in refused.stderr
