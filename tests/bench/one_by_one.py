"""An intake as it is usually written: each request looks up the person, then writes, in a transaction of its own. The
same tables and indexes as ours; but positions come from a sequence, so that readers miss events, two requests at once
make two leads of one person, and a known person's second engagement is thrown away."""

from datetime import UTC
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.lead_intake.api.leads import CaptureTaken
from services.lead_intake.lead.capture_body import CaptureLead
from shared.rules.clock_and_ids import ClockAndIds

POOL = 20
PREPARE = ("CREATE SEQUENCE IF NOT EXISTS intake.one_by_one OWNED BY intake.events.position",)
KNOWN = text("SELECT stream FROM aliases WHERE alias = :alias")
EVENT = text("""
    INSERT INTO events (position, event_id, stream, version, type, data, occurred_at, recorded_at, actor,
        correlation_id)
    VALUES (nextval('one_by_one'), :event_id, :stream, 1, 'lead.captured', CAST(:data AS jsonb), :at, :at, 'bench',
        :mark)
    """)
ALIAS = text("INSERT INTO aliases (alias, stream, subject) VALUES (:alias, :stream, :subject)")
VAULT = text("INSERT INTO vault (ref, subject, value) VALUES (:ref, :subject, CAST(:value AS jsonb))")
EDGE = ClockAndIds()


def keeper(postgres: str) -> AsyncEngine:
    settings = {"search_path": "intake"}
    return create_async_engine(postgres, pool_size=POOL, max_overflow=0, connect_args={"server_settings": settings})


async def keep(engine: AsyncEngine, found: CaptureLead, answer: CaptureTaken, mark: UUID) -> None:
    stream, subject = f"lead-{answer.lead_id}", f"person-{answer.person_id}"
    alias = f"email:{found.person.email}"
    async with engine.begin() as tx:
        if (await tx.execute(KNOWN, {"alias": alias})).one_or_none() is not None:
            return
        ref = EDGE.new_id()
        fact = found.model_dump(mode="json", exclude={"person"}) | {
            "capture_id": answer.capture_id,
            "person_id": answer.person_id,
            "person": {"ref": str(ref)},
        }
        event = {"event_id": EDGE.new_id(), "stream": stream, "data": orjson.dumps(fact).decode(), "mark": mark}
        await tx.execute(EVENT, event | {"at": EDGE.now().astimezone(UTC)})
        await tx.execute(ALIAS, {"alias": alias, "stream": stream, "subject": subject})
        person = orjson.dumps(found.person.model_dump(exclude_none=True)).decode()
        await tx.execute(VAULT, {"ref": ref, "subject": subject, "value": person})
