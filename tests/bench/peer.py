"""The library `eventsourcing`, in an environment of its own: ours stays as it is."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from hashlib import sha256
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.bench.ground import Missing

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "eventsourcing.lock"
PLACE = ROOT / ".bench" / "eventsourcing"
STAMP = PLACE / "made-from"
PROGRAM = Path(__file__).with_name("peer_program.py")
# What its documentation's own speed run sets. More connections made it slower here, and so did going without its
# database functions: its threads share one interpreter.
BEST = {
    "PERSISTENCE_MODULE": "eventsourcing.postgres",
    "POSTGRES_ENABLE_DB_FUNCTIONS": "y",
    "POSTGRES_POOL_SIZE": "1",
    "POSTGRES_MAX_OVERFLOW": "0",
    "POSTGRES_MAX_WAITING": "0",
    "POSTGRES_CONNECT_TIMEOUT": "30",
}


def is_made() -> bool:
    """Whether the environment was made from this lock file."""
    return STAMP.exists() and STAMP.read_text() == wanted()


def wanted() -> str:
    return sha256(LOCK.read_bytes()).hexdigest()


async def made_environment() -> Path:
    """The Python of the environment. Raises `Missing`."""
    python = PLACE / "bin" / "python"
    if is_made():
        return python
    shutil.rmtree(PLACE, ignore_errors=True)
    await done(sys.executable, "-m", "venv", str(PLACE))
    how = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    await done(str(python), *how, "-r", str(LOCK))
    STAMP.write_text(wanted())
    return python


async def done(*words: str) -> None:
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE, stderr=STDOUT)
    said, _ = await process.communicate()
    if process.returncode:
        raise Missing(f"the library eventsourcing cannot be installed: {said.decode(errors='replace')[-300:]}")


def environment_of(url: str) -> dict[str, str]:
    place = make_url(url)
    named = {"HOST": place.host, "PORT": place.port, "USER": place.username, "PASSWORD": place.password}
    return BEST | {f"POSTGRES_{name}": str(value) for name, value in (named | {"DBNAME": place.database}).items()}


if __name__ == "__main__":
    asyncio.run(made_environment())
