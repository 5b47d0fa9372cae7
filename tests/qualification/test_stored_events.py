"""Events that earlier releases stored are read, come to the state they had, and would be stored the same."""

from collections import defaultdict
from typing import Any

import orjson
import pytest
from pydantic_core import to_jsonable_python

from services.qualification.lead.decider import DECIDER as LEAD
from services.qualification.lead.fields import CAPTURE, Engagement, LeadFields
from services.qualification.lead.state import Lead, State
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.model.state import Models
from shared.rules.message import StoredEvent
from tests.contracts.releases import HERE, RELEASES, stored_events

FIRST_FIELDS = LeadFields._fields[:21]
"""The fields that every release has."""


def streams_of(release: str) -> dict[str, list[StoredEvent]]:
    streams: dict[str, list[StoredEvent]] = defaultdict(list)
    for stored in stored_events(release, "qualification"):
        streams[stored.stream].append(stored)
    return streams


@pytest.mark.parametrize("release", RELEASES)
def test_leads_and_models_come_to_the_state_they_had(release: str) -> None:
    """The expected states were written by the release itself."""
    states = {stream: state_of(stream, events) for stream, events in streams_of(release).items()}
    assert states == orjson.loads((HERE / release / "qualification.states.json").read_bytes())


def state_of(stream: str, events: list[StoredEvent]) -> dict[str, Any]:
    decider: Any = LEAD if stream.startswith("lead-") else MODEL
    state = decider.fold((recorded.event, recorded.occurred_at) for recorded in decider.parse.all(events))
    return lead_state(state) if decider is LEAD else models_state(state)


def lead_state(state: State) -> dict[str, Any]:
    assert isinstance(state, Lead)
    fields = state.fields._asdict()
    return {
        "fields": to_jsonable_python({name: fields[name] for name in FIRST_FIELDS}),
        "engagements": [first_fields(each) for each in state.engagements],
        "counts_after": to_jsonable_python(state.counts_after),
        "above": state.above,
        "bant": {
            name: {
                "status": answer.status,
                "evidence": str(answer.evidence.ref) if answer.evidence else None,
                "at": to_jsonable_python(answer.at),
                "by": answer.by,
            }
            for name, answer in state.bant.items()
        },
        "cycles": [to_jsonable_python(cycle) for cycle in state.cycles],
        "history": [to_jsonable_python(transition) for transition in state.history],
        "handed_over": list(state.deals),
    }


def first_fields(engagement: Engagement) -> dict[str, Any]:
    """Engagements as the first release wrote them."""
    written: dict[str, Any] = to_jsonable_python(engagement._asdict())
    new = (written.pop("kind"), written.pop("supplements"), written.pop("through"))
    assert (*new, written["profile"].pop("email_domain")) == (CAPTURE, None, None, None)
    return written


def models_state(models: Models) -> dict[str, Any]:
    versions = {str(version): without_new_fields(model) for version, model in models.versions.items()}
    return {"versions": versions, "active": models.active}


def without_new_fields(model: Any) -> Any:
    """Models as the first release wrote them: rules had no half-life, conditions no kind."""
    written = to_jsonable_python(model)
    for rule in written["rules"]:
        assert (rule.pop("half_life_days"), rule["when"].pop("kind")) == (None, None)
    return written


def test_what_the_first_release_did_not_store_has_a_default() -> None:
    stored = next(iter(streams_of("0.1.0").values()))[0]
    recorded = LEAD.parse(stored)
    assert recorded is not None
    fields = recorded.event.after._asdict()
    assert [fields[name] for name in LeadFields._fields[21:]] == [None] * 9
