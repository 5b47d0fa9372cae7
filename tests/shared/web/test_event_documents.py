"""The documents of events over HTTP: without a key, and there where events point to."""

import httpx
import jsonschema_rs

from services.pipeline.service import SERVICE
from tests.running import running_services

DEAL = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}


async def test_the_schema_that_an_event_names_is_served_without_a_key(database: str) -> None:
    async with running_services(database, [SERVICE], work=False) as api:
        await api.post("/pipeline/v1/opportunities", json=DEAL)
        event = (await api.get("/pipeline/v1/events")).json()["items"][0]
        authorization = api.headers.pop("Authorization")
        schema = await api.get(event["dataschema"])
        assert (schema.status_code, schema.headers["content-type"]) == (200, "application/schema+json")
        assert schema.json()["$id"] == event["dataschema"]
        jsonschema_rs.validate(schema.json(), event["data"])
        await check_document(api)
        missing = await api.get("/pipeline/v1/schemas/process.defined", headers={"Authorization": authorization})
        assert missing.status_code == 404
        assert (await api.get("/pipeline/v1/events")).status_code == 401


async def check_document(api: httpx.AsyncClient) -> None:
    answer = await api.get("/pipeline/v1/asyncapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    document = answer.json()
    assert document["asyncapi"] == "3.0.0"
    assert document["channels"]["topic"]["address"] == "funnelcast.pipeline.v1"
    assert document["channels"]["stream"]["address"] == "/pipeline/v1/events/stream"
    assert "webhook.test" in document["channels"]["webhook"]["messages"]
    assert "opportunity.stage_changed" in document["channels"]["stream"]["messages"]
