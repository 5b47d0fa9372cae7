"""The OpenAPI document describes what really happens."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from funnelcast.serving.services import SERVICES
from services.pipeline.service import SERVICE
from shared.run.application import add_routes, new_app
from shared.run.telemetry import Metrics
from tests.running import running_services


async def test_every_route_names_its_scope_and_its_refusals(database: str) -> None:
    async with running_services(database, [SERVICE], work=False) as client:
        document = (await client.get("/pipeline/openapi.json")).json()
    operations = {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/pipeline/v1") and "documents" not in operation.get("tags", ())
    }
    assert len(operations) > 15
    for place, operation in operations.items():
        assert re.search(r"\nScope: (`|none)", operation["description"]), place
        assert "application/problem+json" in operation["responses"]["422"]["content"], place
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_references_in_the_schema_of_a_batch_line_resolve(database: str) -> None:
    async with running_services(database, [SERVICE], work=False) as client:
        document = (await client.get("/pipeline/openapi.json")).json()
    known = set(document["components"]["schemas"])
    assert references(document) <= {f"#/components/schemas/{name}" for name in known}


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        here = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return here.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()


def document_of(name: str) -> dict[str, Any]:
    async def ready() -> dict[str, Any]:
        return {}

    app = new_app(SERVICES[name])
    add_routes(app, SERVICES[name], ready, Metrics())
    return dict(app.openapi())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


@pytest.mark.parametrize("name", SERVICES)
def test_a_generator_of_clients_finds_one_model_of_each_title_and_a_tag_on_each_operation(name: str) -> None:
    document = document_of(name)
    titles = Counter(schema["title"] for schema in document["components"]["schemas"].values() if "title" in schema)
    assert [title for title, count in titles.items() if count > 1] == []
    assert [each for each, operation in operations(document) if not operation.get("tags")] == []
    ids = Counter(operation["operationId"] for _, operation in operations(document))
    assert [each for each, count in ids.items() if count > 1] == []
    assert document["servers"][0]["url"] == "/"


def test_links_are_uri_references_to_operations_of_the_documents() -> None:
    documents = {f"/{name}/openapi.json": document_of(name) for name in SERVICES}
    answers = [
        answer
        for document in documents.values()
        for _, operation in operations(document)
        for answer in operation["responses"].values()
    ]
    links = [link["operationRef"] for answer in answers for link in answer.get("links", {}).values()]
    assert links
    for link in links:
        document, _, fragment = link.partition("#")
        assert re.fullmatch(r"[A-Za-z0-9/~%._-]+", fragment), link
        _, _, path, method = unquote(fragment).split("/")
        assert method in documents[document]["paths"][path.replace("~1", "/").replace("~0", "~")], link
