"""Errors that end a command with exit code 1 and one line of text, because they are no bugs."""

from collections.abc import Iterator
from errno import ENOSPC


class Failed(Exception):
    """The text names the problem and the remedy."""


def expected_errors() -> tuple[type[Exception], ...]:
    """Imported only when something fails, so that a successful command (a health check above all) is quick."""
    from funnelcast.embedded_postgres.errors import DataFolderInUse, PostgresFailed
    from shared.flow.continuity import Diverged
    from shared.run.schema import WrongSchema

    return Failed, PostgresFailed, DataFolderInUse, WrongSchema, Diverged


def message_of(error: BaseException) -> str | None:
    """The text for the user; None for a bug, which needs its traceback."""
    expected = expected_errors()
    leaves = list(leaf_errors(error))
    if any(isinstance(leaf, OSError) and leaf.errno == ENOSPC for leaf in leaves):
        return "no space is left where the output goes"
    return next((str(leaf) for leaf in leaves if isinstance(leaf, expected)), None)


def leaf_errors(error: BaseException) -> Iterator[BaseException]:
    """The errors in a group, however deep; an error that is no group is its own leaf."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from leaf_errors(each)
    else:
        yield error
