"""Options that several commands share, and the settings made of them."""

from collections.abc import Callable, Iterable
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, overload

import typer
from pydantic import ValidationError

from shared.run.settings import FILE, PREFIX, Settings

if TYPE_CHECKING:
    from shared.run.service import Service

Data = Annotated[Path | None, typer.Option(help="Folder of the embedded Postgres", show_default=False)]
Postgres = Annotated[str | None, typer.Option(help="postgresql://… instead of the embedded one", show_default=False)]
Kafka = Annotated[str | None, typer.Option(help="host:port of Kafka; without it, the embedded log", show_default=False)]
Broker = Annotated[str | None, typer.Option("--kafka", help="host:port of Kafka", show_default=False)]
Host = Annotated[str | None, typer.Option(help="Address to listen on", show_default=False)]
Port = Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs")]
Url = Annotated[str, typer.Option(help="Address of the running system", envvar=f"{PREFIX}URL")]
ApiKey = Annotated[str, typer.Option(help="An API key", envvar=f"{PREFIX}API_KEY", show_default=False)]
SERVICE_HELP = "intake, qualification, pipeline or forecast"
ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help=SERVICE_HELP)]
ServedName = Annotated[
    str, typer.Argument(metavar="SERVICE", help="intake, qualification, pipeline, forecast, access or pages")
]
PAGES = "pages"
"""The name that `serve` takes beside those of services."""
T = TypeVar("T")
DEFAULT_URL = "http://127.0.0.1:8000"


def given_options(**options: Any) -> dict[str, Any]:
    """The options that are on the command line."""
    return {name: value for name, value in options.items() if value is not None}


def load_settings(**options: Any) -> Settings:
    """The command line over the environment over the file over defaults. An invalid value is wrong usage.

    The process then logs by these settings: an exception logged before logging is configured would be written with the
    local variables of every frame."""
    from shared.run.telemetry import configure_logging

    settings = parse_settings(options)
    configure_logging(settings.log_level)
    return settings


def parse_settings(options: dict[str, Any]) -> Settings:
    try:
        return Settings(**given_options(**options))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise typer.BadParameter(f"{name} ({PREFIX}{name.upper()}): {first['msg']}") from None
    except TOMLDecodeError as error:
        raise typer.BadParameter(f"{FILE}: {error}") from None


def find_service(name: str) -> "Service":
    """The service with events that has this name. An unknown name is wrong usage."""
    from funnelcast.serving import single_service

    return known_service(single_service.find_service(name), name, single_service.MODULES)


def find_served(name: str) -> "Service":
    """The service with this name that answers requests. An unknown name is wrong usage."""
    from funnelcast.serving import single_service

    if found := single_service.find_service(name):
        return found
    from funnelcast.serving.services import SERVED

    return known_service(SERVED.get(name), name, [*SERVED, PAGES])


def known_service(found: "Service | None", name: str, known: Iterable[str]) -> "Service":
    if found is None:
        raise typer.BadParameter(f"{name!r} is not among {', '.join(known)}", param_hint="SERVICE")
    return found


@overload
def parse_option(parse: Callable[[str], T], text: str, option: str) -> T: ...
@overload
def parse_option(parse: Callable[[str], T], text: str | None, option: str) -> T | None: ...
def parse_option(parse: Callable[[str], T], text: str | None, option: str) -> T | None:
    """An option's value. A `ValueError` of `parse` is wrong usage."""
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
