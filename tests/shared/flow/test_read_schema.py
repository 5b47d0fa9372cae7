"""The tables of read models are created although the event loop stands still meanwhile, as it does at a first start."""

import time
from typing import Any

import pytest
from sqlalchemy import event

from shared.flow import read_schema
from shared.store import engines
from tests.shared.tally import OWN_TOTALS

LIMIT_MS, STANDSTILL = 50, 0.3
"""Milliseconds that a writer's transaction may be idle, and seconds for which the loop stands still."""


async def test_tables_are_created_however_long_the_loop_stands_still(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engines.WRITER, "idle_in_transaction_session_timeout", f"{LIMIT_MS}ms")

    def stand_still(*_: Any, **__: Any) -> None:
        time.sleep(STANDSTILL)  # noqa: TID251 - the fault itself: nothing else runs on this loop

    event.listen(OWN_TOTALS.tables, "before_create", stand_still)
    engine = engines.writer(database, "pipeline,pipeline_read_slow", connections=1)
    try:
        await read_schema.ensure_tables(engine, "pipeline_read_slow", [OWN_TOTALS])
        async with engine.connect() as tx:
            assert await read_schema.exists(tx, "pipeline_read_slow")
    finally:
        event.remove(OWN_TOTALS.tables, "before_create", stand_still)
        await engine.dispose()
