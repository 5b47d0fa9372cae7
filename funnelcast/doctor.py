"""`funnelcast doctor`: every setting and where it comes from, and what is wrong with this machine or set-up."""

import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import typer
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from funnelcast import database, runtime, tables
from funnelcast.embedded_postgres import process
from funnelcast.embedded_postgres.errors import PostgresFailed
from funnelcast.failure import Failed, expected
from funnelcast.services import SERVICES
from shared.flow.log import LogUnavailable
from shared.run import schema
from shared.run.settings import Settings, origin_of

MASKED = "********"


@dataclass(frozen=True)
class Looked:
    """`right`: whether what it is about is as it must be."""

    what: str
    right: bool
    said: str


async def doctor(settings: Settings, given: Mapping[str, Any], *, as_json: bool) -> int:
    """The exit code. `given`: what stood on the command line."""
    options = listed(settings, given)
    looked = [one async for one in looks(settings)]
    if as_json:
        told = {"settings": options, "checks": [asdict(one) for one in looked]}
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        show(options, looked)
    return 0 if all(one.right for one in looked) else 1


def show(options: Sequence[Mapping[str, str]], looked: Sequence[Looked]) -> None:
    out = tables.console()
    out.print(tables.table(options))
    out.print()
    for one in looked:
        out.print(f"{'ok' if one.right else 'WRONG':<7}{one.what:<14}{one.said}", soft_wrap=True)


def listed(settings: Settings, given: Mapping[str, Any]) -> list[dict[str, str]]:
    environment = dict(os.environ)
    return [
        {
            "setting": name,
            "value": masked(getattr(settings, name)),
            "from": origin_of(name, environment, dict(given)),
            "meaning": field.description or "",
        }
        for name, field in Settings.model_fields.items()
    ]


def masked(value: Any) -> str:
    """Secrets, and the password within a URL, are nobody's to see."""
    if value is None:
        return "-"
    if isinstance(value, SecretStr):
        return MASKED
    try:
        return make_url(str(value)).render_as_string(hide_password=True)
    except ArgumentError:
        return MASKED if "@" in str(value) else str(value)


async def looks(settings: Settings) -> AsyncIterator[Looked]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Looked("python", sys.version_info >= (3, 11), f"{version}, 3.11 or newer is needed")
    if settings.postgres is None:
        yield wheel()
        yield folder(settings.data)
    async for one in of_database(settings):
        yield one
    yield await of_log(settings)
    yield port(settings)


def wheel() -> Looked:
    """The embedded Postgres, and whether this user can run it."""
    try:
        process.without_root()
        return Looked("postgres", True, f"embedded, in {process.binaries()}")
    except PostgresFailed as error:
        return Looked("postgres", False, str(error))


def folder(data: Path) -> Looked:
    """Ours to write into; or, when it is not there yet, its nearest parent."""
    there = next(each for each in (data.resolve(), *data.resolve().parents) if each.exists())
    if data.exists() and data.stat().st_uid != os.geteuid():
        return Looked("data folder", False, f"{data.resolve()} belongs to user id {data.stat().st_uid}")
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Looked("data folder", False, f"{there} cannot be written to")
    return Looked("data folder", True, f"{data.resolve()}{'' if data.exists() else ', made by `funnelcast up`'}")


async def of_database(settings: Settings) -> AsyncIterator[Looked]:
    """Reached as the other commands reach it: an embedded one that does not run is started for the look."""
    if settings.postgres is None and not is_founded(settings.data):
        yield Looked("schema", True, "none yet, made by `funnelcast up`")
        return
    try:
        async with database.store(settings) as url, database.connected(url) as engine:
            yield Looked("database", True, database.shown(url))
            await schema.check(engine, list(SERVICES))
            yield Looked("schema", True, "that of this version")
    except expected() as error:
        yield Looked("schema" if isinstance(error, schema.WrongSchema) else "database", False, str(error))
    if settings.postgres is not None and settings.blind_index_key is None:
        yield Looked("blind index", False, "FUNNELCAST_BLIND_INDEX_KEY is needed with a Postgres of your own")


def is_founded(data: Path) -> bool:
    return (data / "postgres").exists()


async def of_log(settings: Settings) -> Looked:
    if not settings.kafka:
        return Looked("log", True, "embedded, in Postgres")
    try:
        async with runtime.log_of(settings, "") as log:
            await log.check()
    except LogUnavailable as error:
        return Looked("log", False, f"Kafka at {settings.kafka} cannot be reached: {error}")
    return Looked("log", True, f"Kafka at {settings.kafka}")


def port(settings: Settings) -> Looked:
    """In use is no fault: it may be by the system itself."""
    try:
        runtime.bound(settings.host, settings.port).close()
    except Failed as failed:
        return Looked("port", True, f"{failed} (right, if funnelcast runs there)")
    return Looked("port", True, f"{settings.host}:{settings.port} is free")
