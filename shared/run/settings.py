"""Process options: environment over file over defaults. Business settings are not here but in streams."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PREFIX = "FUNNELCAST_"
FILE = Path("funnelcast.toml")


class Settings(BaseSettings):
    """Each is read from `FUNNELCAST_<NAME>`, else from `funnelcast.toml` in the working folder, else its default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file=FILE, extra="forbid", frozen=True)

    postgres: str | None = Field(
        default=None, description="URL of a Postgres 15 or newer; without it, an embedded one is started"
    )
    kafka: str | None = Field(
        default=None, description="host:port of Kafka brokers, comma-separated; without it, the embedded log"
    )
    data: Path = Field(
        default=Path("funnelcast-data"), description="Folder of the embedded Postgres and of generated keys"
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on")
    admin_key: SecretStr | None = Field(
        default=None, description="The admin key of a new system; without it one is made and shown"
    )
    blind_index_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Keys the hashes of e-mails and phones; must never change; embedded: generated",
    )
    partitions: int = Field(default=12, ge=1, le=1000, description="Partitions of a topic when it is created")
    connections: int = Field(
        default=6, ge=2, le=100, description="Database connections for writing, and again for reading"
    )
    waiting_commands: int = Field(default=4096, ge=1, description="Commands that may wait for a transaction before 503")
    commands_in_a_transaction: int = Field(default=256, ge=1, le=5000, description="Commands that share a transaction")
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="Least level that is logged"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def origin(name: str, environment: dict[str, str], given: dict[str, Any]) -> str:
    """Where an option's value came from, for `funnelcast doctor`."""
    if name in given:
        return "command line"
    if f"{PREFIX}{name.upper()}" in environment:
        return f"{PREFIX}{name.upper()}"
    if FILE.exists() and name in tomllib.loads(FILE.read_text()):
        return str(FILE)
    return "default"
