"""Reactions: another service's events become commands on the service's own streams."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow.consumer import Effect
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import RecordedEvent, Refusal
from shared.run.service import Service
from shared.run.telemetry import Metrics
from shared.store.handler import handle
from shared.store.write_request import Cause, Step, WriteRequest

log = structlog.get_logger()


def reaction_effect(service: Service, source: str, clock_and_ids: ClockAndIds, metrics: Metrics) -> Effect:
    """Writes the reactions in the consumer's transaction."""

    async def react(tx: AsyncConnection, events: Sequence[RecordedEvent[Any]]) -> None:
        requests = [request for event in events for request in write_requests(service, event)]
        if not requests:
            return
        outcomes = await handle(tx, clock_and_ids, requests)
        for request, outcome in zip(requests, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                metrics.rejected.labels(source).inc()
                log_refusal(service, source, request, outcome)

    return react


def write_requests(service: Service, event: RecordedEvent[Any]) -> list[WriteRequest]:
    if service.react is None:
        return []
    return [
        WriteRequest(
            reaction.decider,
            reaction.decider.stream(reaction.subject),
            [Step(reaction.command)],
            event.actor,
            event.correlation_id,
            cause=Cause(service.name, event.event_id, event.occurred_at, number),
            imported_texts=reaction.imported_texts,
            references=reaction.references,
            on_behalf_of=event.on_behalf_of,
        )
        for number, reaction in enumerate(service.react(event))
    ]


def log_refusal(service: Service, source: str, request: WriteRequest, refusal: Refusal) -> None:
    """A refusal is a normal outcome of a reaction: it is counted and logged, and the consumer goes on."""
    log.info(
        "reaction_refused",
        service=service.name,
        source=source,
        stream=request.stream,
        rule=str(refusal),
        correlation_id=str(request.correlation_id),
    )
