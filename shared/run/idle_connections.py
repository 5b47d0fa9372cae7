"""Connections on which no request is being answered. Anybody can open them, without a key: their number is limited."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Protocol

Networks = Sequence[IPv4Network | IPv6Network]


class Closable(Protocol):
    def close_idle(self) -> None: ...


@dataclass
class IdleConnections:
    """Idle connections by address, the longest idle first; when there are too many, that one is closed. The number from
    a trusted proxy's address is not limited: it stands for many clients."""

    per_address: int
    trusted: Networks = ()
    by_address: dict[str, dict[Closable, None]] = field(default_factory=lambda: defaultdict(dict))
    all: dict[Closable, None] = field(default_factory=dict)

    def add(self, connection: Closable, address: str) -> None:
        self.all[connection] = None
        if self.is_trusted(address):
            return
        of_address = self.by_address[address]
        of_address[connection] = None
        if len(of_address) > self.per_address:
            self.close_first(of_address)

    def remove(self, connection: Closable, address: str) -> None:
        self.all.pop(connection, None)
        if address in self.by_address:
            self.by_address[address].pop(connection, None)
            if not self.by_address[address]:
                del self.by_address[address]

    def close_longest(self) -> bool:
        """False when no connection is idle."""
        return bool(self.all) and self.close_first(self.all)

    def close_first(self, connections: dict[Closable, None]) -> bool:
        next(iter(connections)).close_idle()
        return True

    def is_trusted(self, address: str) -> bool:
        if not self.trusted:
            return False
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.trusted)


def networks(addresses: str) -> Networks:
    """The networks in a comma-separated list."""
    return [ip_network(each.strip()) for each in addresses.split(",") if each.strip()]
