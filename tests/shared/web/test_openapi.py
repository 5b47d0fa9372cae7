"""The OpenAPI document describes what really happens."""

from services.pipeline.service import SERVICE
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
        assert "Scope: `" in operation["description"], place
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
