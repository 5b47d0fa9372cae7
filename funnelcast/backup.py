"""`funnelcast backup`: the embedded system in one file, as it was at one instant, whether it runs or not.

The file is a tar: `about.json`, `blind-index-key`, and `store.dump`, which pg_dump made in one database snapshot of
all services' stores, read models, keys and the embedded log.
"""

import asyncio
import tarfile
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from funnelcast import bootstrap, database
from funnelcast.durable_files import private_file
from funnelcast.embedded_postgres import client_programs
from funnelcast.failure import Failed
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.settings import Settings

FORM = 1
ABOUT, KEY, STORE = "about.json", "blind-index-key", "store.dump"
BY_URL = "is of the embedded system; a Postgres by URL has pg_dump and pg_restore: docs/operating.md"


async def backup(settings: Settings, file: Path, clock_and_ids: ClockAndIds) -> str:
    """Says what the file holds. It is whole, or it is not there."""
    must_be_embedded(settings, "backup")
    must_be_new(file)
    async with database.store(settings) as url:
        key = bootstrap.read_key(settings.data / KEY)
        if key is None:
            raise Failed(f"{settings.data / KEY} is missing: without it nobody would be found again by e-mail")
        with TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as folder:
            store = Path(folder) / STORE
            await client_programs.run("pg_dump", "--format=custom", f"--file={store}", url=url)
            about = {"form": FORM, "funnelcast": version("funnelcast"), "made_at": clock_and_ids.now()}
            await asyncio.to_thread(pack, file, store, {ABOUT: orjson.dumps(about), KEY: key.encode()})
    return f"{file} holds personal data and the key to it: keep it as safe as the system itself"


def must_be_embedded(settings: Settings, what: str) -> None:
    if settings.postgres:
        raise Failed(f"`funnelcast {what}` {BY_URL}")


def must_be_new(file: Path) -> None:
    if file.exists():
        raise Failed(f"{file} is there already: name another file")
    if not file.parent.is_dir():
        raise Failed(f"there is no folder {file.parent}")


def pack(file: Path, store: Path, texts: dict[str, bytes]) -> None:
    unfinished = store.with_name("unfinished")
    with private_file(unfinished) as stream, tarfile.open(fileobj=stream, mode="w") as tar:
        for name, text in texts.items():
            tar.addfile(member(name, len(text)), BytesIO(text))
        with store.open("rb") as dump:
            tar.addfile(member(STORE, store.stat().st_size), dump)
    unfinished.rename(file)


def member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info
