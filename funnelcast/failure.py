"""What ends a command with exit code 1 and one line of text, and is nobody's bug."""

from collections.abc import Iterator


class Failed(Exception):
    """The text says what is wrong, and what to do."""


def expected() -> tuple[type[Exception], ...]:
    """Imported when something fails: what goes well, a health check above all, must be quick."""
    from funnelcast.embedded_postgres.errors import DataFolderInUse, PostgresFailed
    from shared.flow.continuity import Diverged
    from shared.run.schema import WrongSchema

    return Failed, PostgresFailed, DataFolderInUse, WrongSchema, Diverged


def told(error: BaseException) -> str | None:
    """The text for the user; none for what is a bug, whose traceback is wanted."""
    kinds = expected()
    return next((str(one) for one in leaves(error) if isinstance(one, kinds)), None)


def leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from leaves(each)
    else:
        yield error
