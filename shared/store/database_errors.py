"""Errors of the database, sorted by what a writer should do about them."""

from sqlalchemy.exc import DBAPIError, StatementError

TRANSIENT = ("08", "53", "57", "58", "25P03", "40", "55P03")
"""SQLSTATE classes and codes: connection, resources, operator, system, idle too long, deadlock, lock timeout."""


class Busy(Exception):
    """The request was not written, or it is unknown whether it was. The caller repeats it with its idempotency key."""


def as_busy(error: Exception) -> Busy | None:
    """`Busy` for an error that passes by itself: a lost connection, a lock timeout, a full disk, a shutdown."""
    if isinstance(error, OSError) or (isinstance(error, StatementError) and is_transient(error)):
        return Busy("the database did not answer in time")
    return None


def certainly_rolled_back(error: Exception) -> bool:
    """Whether a second try cannot write twice. After a lost connection the COMMIT may have happened."""
    return not isinstance(error, OSError) and not (isinstance(error, DBAPIError) and is_lost_connection(error))


def error_name(error: Exception) -> str:
    """The error's kind, with its SQLSTATE or else the driver's kind, for the log. Its text may hold personal data.

    When the server ends a connection while the event loop is busy, as after two idle seconds in a transaction, the
    next statement meets its last message, and the driver speaks of another operation in progress."""
    name = type(error).__name__
    if not isinstance(error, StatementError):
        return name
    is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return f"{name} {sqlstate(error) or ('connection lost' if is_lost else type(error.orig).__name__)}"


def sqlstate(error: StatementError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def is_lost_connection(error: DBAPIError) -> bool:
    return error.connection_invalidated or sqlstate(error).startswith(("08", "57P"))


def is_transient(error: StatementError) -> bool:
    return sqlstate(error).startswith(TRANSIENT) or (isinstance(error, DBAPIError) and is_lost_connection(error))
