"""The names of database errors in the log."""

from sqlalchemy.exc import InternalError, OperationalError

from shared.store.database_errors import error_name


class DriverError(Exception):
    pass


class DeadlockError(Exception):
    sqlstate = "40P01"


def test_an_error_is_named_by_its_sqlstate() -> None:
    assert error_name(OperationalError("SELECT 1", None, DeadlockError())) == "OperationalError 40P01"


def test_an_error_without_a_sqlstate_is_named_by_the_drivers_kind() -> None:
    assert error_name(InternalError("SELECT 1", None, DriverError("ann@example.com"))) == "InternalError DriverError"


def test_an_error_that_is_not_of_the_database_is_named_by_its_kind() -> None:
    assert error_name(OSError("ann@example.com")) == "OSError"
