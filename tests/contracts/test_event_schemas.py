"""Stored events, also those of earlier releases, are as the documents describe them."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import orjson
import pytest

from services.forecast.events import KINDS as FORECAST_KINDS
from shared.flow import cloudevents
from shared.run.application import confined_events, event_documents_router
from shared.run.service import Service
from shared.web.documents import asyncapi
from shared.web.documents.event_schemas import data_schema
from tests.contracts.releases import RELEASES, stored_events
from tests.contracts.services import SERVICES

BY_NAME = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


def document(service: Service) -> dict[str, Any]:
    events = {name: service.parse.models[name] for name in service.public}
    seen = confined_events(service)
    return asyncapi.document(
        service.name, service.topic, events, has_feed=True, webhook_events=events, confined_events=seen
    )


@BY_NAME
@pytest.mark.parametrize("release", RELEASES)
def test_every_event_is_valid_by_its_schema_in_every_form(release: str, service: Service) -> None:
    components = {"components": document(service)["components"]}
    seen = 0
    for stored in stored_events(release, service.name):
        if stored.type not in service.public:
            continue
        event = cloudevents.to_json(stored, service.name)
        assert event["dataschema"] == f"/{service.name}/v1/schemas/{stored.type}"
        schema = data_schema(service.parse.models[stored.type], event["dataschema"])
        jsonschema_rs.validate(schema, event["data"])
        jsonschema_rs.validate(schema, event["data"] | {"a field of a later version": 1})
        jsonschema_rs.validate({"$ref": f"#/components/schemas/{stored.type}.event"} | components, event)
        fields = {"$ref": f"#/components/schemas/{stored.type}.fields"} | components
        jsonschema_rs.validate(fields, orjson.loads(stored.data))
        seen += 1
    assert seen > 0


@BY_NAME
def test_the_schemas_can_fail(service: Service) -> None:
    for name in service.public:
        schema = data_schema(service.parse.models[name], "/x")
        assert not jsonschema_rs.is_valid(schema, {})


@BY_NAME
def test_every_reference_of_the_document_leads_somewhere(service: Service) -> None:
    whole = document(service)
    found = list(references(whole))
    assert len(found) > len(service.public)
    for each in found:
        node: Any = whole
        for name in each.removeprefix("#/").split("/"):
            node = node[name]


def references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from references(each)
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)


@pytest.mark.parametrize("release", RELEASES)
def test_public_events_are_in_streams_of_the_kinds_that_a_subject_is_looked_up_in(release: str) -> None:
    kinds = {"pipeline": {"opportunity"}, "qualification": {"lead"}, "forecast": set(FORECAST_KINDS)}
    for service in SERVICES:
        public = [stored for stored in stored_events(release, service.name) if stored.type in service.public]
        found = {stored.stream.partition("-")[0] for stored in public}
        assert found <= kinds.get(service.name, found)


@BY_NAME
def test_each_service_describes_its_public_events(service: Service) -> None:
    assert service.public <= set(service.parse.models)
    assert service.public
    paths = {getattr(route, "path", None) for route in event_documents_router(service).routes}
    assert paths == {"/asyncapi.json", "/schemas/{event_type}"}
