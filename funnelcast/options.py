"""Options that several commands share, and the settings that they add up to."""

from collections.abc import Callable
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
Host = Annotated[str | None, typer.Option(help="Address to listen on", show_default=False)]
Port = Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="For programs")]
Url = Annotated[str, typer.Option(help="The running system", envvar=f"{PREFIX}URL")]
ApiKey = Annotated[str, typer.Option(help="An API key", envvar=f"{PREFIX}API_KEY", show_default=False)]
ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help="intake, qualification, pipeline or forecast")]
ParkedKey = Annotated[str, typer.Argument(metavar="KEY", help="As `funnelcast parked list` shows it")]
Subscription = Annotated[str | None, typer.Option(help="When the key is parked in several", show_default=False)]
Source = Annotated[str | None, typer.Option(help="When the key is parked of several", show_default=False)]
T = TypeVar("T")
HERE = "http://127.0.0.1:8000"


def given(**options: Any) -> dict[str, Any]:
    """Those that stood on the command line."""
    return {name: value for name, value in options.items() if value is not None}


def settings(**options: Any) -> Settings:
    """The command line over the environment over the file over defaults; a value that makes no sense is wrong usage.

    From here on the process logs as they say: what a command uses may log an exception, and before logging is
    configured an exception would be logged with the local variables of every frame."""
    from shared.run.telemetry import configure_logging

    chosen = validated(options)
    configure_logging(chosen.log_level)
    return chosen


def validated(options: dict[str, Any]) -> Settings:
    try:
        return Settings(**given(**options))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise typer.BadParameter(f"{name} ({PREFIX}{name.upper()}): {first['msg']}") from None
    except TOMLDecodeError as error:
        raise typer.BadParameter(f"{FILE}: {error}") from None


def service(name: str) -> "Service":
    """One that there is not is wrong usage."""
    from funnelcast import services

    chosen = services.named(name)
    if chosen is None:
        raise typer.BadParameter(f"{name!r} is not among {', '.join(services.SERVICES)}", param_hint="SERVICE")
    return chosen


@overload
def read(parse: Callable[[str], T], text: str, option: str) -> T: ...
@overload
def read(parse: Callable[[str], T], text: str | None, option: str) -> T | None: ...
def read(parse: Callable[[str], T], text: str | None, option: str) -> T | None:
    """An option's value; one that `parse` refuses with `ValueError` is wrong usage."""
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
