"""Options of a process: environment over file over defaults. Business settings are not here but in streams."""

import re
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PREFIX = "FUNNELCAST_"
FILE = Path("funnelcast.toml")
PLACEHOLDER = re.compile(r"change.?me|change.?this|place.?holder|your.?(password|secret|key)", re.IGNORECASE)


def not_a_placeholder(secret: SecretStr) -> SecretStr:
    """Refuses a secret that was copied from an example."""
    check_placeholder(secret.get_secret_value())
    return secret


def check_placeholder(text: str) -> str:
    if PLACEHOLDER.search(text):
        raise ValueError("it is still a placeholder: put a secret there, for instance from `openssl rand -hex 32`")
    return text


Secret = Annotated[SecretStr, AfterValidator(not_a_placeholder)]
Password = Annotated[Secret, Field(min_length=16)]


def check_networks(addresses: str) -> str:
    """Refuses anything but addresses: uvicorn would take a name for that of a local socket, and `*` for everybody."""
    for each in addresses.split(",") if addresses else ():
        ip_network(each.strip())
    return addresses


def check_key_set(source: str) -> str:
    """Refuses URLs by which somebody on the way could give other keys."""
    if "://" in source and not source.startswith("https://"):
        raise ValueError("it must be a path or an https URL")
    return source


KeySet = Annotated[str, Field(min_length=1), AfterValidator(check_key_set)]
Proxies = Annotated[str, AfterValidator(check_networks)]
NetworkList = Annotated[str, AfterValidator(check_networks)]


class Settings(BaseSettings):
    """Each option is read from `FUNNELCAST_<NAME>`, else from `funnelcast.toml` in the working folder."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file=FILE, extra="forbid", frozen=True)

    postgres: Annotated[str, AfterValidator(check_placeholder)] | None = Field(
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
    services_url: str = Field(
        default="http://127.0.0.1:8000", description="Where `serve pages` finds the services; `up` uses its own port"
    )
    admin_key: Secret | None = Field(
        default=None, description="The admin key of a new system; without it one is made and shown"
    )
    blind_index_key: Secret | None = Field(
        default=None,
        min_length=32,
        description="Keys the hashes of e-mails and phones; must never change; embedded: generated",
    )
    service_passwords: dict[str, Password] = Field(
        default={}, description="Of the Postgres role that `migrate` makes for each service, as JSON by service"
    )
    partitions: int = Field(default=12, ge=1, le=1000, description="Partitions of a topic when it is created")
    connections: int = Field(
        default=6, ge=2, le=100, description="Database connections for writing, and again for reading"
    )
    waiting_commands: int = Field(default=4096, ge=1, description="Commands that may wait for a transaction before 503")
    commands_in_a_transaction: int = Field(default=256, ge=1, le=5000, description="Commands that share a transaction")
    requests_per_second: int = Field(
        default=10_000, ge=0, description="Requests a second of one API key to a service, before 429; 0: no limit"
    )
    unknown_keys_per_minute: int = Field(
        default=3_000,
        ge=0,
        description="Requests a minute of one address without a known key, before 429; 0: no limit",
    )
    open_requests_per_second: int = Field(
        default=100,
        ge=0,
        description="Requests a second of one address for what needs no key (readiness), before 429; 0: no limit",
    )
    entrance_requests_per_second: int = Field(
        default=100,
        ge=0,
        description="Requests a second of one address at entrances (webhooks, forms), before 429; 0: no limit",
    )
    requests_at_once: int = Field(default=4096, ge=1, description="Requests that a service has in hand, before 503")
    streams_at_once: int = Field(default=10_000, ge=1, description="Event streams that a service has open, before 503")
    streams_per_key: int = Field(
        default=5_000, ge=1, description="Event streams of one API key that a service has open, before 429"
    )
    idle_connections_per_address: int = Field(
        default=1_000,
        ge=1,
        description="Connections of one address on which no request is answered; with more, the longest idle is closed",
    )
    body_bytes_at_once: int = Field(
        default=256 * 1024 * 1024, ge=2**24, description="Bytes of bodies that a service has in memory, before 503"
    )
    slow_client_seconds: float = Field(
        default=10,
        gt=0,
        description="Seconds that a client may take for the head of a request; for a body 1 more for each 16 KiB",
    )
    trusted_proxies: Proxies = Field(
        default="", description="Addresses or networks, comma-separated, whose X-Forwarded-For is believed"
    )
    token_issuer: str | None = Field(
        default=None, description="Issuer of tokens (JWT) that are accepted beside API keys; without it, none are"
    )
    token_audience: str | None = Field(default=None, description="The audience that a token must name")
    token_keys: KeySet | None = Field(
        default=None, description="Path or https URL of the issuer's public keys, a JWK set"
    )
    token_algorithms: str = Field(
        default="RS256,ES256,EdDSA",
        pattern="^(RS256|ES256|EdDSA)(,(RS256|ES256|EdDSA))*$",
        description="Algorithms of signatures that are accepted, comma-separated",
    )
    token_node_claim: str = Field(
        default="node", min_length=1, description="Claim that names the org node to which a token's caller is tied"
    )
    token_scopes_claim: str = Field(
        default="scope", min_length=1, description="Claim that names the scopes: a text with spaces, or a list"
    )
    webhook_http: bool = Field(default=False, description="Whether webhooks may be sent by http, too: not encrypted")
    webhook_networks: NetworkList = Field(
        default="", description="Private networks, comma-separated, to which webhooks may be sent"
    )
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="Least level that is logged"
    )

    @model_validator(mode="after")
    def check_tokens(self) -> Self:
        """Keys without an issuer or an audience would let in tokens that were made for others."""
        options = (self.token_issuer, self.token_audience, self.token_keys)
        if any(options) and not all(options):
            raise ValueError("token_issuer, token_audience and token_keys belong together")
        return self

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


def origin_of(name: str, environment: dict[str, str], arguments: dict[str, Any]) -> str:
    """The place that an option's value comes from, for `funnelcast doctor`."""
    if name in arguments:
        return "command line"
    if f"{PREFIX}{name.upper()}" in environment:
        return f"{PREFIX}{name.upper()}"
    if FILE.exists() and name in tomllib.loads(FILE.read_text()):
        return str(FILE)
    return "default"
