"""Named places in the product where a process ends, as if by `kill -9`: before or after a function, or on the edges of
a context manager. The launcher wraps the functions; the product knows nothing of it."""

import functools
import inspect
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from tests.running import SERVICES

When = Literal["before", "after", "entered", "leaving", "left"]
"""`leaving`: what a context manager's body does is done, what the context does afterwards is not."""
Given = Mapping[str, Any]
"""Arguments by name."""
Only = Callable[[Given, Any], bool]
"""A function of the arguments and, afterwards, the result: whether this call counts."""
Scene = Literal[
    "work",
    "stop",
    "new version",
    "rebuild",
    "park",
    "unpark",
    "wish",
    "batch",
    "import",
    "migrate",
    "up",
    "deliver",
    "early",
]
"""The work that reaches the point."""


def any_call(given: Given, result: Any) -> bool:
    return True


@dataclass(frozen=True)
class Point:
    """`target`: `module:function`, where the product looks it up. It fires at the `nth` call that counts."""

    name: str
    target: str
    when: When
    only: Only = any_call
    services: tuple[str, ...] = SERVICES
    scene: Scene = "work"
    nth: int = 1

    def found(self) -> tuple[Any, str, Any]:
        """The function, the object that has it, and its name there. Raises when there is none."""
        module, _, path = self.target.partition(":")
        *owners, name = path.split(".")
        owner = functools.reduce(getattr, owners, import_module(module))
        return owner, name, inspect.getattr_static(owner, name)


def install(point: Point, nth: int | None = None, number: int = signal.SIGKILL) -> None:
    """`number`: the signal that the process then sends to itself."""
    owner, name, function = point.found()
    setattr(owner, name, wrapped(function, Trigger(point, nth or point.nth, number)))


@dataclass
class Trigger:
    point: Point
    left: int
    number: int

    def reach(self, when: When, given: Given, result: Any = None) -> None:
        if when == self.point.when and self.point.only(given, result):
            self.left -= 1
            if self.left == 0:
                os.write(2, f"{MARK}{self.point.name}\n".encode())
                os.kill(os.getpid(), self.number)


MARK = "reached the crash point: "


def wrapped(function: Any, trigger: Trigger) -> Any:
    arguments = bound(function)
    if inspect.isasyncgenfunction(inspect.unwrap(function)):
        return around_context(function, arguments, trigger)
    if inspect.iscoroutinefunction(function):
        return around_coroutine(function, arguments, trigger)
    return around_call(function, arguments, trigger)


def bound(function: Any) -> Callable[..., Given]:
    signature = inspect.signature(function)
    return lambda *args, **named: signature.bind(*args, **named).arguments


def around_call(function: Any, arguments: Callable[..., Given], trigger: Trigger) -> Any:
    @functools.wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        given = arguments(*args, **named)
        trigger.reach("before", given)
        result = function(*args, **named)
        trigger.reach("after", given, result)
        return result

    return call


def around_coroutine(function: Any, arguments: Callable[..., Given], trigger: Trigger) -> Any:
    @functools.wraps(function)
    async def call(*args: Any, **named: Any) -> Any:
        given = arguments(*args, **named)
        trigger.reach("before", given)
        result = await function(*args, **named)
        trigger.reach("after", given, result)
        return result

    return call


def around_context(function: Any, arguments: Callable[..., Given], trigger: Trigger) -> Any:
    @asynccontextmanager
    async def context(*args: Any, **named: Any) -> AsyncIterator[Any]:
        given = arguments(*args, **named)
        async with function(*args, **named) as value:
            trigger.reach("entered", given)
            yield value
            trigger.reach("leaving", given)
        trigger.reach("left", given)

    return context
