"""The file descriptors of a process: each connection takes one, and without any left nothing works."""

import resource

RESERVED = 200
"""The descriptors for everything but clients: database connections of four services, Kafka, files."""
ENOUGH = 4096
"""The descriptors with which a few thousand clients can be connected."""
FEWEST_CLIENTS = 16


def raise_limit() -> None:
    """Raises the limit to the highest that the system allows this process."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:  # some systems refuse infinity; then theirs stays as it is
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def highest() -> int:
    """The limit after `raise_limit`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if hard == resource.RLIM_INFINITY else hard


def connections_of_clients() -> int:
    """The number of connections that may be open, so that the rest of the process has enough descriptors."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(soft - RESERVED, FEWEST_CLIENTS)
