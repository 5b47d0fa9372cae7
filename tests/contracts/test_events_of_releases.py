"""Events that earlier releases stored are read by everyone who reads them today."""

from collections import defaultdict
from typing import Any

import orjson
import pytest
from pydantic_core import to_jsonable_python

from services.pipeline.opportunity.decider import DECIDER as OPPORTUNITY
from services.pipeline.opportunity.state import Closed, NotExisting, State
from services.pipeline.process.decider import DECIDER as PROCESS
from shared.rules.message import StoredEvent
from shared.run.service import Service, Upstream
from tests.contracts.releases import HERE, RELEASES, stored_events
from tests.contracts.services import READERS, SERVICES, of_reader

pytestmark = pytest.mark.parametrize("release", RELEASES)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_reads_its_own_and_would_store_the_same(release: str, service: Service) -> None:
    """But for fields that were added since: they have defaults."""
    for stored in stored_events(release, service.name):
        recorded = service.parse(stored)
        assert recorded is not None
        before, now = orjson.loads(stored.data), orjson.loads(recorded.event.to_stored())
        assert is_within(before, now)


def is_within(before: Any, now: Any) -> bool:
    """Whether every field that was stored is there with its value, in whatever depth."""
    if isinstance(before, dict):
        return all(name in now and is_within(value, now[name]) for name, value in before.items())
    if isinstance(before, list):
        return len(before) == len(now) and all(map(is_within, before, now))
    return bool(before == now)


@pytest.mark.parametrize(("reader", "upstream"), READERS, ids=of_reader)
def test_other_services_read_what_they_subscribe_to(release: str, reader: Service, upstream: Upstream) -> None:
    written = [stored for stored in stored_events(release, upstream.source) if stored.type in upstream.parse.models]
    assert len(upstream.parse.all(written)) == len(written) > 0


def test_opportunities_and_processes_come_to_the_state_they_had(release: str) -> None:
    """The expected states were written by the release itself; fields that were added since are none."""
    streams: dict[str, list[StoredEvent]] = defaultdict(list)
    for stored in stored_events(release, "pipeline"):
        streams[stored.stream].append(stored)
    now = {name: state_of(name, events) for name, events in streams.items()}
    before = orjson.loads((HERE / release / "pipeline.states.json").read_bytes())
    assert now.keys() == before.keys()
    assert is_within(before, now)


def state_of(stream: str, events: list[StoredEvent]) -> Any:
    decider: Any = OPPORTUNITY if stream.startswith("opportunity-") else PROCESS
    state = decider.fold((recorded.event, recorded.occurred_at) for recorded in decider.parse.all(events))
    return opportunity_state(state) if decider is OPPORTUNITY else to_jsonable_python(state)


def opportunity_state(state: State) -> dict[str, Any] | None:
    if isinstance(state, NotExisting):
        return None
    left = to_jsonable_python(state.left._asdict()) if isinstance(state, Closed) else None
    return {
        "state": type(state).__name__,
        "fields": to_jsonable_python(state.fields._asdict()),
        "name": str(state.name.ref) if state.name else None,
        "entered_at": state.entered_at.isoformat(),
        "left": left,
    }
