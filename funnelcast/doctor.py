"""`funnelcast doctor`: every setting with its origin, and problems of this machine or set-up."""

import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from funnelcast import tables
from funnelcast.administration import database
from funnelcast.embedded_postgres import process
from funnelcast.embedded_postgres.errors import PostgresFailed
from funnelcast.failure import Failed, expected_errors
from funnelcast.serving import runtime
from funnelcast.serving.services import SERVICES
from shared.flow.log import LogUnavailable
from shared.run import descriptors, schema
from shared.run.settings import Settings, origin_of

MASKED = "********"


@dataclass(frozen=True)
class Diagnosis:
    subject: str
    is_ok: bool
    message: str


async def doctor(settings: Settings, given: Mapping[str, Any], *, as_json: bool) -> int:
    """The exit code. `given`: the options on the command line."""
    rows = setting_rows(settings, given)
    diagnoses = [diagnosis async for diagnosis in diagnose(settings)]
    if as_json:
        tables.print_json({"settings": rows, "checks": [diagnosis_view(diagnosis) for diagnosis in diagnoses]})
    else:
        print_report(rows, diagnoses)
    return 0 if all(diagnosis.is_ok for diagnosis in diagnoses) else 1


def diagnosis_view(diagnosis: Diagnosis) -> dict[str, Any]:
    return {"what": diagnosis.subject, "right": diagnosis.is_ok, "said": diagnosis.message}


def print_report(rows: Sequence[Mapping[str, str]], diagnoses: Sequence[Diagnosis]) -> None:
    out = tables.console()
    out.print(tables.rows_table(rows))
    out.print()
    for one in diagnoses:
        out.print(f"{'ok' if one.is_ok else 'WRONG':<7}{one.subject:<14}{one.message}", soft_wrap=True)


def setting_rows(settings: Settings, given: Mapping[str, Any]) -> list[dict[str, str]]:
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
    """The value without a secret, or without the password of a URL."""
    if value is None:
        return "-"
    if isinstance(value, SecretStr):
        return MASKED
    try:
        return make_url(str(value)).render_as_string(hide_password=True)
    except ArgumentError:
        return MASKED if "@" in str(value) else str(value)


async def diagnose(settings: Settings) -> AsyncIterator[Diagnosis]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Diagnosis("python", sys.version_info >= (3, 11), f"{version}, 3.11 or newer is needed")
    if settings.postgres is None:
        yield check_embedded_postgres()
        yield check_data_folder(settings.data)
    async for diagnosis in check_database(settings):
        yield diagnosis
    yield await check_log(settings)
    yield check_port(settings)
    yield check_descriptors()


def check_embedded_postgres() -> Diagnosis:
    """Whether it is installed, and this user can run it."""
    try:
        process.without_root()
        return Diagnosis("postgres", True, f"embedded, in {process.binaries()}")
    except PostgresFailed as error:
        return Diagnosis("postgres", False, str(error))


def check_data_folder(data: Path) -> Diagnosis:
    """Whether this user may write into it or, where it does not exist, into its nearest parent."""
    existing = next(each for each in (data.resolve(), *data.resolve().parents) if each.exists())
    if data.exists() and data.stat().st_uid != os.geteuid():
        return Diagnosis("data folder", False, f"{data.resolve()} belongs to user id {data.stat().st_uid}")
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Diagnosis("data folder", False, f"{existing} cannot be written to")
    return Diagnosis("data folder", True, f"{data.resolve()}{'' if data.exists() else ', made by `funnelcast up`'}")


async def check_database(settings: Settings) -> AsyncIterator[Diagnosis]:
    """Opens the store as the other commands do: an embedded Postgres that does not run is started for the check."""
    if settings.postgres is None and not database.has_cluster(settings.data):
        yield Diagnosis("schema", True, "none yet, made by `funnelcast up`")
        return
    try:
        async with database.store_url(settings) as url, database.connect(url) as engine:
            yield Diagnosis("database", True, database.without_password(url))
            await schema.check(engine, list(SERVICES))
            yield Diagnosis("schema", True, "that of this version")
    except expected_errors() as error:
        yield Diagnosis("schema" if isinstance(error, schema.WrongSchema) else "database", False, str(error))
    if settings.postgres is not None and settings.blind_index_key is None:
        yield Diagnosis("blind index", False, "FUNNELCAST_BLIND_INDEX_KEY is needed with a Postgres of your own")


async def check_log(settings: Settings) -> Diagnosis:
    if not settings.kafka:
        return Diagnosis("log", True, "embedded, in Postgres")
    try:
        async with runtime.open_log(settings, "") as log:
            await log.check()
    except LogUnavailable as error:
        return Diagnosis("log", False, f"Kafka at {settings.kafka} cannot be reached: {error}")
    return Diagnosis("log", True, f"Kafka at {settings.kafka}")


def check_port(settings: Settings) -> Diagnosis:
    """A port in use is no problem: the system itself may use it."""
    try:
        runtime.bind(settings.host, settings.port).close()
    except Failed as failed:
        return Diagnosis("port", True, f"{failed} (which is right if funnelcast runs there)")
    return Diagnosis("port", True, f"{settings.host}:{settings.port} is free")


def check_descriptors() -> Diagnosis:
    """Each client takes one of this process's file descriptors."""
    limit = descriptors.highest()
    clients = max(limit - descriptors.RESERVED, descriptors.FEWEST_CLIENTS)
    message = f"{limit} files and connections at once, {clients} of them for clients"
    is_enough = limit >= descriptors.ENOUGH
    advice = f"; raise the hard limit (`ulimit -Hn`) to {descriptors.ENOUGH} or more"
    return Diagnosis("descriptors", is_enough, message if is_enough else message + advice)
