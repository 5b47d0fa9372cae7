import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from funnelcast.embedded_postgres.errors import DataFolderInUse, PostgresFailed
from funnelcast.embedded_postgres.server import Server, embedded_postgres
from funnelcast.polling import wait_until

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user: run it as root too")


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


async def write(url: str, text: str) -> None:
    async with connected(url) as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        await connection.execute("INSERT INTO note VALUES ($1)", text)


async def read(server: Server) -> list[str]:
    async with connected(server.url) as connection:
        return [row["text"] for row in await connection.fetch("SELECT text FROM note ORDER BY text")]


async def test_the_server_inherits_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNNELCAST_ADMIN_KEY", "an-admin-key-that-is-nobody-elses")
    async with embedded_postgres(tmp_path):
        pid = int((tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        environment = psutil.Process(pid).environ()
    assert [name for name in environment if name.startswith(("FUNNELCAST_", "PG"))] == []
    assert "PATH" in environment


@contextmanager
def holder(data: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Another process on this folder; killed at the end, if it still lives, and then its server too."""
    command = [sys.executable, "-m", "tests.funnelcast.data_folder_holder", str(data), *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
            for each in servers(data):
                each.kill()


def announced(process: subprocess.Popen[str]) -> tuple[int, str]:
    assert process.stdout
    pid, url = process.stdout.readline().split()
    return int(pid), url


def servers(data: Path) -> list[psutil.Process]:
    every = psutil.process_iter(["name"])  # who ends meanwhile has no name
    return [each for each in every if each.info["name"] == "postgres" and str(data) in " ".join(line(each))]


def line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


async def soon(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        await wait_until(condition)


async def test_rows_are_there_after_a_restart(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path) as server:
        await write(server.url, "kept")
    assert not servers(tmp_path)

    async with embedded_postgres(tmp_path) as server:
        assert await read(server) == ["kept"]


async def test_commits_are_durable_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path) as server, connected(server.url) as connection:
        shown = [
            await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "data_checksums")
        ]
    assert shown == ["on", "on", "on"]


async def test_nobody_enters_without_the_password_which_is_for_our_eyes_only(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path) as server:
        password = (tmp_path / "password").read_text()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.url.replace("+asyncpg", "").replace(password, "guess"))
    assert (tmp_path / "password").stat().st_mode & 0o777 == 0o600
    assert password not in repr(server)


async def test_the_watch_tells_when_postgres_dies_and_the_next_start_recovers(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path) as server:
        await write(server.url, "committed before the kill")
        os.kill(server.process.pid, signal.SIGKILL)
        with pytest.raises(PostgresFailed, match="ended with code -9"):
            await server.watch()

    async with embedded_postgres(tmp_path) as server:
        assert await read(server) == ["committed before the kill"]


async def test_a_server_that_outlived_its_killed_parent_gives_way_to_the_next(tmp_path: Path) -> None:
    with holder(tmp_path) as parent:
        orphan, url = announced(parent)
        await write(url, "committed before the kill")
        parent.kill()
        parent.wait()
        assert psutil.pid_exists(orphan)

        async with embedded_postgres(tmp_path) as server:
            assert [each.pid for each in servers(tmp_path) if each.ppid() == os.getpid()] == [server.process.pid]
            assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE
            assert await read(server) == ["committed before the kill"]


async def test_parent_and_server_killed_together_leave_a_folder_that_starts(tmp_path: Path) -> None:
    with holder(tmp_path) as parent:
        postmaster, url = announced(parent)
        await write(url, "committed before the kill")
        os.kill(postmaster, signal.SIGKILL)
        parent.kill()
        parent.wait()

        async with embedded_postgres(tmp_path) as server:
            assert await read(server) == ["committed before the kill"]


async def test_a_parent_killed_while_the_cluster_was_made_leaves_a_folder_that_starts(tmp_path: Path) -> None:
    with holder(tmp_path) as parent:
        await soon(lambda: any(tmp_path.glob("unfinished-*/PG_VERSION")))
        parent.kill()
        parent.wait()

        async with embedded_postgres(tmp_path) as server:
            await write(server.url, "written")


async def test_a_pid_file_that_names_some_other_living_program_neither_stops_the_start_nor_that_program(
    tmp_path: Path,
) -> None:
    async with embedded_postgres(tmp_path):
        left_by_a_crash = (tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()
    with subprocess.Popen(["/bin/sleep", "60"]) as program:
        (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join([str(program.pid), *left_by_a_crash[1:], ""]))

        async with embedded_postgres(tmp_path) as server:
            await write(server.url, "written")
        assert program.poll() is None
        program.kill()


async def test_a_second_holder_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with holder(tmp_path) as first:
        announced(first)
        with pytest.raises(DataFolderInUse, match=rf"{tmp_path} is in use by process {first.pid}$"):
            async with embedded_postgres(tmp_path):
                pass
        assert first.poll() is None


async def test_a_start_that_fails_quotes_the_log_and_leaves_the_folder_free(tmp_path: Path) -> None:
    with pytest.raises(PostgresFailed, match='invalid value for parameter "work_mem"'):
        async with embedded_postgres(tmp_path, {"work_mem": "plenty"}):
            pass

    async with embedded_postgres(tmp_path) as server:
        await write(server.url, "written")


async def test_a_start_that_is_cancelled_leaves_no_server(tmp_path: Path) -> None:
    async def run() -> None:
        async with embedded_postgres(tmp_path):
            await asyncio.Event().wait()

    running = asyncio.create_task(run())
    await soon((tmp_path / "postgres" / "postmaster.pid").exists)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not servers(tmp_path)


@as_root
async def test_the_error_for_root_says_what_to_do_where_user_namespaces_are_forbidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbidden = tmp_path / "unshare"
    forbidden.write_text("#!/bin/sh\necho unshare: unshare failed: Operation not permitted\nexit 1\n")
    forbidden.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(PostgresFailed, match="run as another user"):
        async with embedded_postgres(tmp_path / "data"):
            pass


@pytest.fixture
def folder_of_nobody() -> Iterator[Path]:
    """Not below pytest's own folder, which lets no other user through."""
    data = Path(tempfile.mkdtemp())
    shutil.chown(data, NOBODY, NOBODY)
    yield data
    shutil.rmtree(data)


@as_root
async def test_the_server_runs_as_an_ordinary_user_too(folder_of_nobody: Path) -> None:
    with holder(folder_of_nobody, str(NOBODY)) as parent:
        postmaster, url = announced(parent)
        assert psutil.Process(postmaster).uids().real == NOBODY
        await write(url, "written")


@as_root
async def test_the_folder_of_another_user_is_refused_with_his_id(folder_of_nobody: Path) -> None:
    with pytest.raises(PostgresFailed, match=f"belongs to user id {NOBODY}"):
        async with embedded_postgres(folder_of_nobody):
            pass
