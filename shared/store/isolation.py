"""Engines whose transactions have another isolation level, made once: to make one takes as long as a query."""

from typing import Literal
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncEngine

Level = Literal["AUTOCOMMIT", "REPEATABLE READ"]
made: WeakKeyDictionary[AsyncEngine, dict[Level, AsyncEngine]] = WeakKeyDictionary()


def with_isolation(engine: AsyncEngine, level: Level) -> AsyncEngine:
    """An engine with this isolation level, on the connections of the given one."""
    levels = made.setdefault(engine, {})
    return levels.get(level) or levels.setdefault(level, engine.execution_options(isolation_level=level))
