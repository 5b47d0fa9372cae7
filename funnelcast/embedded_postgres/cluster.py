"""The database cluster of a data folder: made once by `initdb`, whole or not at all."""

import secrets
import shutil
from pathlib import Path
from tempfile import mkdtemp

import asyncpg

from funnelcast.durable_files import private_file, sync_folder
from funnelcast.embedded_postgres.data_folder import DataFolder
from funnelcast.embedded_postgres.process import failure, spawn, stop

DATABASE = "funnelcast"


async def create_cluster(folder: DataFolder, *, durable: bool) -> None:
    """Does nothing where a cluster exists."""
    if folder.cluster.exists():
        return
    unfinished = prepare(folder)
    options = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    options += [f"--pgdata={unfinished}", f"--pwfile={folder.password}", "--no-instructions"]
    # Iterations make a weak password harder to guess. This one is 192 random bits, and each connection pays for them.
    options += ["--set=scram_iterations=1"]
    initdb = await spawn(folder, "initdb", *options, *([] if durable else ["--no-sync"]))
    try:
        code = await initdb.wait()
    except BaseException:
        await stop(initdb.send_signal, initdb.wait)
        raise
    if code != 0:
        raise failure(folder, f"initdb ended with code {code}")
    publish(folder, unfinished)


def prepare(folder: DataFolder) -> Path:
    """A new folder for `initdb`, and a new password. The `initdb` of a killed parent may still write into an old
    folder, so none is used again."""
    for old in folder.root.glob("unfinished-*"):
        shutil.rmtree(old, ignore_errors=True)
    folder.password.unlink(missing_ok=True)
    with private_file(folder.password) as file:
        file.write(secrets.token_urlsafe(24).encode())
    return Path(mkdtemp(prefix="unfinished-", dir=folder.root))


def publish(folder: DataFolder, unfinished: Path) -> None:
    """Rename the finished cluster to its place. Without the sync, a power failure could undo the rename after commits
    were acknowledged."""
    unfinished.rename(folder.cluster)
    sync_folder(folder.root)


async def create_database(port: int, password: str) -> None:
    """Create the database `funnelcast` if it is missing."""
    address = {"host": "127.0.0.1", "port": port, "database": "postgres"}
    connection = await asyncpg.connect(**address, user="postgres", password=password, ssl=False)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        await connection.close()
