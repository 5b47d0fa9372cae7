"""Stores a system of this version beside those of earlier ones: before the next revision of the schema is made."""

import asyncio
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import orjson

from funnelcast.embedded_postgres.client_programs import environment, program
from funnelcast.embedded_postgres.server import FOR_TESTS, embedded_postgres
from funnelcast.serving.services import SERVICES
from tests.running import migrated, running_services
from tests.upgrades.story import live, numbers

HERE = Path(__file__).parent
FORM = ("--no-owner", "--no-acl", "--inserts", "--rows-per-insert=200")
NOT_SQL = ("\\restrict", "\\unrestrict", "SET transaction_timeout")
"""The lines that only psql, or only the newest Postgres, understands."""


async def keep() -> None:
    with TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder) / "data", FOR_TESTS) as server:
            await migrated(server.url)
            async with running_services(server.url, list(SERVICES.values())) as api:
                await live(api)
                found = await numbers(api)
                await asyncio.sleep(3)  # until the relays have told of their last watermark
            connection = await asyncpg.connect(server.url.replace("+asyncpg", ""))
            revision = await connection.fetchval("SELECT version_num FROM pipeline.alembic_version")
            await connection.execute("DELETE FROM access.keys")
            await connection.close()
            dumped = subprocess.run(
                [program("pg_dump"), *FORM], env=environment(server.url), capture_output=True, text=True, check=True
            )
    lines = [line for line in dumped.stdout.splitlines(keepends=True) if not line.startswith(NOT_SQL)]
    (HERE / f"{revision}.sql").write_text("".join(lines))
    (HERE / f"{revision}.json").write_bytes(
        orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
    )


if __name__ == "__main__":
    asyncio.run(keep())
