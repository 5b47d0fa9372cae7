import subprocess
import tarfile
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from funnelcast.embedded_postgres import client_programs
from tests.funnelcast.command import Up, done, run, servers, up

pytestmark = pytest.mark.thorough


def lead(number: int) -> dict[str, Any]:
    return {"source": "demo_request", "person": {"email": f"person{number}@backup.example"}}


def capture(system: Up, number: int) -> dict[str, Any]:
    with system.client() as http:
        answer = http.post("/intake/v1/leads", json=lead(number))
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body


def captured_all_the_while(system: Up, enough: Event, found: list[dict[str, Any]]) -> None:
    while not enough.is_set():
        found.append(capture(system, len(found)))


@pytest.mark.timeout(120)
def test_a_restored_system_is_whole_and_goes_on(tmp_path: Path) -> None:
    found: list[dict[str, Any]] = []
    enough, file = Event(), tmp_path / "system.backup"
    with up(tmp_path / "data") as system:
        writing = Thread(target=captured_all_the_while, args=(system, enough, found))
        writing.start()
        while len(found) < 20:
            assert writing.is_alive()
        accepted = list(found)
        assert "holds personal data" in run("backup", file, "--data", tmp_path / "data").stderr
        enough.set()
        writing.join()
        assert system.stop()[0] == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data", "system.backup"]
    (tmp_path / "other").mkdir()
    assert "funnelcast up" in run("restore", file, "--data", tmp_path / "other").stderr
    assert "FAILED" not in done("verify", "--data", tmp_path / "other")
    with up(tmp_path / "other") as again:
        for number, before in enumerate(accepted):
            now = capture(again, number)
            assert (now["lead_id"], now["created"]) == (before["lead_id"], False)
        assert capture(again, len(found) + 1)["created"]
        assert again.stop()[0] == 0
    assert "FAILED" not in done("verify", "--data", tmp_path / "other")


def test_a_system_that_does_not_run_is_backed_up_too_and_no_folder_in_use_is_restored_into(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "one.backup"
    assert "holds no system" in run("backup", file, "--data", data).stderr
    with up(data) as system:
        capture(system, 1)
        system.stop()
    done("backup", file, "--data", data)
    assert servers(data) == []
    assert "exists already" in run("backup", file, "--data", data).stderr
    refused = run("restore", file, "--data", data)
    assert (refused.returncode, "is not empty" in refused.stderr) == (1, True)
    (data / "blind-index-key").unlink()
    assert "blind-index-key is missing" in run("backup", tmp_path / "two.backup", "--data", data).stderr
    assert not (tmp_path / "two.backup").exists()


def test_an_invalid_backup_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "damaged"
    file.write_bytes(b"not a tar at all" * 100)
    assert "is no backup of funnelcast" in run("restore", file, "--data", tmp_path / "data").stderr
    with tarfile.open(file, "w") as tar:
        (tmp_path / "about.json").write_text('{"form": 1}')
        (tmp_path / "blind-index-key").write_text("k" * 32)
        (tmp_path / "store.dump").write_bytes(b"PGDMP and then nothing")
        for name in ("about.json", "blind-index-key", "store.dump"):
            tar.add(tmp_path / name, name)
            (tmp_path / name).unlink()
    refused = run("restore", file, "--data", tmp_path / "data")
    assert (refused.returncode, "pg_restore ended with code 1" in refused.stderr) == (1, True)
    assert [each.name for each in tmp_path.iterdir()] == ["damaged"]


@pytest.mark.timeout(120)
def test_a_postgres_by_url_is_dumped_and_restored_as_the_guide_says(
    database: str, empty_database: str, tmp_path: Path
) -> None:
    """docs/operating.md, with the programs that come with the embedded server."""
    key = {"FUNNELCAST_BLIND_INDEX_KEY": "k" * 32}
    dump = tmp_path / "funnelcast.dump"
    with up(tmp_path / "one", "--postgres", plain(database), **key) as system:
        known = [capture(system, number)["lead_id"] for number in range(5)]
        whole = [client_programs.program("pg_dump"), "--format=custom", f"--file={dump}", f"--dbname={plain(database)}"]
        subprocess.run(whole, check=True)
        assert system.stop()[0] == 0
    into = ("--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={plain(empty_database)}", str(dump))
    subprocess.run([client_programs.program("pg_restore"), *into], check=True)
    assert "FAILED" not in done("verify", "--postgres", plain(empty_database))
    with up(tmp_path / "two", "--postgres", plain(empty_database), **key) as again:
        assert [capture(again, number)["lead_id"] for number in range(5)] == known
        assert again.stop()[0] == 0


def plain(url: str) -> str:
    return url.replace("+asyncpg", "")


def test_a_postgres_by_url_is_backed_up_by_its_own_means(tmp_path: Path) -> None:
    refused = run("backup", tmp_path / "file", FUNNELCAST_POSTGRES="postgresql://somebody@127.0.0.1:1/nowhere")
    assert (refused.returncode, "docs/operating.md" in refused.stderr) == (1, True)
