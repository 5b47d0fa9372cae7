"""An event keeps all of its fields on the way through Kafka's headers, and is a CloudEvent in JSON."""

from datetime import UTC, datetime

import pytest

from shared.flow.cloudevents import JSON_SCHEMA, from_headers, to_headers, to_json
from shared.rules.message import StoredEvent
from tests.shared.flow.stored import stored

PLAIN, ON_BEHALF = stored(2), stored(3)
WITHOUT_MICROSECONDS = stored(1)._replace(occurred_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("event", [PLAIN, ON_BEHALF, WITHOUT_MICROSECONDS], ids=lambda event: str(event.position))
def test_headers_and_value_give_the_same_event_again(event: StoredEvent) -> None:
    assert from_headers(to_headers(event, "pipeline"), event.data.encode()) == event


def test_a_record_of_an_earlier_version_has_no_node() -> None:
    headers = [(name, value) for name, value in to_headers(ON_BEHALF, "pipeline") if name != "ce_onbehalfof"]
    assert from_headers(headers, b"{}").on_behalf_of is None


def test_the_node_is_shown_only_for_callers_that_acted_for_one() -> None:
    assert "ce_onbehalfof" not in dict(to_headers(PLAIN, "pipeline"))
    assert dict(to_headers(ON_BEHALF, "pipeline"))["ce_onbehalfof"] == b"north"
    assert "on_behalf_of" not in to_json(PLAIN, "pipeline")["data"]
    assert to_json(ON_BEHALF, "pipeline")["data"] == {"näme": "1.10", "b": 2, "by": "key:web", "on_behalf_of": "north"}


def test_an_event_s_own_field_by_stands_beside_the_name_of_the_key() -> None:
    own = ON_BEHALF._replace(data='{"by": "manager"}')
    assert to_json(own, "forecast")["data"] == {"by": "manager", "made_by": "key:web", "on_behalf_of": "north"}


def test_the_schema_describes_every_field_of_the_json_form() -> None:
    assert list(to_json(ON_BEHALF, "pipeline")) == JSON_SCHEMA["required"]
    assert to_json(WITHOUT_MICROSECONDS, "pipeline")["time"] == "2026-01-01T00:00:00Z"
