"""Postgres's own programs, those that come with the embedded server."""

import asyncio
import os
from asyncio.subprocess import PIPE

from sqlalchemy.engine import make_url

from funnelcast.embedded_postgres.server import binaries
from funnelcast.failure import Failed


def program(name: str) -> str:
    return str(binaries() / name)


def environment(url: str) -> dict[str, str]:
    """Where the database is, and the password: nobody else on the machine can read it there, as they could among the
    arguments."""
    place = make_url(url)
    named = {"HOST": place.host, "PORT": place.port, "USER": place.username, "PASSWORD": place.password}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    told = {f"PG{name}": str(value) for name, value in (named | {"DATABASE": place.database}).items() if value}
    return kept | told


async def run(name: str, *arguments: str, url: str) -> None:
    """Raises `Failed` with what the program says."""
    process = await asyncio.create_subprocess_exec(program(name), *arguments, env=environment(url), stderr=PIPE)
    try:
        _, said = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise Failed(f"{name} ended with code {process.returncode}: {said.decode(errors='replace').strip()}")
