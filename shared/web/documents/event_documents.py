"""The documents that describe a service's events to programs, without a key: AsyncAPI, and JSON Schemas."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from orjson import OPT_INDENT_2, dumps

from shared.rules.message import Event
from shared.web.documents.event_schemas import data_schema
from shared.web.documents.openapi import DOCUMENTS
from shared.web.errors.problems import NotFound
from shared.web.requests.input import ResourceId

SCHEMA_MEDIA_TYPE = "application/schema+json"
DOCUMENT_MEDIA_TYPE = "application/json"
OBJECT = {"schema": {"type": "object"}}
ASYNCAPI, SCHEMAS = "/asyncapi.json", "/schemas/"


def router(
    service: str, events: Mapping[str, type[Event]], asyncapi_document: Callable[[], dict[str, Any]]
) -> APIRouter:
    """`events`: by type, those that have a schema."""
    routes = APIRouter(tags=[DOCUMENTS])

    @routes.get(ASYNCAPI, response_class=Response, responses={200: {"content": {DOCUMENT_MEDIA_TYPE: OBJECT}}})
    async def get_asyncapi(request: Request) -> Response:
        """Return the AsyncAPI document: the public events, and the ways in which they are delivered."""
        return answer(request, asyncapi_document(), DOCUMENT_MEDIA_TYPE)

    @routes.get(
        f"{SCHEMAS}{{event_type}}",
        response_class=Response,
        responses={200: {"content": {SCHEMA_MEDIA_TYPE: OBJECT}}},
    )
    async def get_event_schema(event_type: ResourceId, request: Request) -> Response:
        """Return the JSON Schema of the data of a type of events, to which `dataschema` points."""
        event = events.get(event_type)
        if event is None:
            raise NotFound(f"there is no public event of type {event_type}")
        return answer(request, data_schema(event, f"/{service}/v1{SCHEMAS}{event_type}"), SCHEMA_MEDIA_TYPE)

    return routes


def answer(request: Request, document: Mapping[str, Any], media_type: str) -> Response:
    headers = {"X-Correlation-Id": str(request.state.correlation_id), "Cache-Control": "no-store"}
    return Response(dumps(document, option=OPT_INDENT_2), media_type=media_type, headers=headers)
