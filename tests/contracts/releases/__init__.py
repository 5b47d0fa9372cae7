"""The events that each release stored: `<release>/<service>.ndjson`, an event a line, every type at least once."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import orjson

from shared.rules.message import StoredEvent

HERE = Path(__file__).parent
RELEASES = sorted(path.name for path in HERE.iterdir() if (path / "pipeline.ndjson").exists())
ANY_ID = UUID(int=0)


def stored_events(release: str, service: str) -> Iterator[StoredEvent]:
    versions: dict[str, int] = {}
    for number, line in enumerate((HERE / release / f"{service}.ndjson").read_bytes().splitlines(), 1):
        event = orjson.loads(line)
        stream, at = event["stream"], datetime.fromisoformat(event["occurred_at"])
        versions[stream] = versions.get(stream, 0) + 1
        data = orjson.dumps(event["data"]).decode()
        yield StoredEvent(number, ANY_ID, stream, versions[stream], event["type"], data, at, at, "tester", ANY_ID, None)
