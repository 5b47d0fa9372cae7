"""Logs for people and machines, and numbers for Prometheus. Neither ever holds personal data."""

import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from traceback import format_exception

import structlog
from asyncpg import InterfaceError, PostgresError
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import ExcInfo


def configure_logging(level: str) -> None:
    """JSON lines on stderr; where a person looks, coloured lines."""
    # What it has to say reaches us as an exception; of a topic that is gone it says it a thousand times a second.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    # It would tell in its own way of exceptions that we have told of.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    shown = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.ExceptionRenderer(format_traceback),
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: LineLogger(sys.stderr),
    )


class LineLogger(structlog.PrintLogger):
    """A line that cannot be written, to a full disk or a closed pipe, is lost; whoever wanted to say it goes on."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    debug = info = warning = error = critical = exception = msg


def format_traceback(exc_info: ExcInfo) -> str:
    """Types and places of an exception and of what caused it. What a database says is left out: it repeats the values,
    or the whole row, that it did not like."""
    told = "".join(format_exception(*exc_info))
    lines = {line for each in of_database(exc_info[1]) for line in str(each).splitlines() if line.strip()}
    for line in sorted(lines, key=len, reverse=True):  # by the line, because within a group each is indented
        told = told.replace(line, "(what it says is not logged)")
    return told


def of_database(error: BaseException | None) -> Iterator[BaseException]:
    """Those among an error, its parts and what came before. A part of a group may have the group itself before it."""
    seen: dict[int, BaseException] = {}
    due = [error]
    while due:
        each = due.pop()
        if each is None or id(each) in seen:
            continue
        seen[id(each)] = each
        due += [each.__cause__, each.__context__, *(each.exceptions if isinstance(each, BaseExceptionGroup) else ())]
    yield from (each for each in seen.values() if isinstance(each, SQLAlchemyError | PostgresError | InterfaceError))


class Metrics:
    """One registry a service, so that four of them in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "funnelcast_requests", "HTTP requests", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram("funnelcast_request_seconds", "Time to answer", ["route"], registry=self.registry)
        self.counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.events = Gauge("funnelcast_store_position", "Last position in the store", registry=self.registry)
        self.relayed = Gauge("funnelcast_relay_position", "Last position in the log", registry=self.registry)
        self.applied = Gauge(
            "funnelcast_applied_position",
            "Last position applied",
            ["subscription", "source"],
            registry=self.registry,
        )
        self.parked = Gauge("funnelcast_parked_keys", "Keys set aside", registry=self.registry)
        self.waiting = Gauge("funnelcast_waiting_commands", "Commands waiting for a commit", registry=self.registry)
        self.rejected = Counter(
            "funnelcast_reactions_rejected", "Reactions that a rule refused", ["source"], registry=self.registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Methods and routes are ours: there are few of them."""
        counted = self.counted.get((method, route, status))
        if counted is None:
            counted = self.requests.labels(method, route, status), self.seconds.labels(route)
            self.counted[method, route, status] = counted
        number, time = counted
        number.inc()
        time.observe(seconds)
