"""Postgres's client programs that come with the embedded server: `pg_dump`, `pg_restore`."""

from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE

from sqlalchemy.engine import make_url

from funnelcast.embedded_postgres.process import binaries, inherited_environment
from funnelcast.failure import Failed


def program(name: str) -> str:
    return str(binaries() / name)


def environment(url: str) -> dict[str, str]:
    """The server and the password as variables: other users of the machine could read them among the arguments."""
    server = make_url(url)
    connection = {
        "PGHOST": server.host,
        "PGPORT": server.port,
        "PGUSER": server.username,
        "PGPASSWORD": server.password,
        "PGDATABASE": server.database,
    }
    return inherited_environment() | {name: str(value) for name, value in connection.items() if value}


async def run(name: str, *arguments: str, url: str) -> None:
    """Raises `Failed` with the program's error output."""
    process = await create_subprocess_exec(program(name), *arguments, env=environment(url), stderr=PIPE)
    try:
        _, error = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise Failed(f"{name} ended with code {process.returncode}: {error.decode(errors='replace').strip()}")
