"""`funnelcast restore`: an embedded system out of a backup, in a folder of its own."""

import asyncio
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import orjson
from sqlalchemy import text

from funnelcast import bootstrap, database
from funnelcast.backup import ABOUT, FORM, KEY, STORE, must_be_embedded
from funnelcast.durable_files import sync_folder
from funnelcast.embedded_postgres import client_programs
from funnelcast.embedded_postgres.cluster import DATABASE
from funnelcast.embedded_postgres.server import embedded_postgres
from funnelcast.failure import Failed
from shared.run.settings import Settings

ANALYZE = text("ANALYZE")


async def restore(settings: Settings, file: Path) -> str:
    """Says what to do next. The folder appears when all of it is there; a failure leaves nothing."""
    must_be_embedded(settings, "restore")
    data = settings.data.resolve()
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise Failed(f"{data} is not empty: name a folder that is, or none that is there")
    data.parent.mkdir(parents=True, exist_ok=True)
    with place_beside(data) as unfinished:
        key = await asyncio.to_thread(unpack, file, unfinished)
        async with embedded_postgres(unfinished) as server:
            whole = ("--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={DATABASE}")
            await client_programs.run("pg_restore", *whole, str(unfinished / STORE), url=server.url)
            async with database.connected(server.url) as engine, engine.begin() as tx:
                await tx.execute(ANALYZE)
        bootstrap.write_key(unfinished / KEY, key)
        (unfinished / STORE).unlink()
        appear(unfinished, data)
    return f"Restored: `funnelcast up --data {data}`. If the system was on Kafka, `funnelcast republish` comes first."


@contextmanager
def place_beside(data: Path) -> Iterator[Path]:
    unfinished = Path(mkdtemp(prefix=f".{data.name}-restoring-", dir=data.parent))
    try:
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def unpack(file: Path, folder: Path) -> str:
    """The key; the dump is put into the folder. Members are read by their names, so none lands anywhere else."""
    try:
        with tarfile.open(file, mode="r:") as tar:
            about = orjson.loads(content(tar, ABOUT))
            if about["form"] != FORM:
                raise Failed(f"{file} is of form {about['form']}, and this version reads form {FORM}")
            dumped = tar.extractfile(STORE)
            if dumped is None:
                raise KeyError(STORE)
            with (folder / STORE).open("wb") as store:
                shutil.copyfileobj(dumped, store)
            return content(tar, KEY).decode()
    except (tarfile.TarError, KeyError, TypeError, orjson.JSONDecodeError, EOFError) as error:
        raise Failed(f"{file} is no backup of funnelcast, or damaged: {error}") from None
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}") from None


def content(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member.read()


def appear(unfinished: Path, data: Path) -> None:
    """In one step, also onto an empty folder; durable when it returns."""
    unfinished.rename(data)
    sync_folder(data.parent)
