"""Logs, and metrics for Prometheus. Neither ever holds personal data."""

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
    """JSON lines on stderr; coloured lines if that is a terminal."""
    # Its errors reach us as exceptions; about a missing topic it logs a thousand lines a second.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    # It would log exceptions again that we have logged.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    renderer = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.ExceptionRenderer(format_traceback),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: LineLogger(sys.stderr),
    )


class LineLogger(structlog.PrintLogger):
    """A line that cannot be written, because the disk is full or the pipe closed, is dropped: logging never fails."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    debug = info = warning = error = critical = exception = msg


def format_traceback(exc_info: ExcInfo) -> str:
    """Types and places of an exception and of its causes. The database's messages are left out: they repeat refused
    values, or whole rows."""
    text = "".join(format_exception(*exc_info))
    lines = {line for each in database_errors(exc_info[1]) for line in str(each).splitlines() if line.strip()}
    for line in sorted(lines, key=len, reverse=True):  # line by line, because within a group each is indented
        text = text.replace(line, "(message left out)")
    return text


def database_errors(error: BaseException | None) -> Iterator[BaseException]:
    """The errors of the database among an error, its causes and the members of groups. (A member's context may be its
    own group.)"""
    seen: dict[int, BaseException] = {}
    unseen = [error]
    while unseen:
        each = unseen.pop()
        if each is None or id(each) in seen:
            continue
        seen[id(each)] = each
        unseen += [each.__cause__, each.__context__, *(each.exceptions if isinstance(each, BaseExceptionGroup) else ())]
    yield from (each for each in seen.values() if isinstance(each, SQLAlchemyError | PostgresError | InterfaceError))


class Metrics:
    """The metrics of one service. Each has a registry of its own, so that services in one process do not mix."""

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
        self.parked = Gauge("funnelcast_parked_keys", "Parked keys", registry=self.registry)
        self.waiting = Gauge("funnelcast_waiting_commands", "Commands waiting for a commit", registry=self.registry)
        self.organisation_age = Gauge(
            "funnelcast_organisation_age_seconds",
            "For how long the copy of the organisation may be outdated; NaN: unknown",
            registry=self.registry,
        )
        self.loop_late = Histogram(
            "funnelcast_event_loop_late_seconds",
            "How late the timers of the event loop are",
            buckets=(0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=self.registry,
        )
        self.rejected = Counter(
            "funnelcast_reactions_rejected", "Reactions that a rule refused", ["source"], registry=self.registry
        )
        self.webhook_faults = Counter(
            "funnelcast_webhook_faults", "Unexpected errors while sending to a webhook", registry=self.registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts an answer. Only routes of our own are labels, so there are few."""
        counted = self.counted.get((method, route, status))
        if counted is None:
            counted = self.requests.labels(method, route, status), self.seconds.labels(route)
            self.counted[method, route, status] = counted
        number, time = counted
        number.inc()
        time.observe(seconds)
