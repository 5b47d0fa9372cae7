"""Addresses that this system may call: what a URL must look like, and which IP addresses count as public."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network
LONGEST_URL = 2000
LONGEST_HOST = 254
HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
BRACKETS = re.compile(r"[^\[\]]*|\[[^\[\]]*\](:[0-9]*)?")
"""A host and port without brackets, or an IPv6 address in them with nothing beside it but a port."""
NUMBER_LAST = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)\.?")
"""An IPv4 address to some readers of URLs: octal, hexadecimal, in one number, with a dot at its end."""
GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All other IPv6 addresses are local, multicast, or hold an IPv4 address (mapped, compatible, NAT64)."""
SPECIAL: tuple[IPNetwork, ...] = (
    IPv4Network("168.63.129.16/32"),  # the machine's own platform at Azure
    IPv4Network("192.0.0.0/24"),  # protocol assignments, among them the metadata of Oracle's cloud, and anycast
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv6Network("2001::/23"),  # protocol assignments, among them Teredo, which holds an IPv4 address
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4: holds an IPv4 address
    IPv6Network("3fff::/20"),
)
"""Within the global ranges, but no host of the internet, or one that leads to any other address."""
LOOPBACK = IPv4Address("127.0.0.1")
PORTS = {"https": 443, "http": 80}


class RefusedTarget(Exception):
    """The URL or the address that its host has must not be called. The text is the reason, for the caller."""


@dataclass(frozen=True)
class Target:
    """A URL in its parts: where to connect to, and what to ask for there. `host` is in lower case, ASCII, and without
    the brackets of an IPv6 address."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the header `Host`: with the port, unless it is the default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True)
class TargetPolicy:
    """The allowed targets: by default https and public addresses alone. `networks`: private ones that the operator
    allows."""

    allow_http: bool = False
    networks: Sequence[IPNetwork] = ()

    @classmethod
    def of(cls, allow_http: bool, networks: str) -> "TargetPolicy":
        """`networks`: comma-separated."""
        return cls(allow_http, [ip_network(each.strip()) for each in networks.split(",") if each.strip()])

    def parse(self, url: str) -> Target:
        """Raises `RefusedTarget`. Says nothing about the addresses that the host's name leads to."""
        parts, port = split(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and self.allow_http):
            raise RefusedTarget(
                "must begin with http:// or https://" if self.allow_http else "must begin with https://"
            )
        if "@" in parts.netloc:
            raise RefusedTarget("must not contain a user or password")
        host = ascii_host(parts.hostname or "")
        target = Target(parts.scheme, host, port or PORTS[parts.scheme], path_of(parts))
        if (literal := literal_address(host)) is not None:
            self.check(literal)
        elif is_this_machine(host):
            self.check(LOOPBACK)
        return target

    def check(self, address: IPAddress) -> None:
        """Raises `RefusedTarget`, unless the address is public or in one of the networks."""
        if not (is_public(address) or any(address in network for network in self.networks)):
            raise RefusedTarget("leads to an address that is not public")


def split(url: str) -> tuple[SplitResult, int | None]:
    """Refuses what different readers of URLs understand differently: spaces, control characters, backslashes."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or set(url) & set(' \\<>"^`{|}#'):
        raise RefusedTarget(f"must be a URL of at most {LONGEST_URL} ASCII characters, without a fragment")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedTarget("must be a URL") from None
    if not BRACKETS.fullmatch(parts.netloc):
        raise RefusedTarget("must be a URL")
    if port == 0:
        raise RefusedTarget("must have a port from 1 to 65535")
    return parts, port


def path_of(parts: SplitResult) -> str:
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def ascii_host(host: str) -> str:
    name = host.lower()
    is_name = HOST.fullmatch(name) and len(name) <= LONGEST_HOST and not NUMBER_LAST.fullmatch(name)
    if literal_address(name) is None and not is_name:
        raise RefusedTarget("must name a host, by its name in ASCII or by its address")
    if "%" in name:
        raise RefusedTarget("must not have a zone")
    return name


def is_this_machine(host: str) -> bool:
    """Whatever a resolver says of the name, now or later (RFC 6761)."""
    return host.rstrip(".").rpartition(".")[2] == "localhost"


def literal_address(host: str) -> IPAddress | None:
    """The address, if the host is one in its usual form."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_public(address: IPAddress) -> bool:
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    is_special = any(address in network for network in SPECIAL if network.version == address.version)
    return address.is_global and not address.is_multicast and not address.is_reserved and not is_special
