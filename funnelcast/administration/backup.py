"""`funnelcast backup`: the embedded system in one file, as of one instant, whether it runs or not.

The file is a tar of `about.json`, `blind-index-key`, and `store.dump`: a pg_dump of all services' stores, read models,
keys and the embedded log in one database snapshot.
"""

import asyncio
import tarfile
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from funnelcast.administration import database
from funnelcast.administration.blind_index_key import BLIND_INDEX_KEY, read_key
from funnelcast.durable_files import private_file
from funnelcast.embedded_postgres import client_programs
from funnelcast.failure import Failed
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.settings import Settings

FORMAT = 1
ABOUT, STORE = "about.json", "store.dump"
"""Members of the tar, beside the key."""


async def backup(settings: Settings, file: Path, clock_and_ids: ClockAndIds) -> str:
    """Returns a warning for the user. A failure leaves no file."""
    require_embedded(settings, "backup")
    require_new(file)
    async with database.store_url(settings) as url:
        key_file = settings.data / BLIND_INDEX_KEY
        key = read_key(key_file)
        if key is None:
            raise Failed(f"{key_file} is missing: without it no person would be found by e-mail again")
        with TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as folder:
            store = Path(folder) / STORE
            await client_programs.run("pg_dump", "--format=custom", f"--file={store}", url=url)
            about = {"form": FORMAT, "funnelcast": version("funnelcast"), "made_at": clock_and_ids.now()}
            await asyncio.to_thread(pack, file, store, {ABOUT: orjson.dumps(about), BLIND_INDEX_KEY: key.encode()})
    return f"{file} holds personal data and the key to it: keep it as safe as the system itself"


def require_embedded(settings: Settings, command: str) -> None:
    if settings.postgres:
        raise Failed(
            f"`funnelcast {command}` is for the embedded system; for a Postgres by URL use pg_dump and pg_restore: "
            "docs/operating.md"
        )


def require_new(file: Path) -> None:
    if file.exists():
        raise Failed(f"{file} exists already: name another file")
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
