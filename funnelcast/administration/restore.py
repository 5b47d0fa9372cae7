"""`funnelcast restore`: the embedded system of a backup, in a new data folder."""

import asyncio
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import orjson
from sqlalchemy import text

from funnelcast.administration import database
from funnelcast.administration.backup import ABOUT, FORMAT, STORE, require_embedded
from funnelcast.administration.blind_index_key import BLIND_INDEX_KEY, write_key
from funnelcast.durable_files import sync_folder
from funnelcast.embedded_postgres import client_programs
from funnelcast.embedded_postgres.cluster import DATABASE
from funnelcast.embedded_postgres.server import embedded_postgres
from funnelcast.failure import Failed
from shared.run.settings import Settings

ANALYZE = text("ANALYZE")


async def restore(settings: Settings, file: Path) -> str:
    """Returns the next step for the user. The data folder appears when it is complete; a failure leaves none."""
    require_embedded(settings, "restore")
    data = settings.data.resolve()
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise Failed(f"{data} is not empty: name a folder that is empty or does not exist")
    data.parent.mkdir(parents=True, exist_ok=True)
    with unfinished_folder(data) as unfinished:
        key = await asyncio.to_thread(unpack, file, unfinished)
        async with embedded_postgres(unfinished) as server:
            options = ("--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={DATABASE}")
            await client_programs.run("pg_restore", *options, str(unfinished / STORE), url=server.url)
            async with database.connect(server.url) as engine, engine.begin() as tx:
                await tx.execute(ANALYZE)
        write_key(unfinished / BLIND_INDEX_KEY, key)
        (unfinished / STORE).unlink()
        publish(unfinished, data)
    return f"Restored: `funnelcast up --data {data}`. If the system was on Kafka, run `funnelcast republish` first."


@contextmanager
def unfinished_folder(data: Path) -> Iterator[Path]:
    """A new folder beside the data folder, removed at the end unless it was renamed."""
    unfinished = Path(mkdtemp(prefix=f".{data.name}-restoring-", dir=data.parent))
    try:
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def unpack(file: Path, folder: Path) -> str:
    """Writes the dump into the folder, and returns the key. Members are read by their names, so none is written
    elsewhere."""
    try:
        with tarfile.open(file, mode="r:") as tar:
            about = orjson.loads(read_member(tar, ABOUT))
            if about["form"] != FORMAT:
                raise Failed(f"{file} has format {about['form']}, and this version reads format {FORMAT}")
            dump = tar.extractfile(STORE)
            if dump is None:
                raise KeyError(STORE)
            with (folder / STORE).open("wb") as store:
                shutil.copyfileobj(dump, store)
            return read_member(tar, BLIND_INDEX_KEY).decode()
    except (tarfile.TarError, KeyError, TypeError, orjson.JSONDecodeError, EOFError) as error:
        raise Failed(f"{file} is no backup of funnelcast, or damaged: {error}") from None
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}") from None


def read_member(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member.read()


def publish(unfinished: Path, data: Path) -> None:
    """Publishes the folder by one rename, which may replace an empty folder; durable when it returns."""
    unfinished.rename(data)
    sync_folder(data.parent)
