"""One OpenAPI document of all four, so that links lead from one service into another."""

import json
import re
from collections.abc import Mapping
from typing import Any

NDJSON = "application/x-ndjson"
OPERATIONS = ("get", "put", "post", "delete")
Document = dict[str, Any]


def merged(documents: Mapping[str, Document]) -> Document:
    """The schemas of all services. Those of the same name in two services stay apart."""
    own = [with_names_of(service, document) for service, document in documents.items()]
    whole: Document = {
        "openapi": own[0]["openapi"],
        "info": {"title": "Funnelcast", "version": "1"},
        "paths": {path: each for one in own for path, each in one["paths"].items()},
        "components": {
            "schemas": {name: each for one in own for name, each in one["components"]["schemas"].items()},
            "securitySchemes": own[0]["components"]["securitySchemes"],
        },
    }
    for operation in operations(whole):
        lines_as_lists(operation)
    return whole


def narrowed(whole: Document, pattern: str) -> Document:
    """The document with the matching paths alone; their links may lead elsewhere, and are left out."""
    few = whole | {"paths": {path: each for path, each in whole["paths"].items() if re.search(pattern, path)}}
    for operation in operations(few):
        for answer in operation["responses"].values():
            answer.pop("links", None)
    return few


def with_names_of(service: str, document: Document) -> Document:
    text = json.dumps(document).replace('"#/components/schemas/', f'"#/components/schemas/{service}.')
    for other in ("intake", "qualification", "pipeline", "forecast"):
        text = text.replace(f'"/{other}/openapi.json#/paths/', '"#/paths/')
    renamed: Document = json.loads(text)
    schemas = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {f"{service}.{name}": schema for name, schema in schemas.items()}
    for operation in operations(renamed):
        operation["operationId"] = f"{service}.{operation['operationId']}"
    return renamed


def operations(document: Document) -> list[dict[str, Any]]:
    return [each for methods in document["paths"].values() for name, each in methods.items() if name in OPERATIONS]


def lines_as_lists(operation: dict[str, Any]) -> None:
    """OpenAPI has no word for a body of lines: the document describes one of them, and here it is made several."""
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    bodies[0].get("content", {}).get("text/csv", {}).pop("example", None)  # schemathesis writes no text as it stands
    for content in (body["content"] for body in bodies if NDJSON in body.get("content", ())):
        line = content[NDJSON]["schema"]
        content[NDJSON] = {"schema": {"type": "array", "items": line}}
