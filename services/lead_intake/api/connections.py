"""Connections of marketing tools: their addresses, secrets and settings."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from services.lead_intake.connection import commands, events
from services.lead_intake.connection.decider import DECIDER
from services.lead_intake.connection.state import Existing
from services.lead_intake.lead.capture_body import DETAILS_BY_SOURCE
from services.lead_intake.lead.events import Source
from services.lead_intake.projections import connections, deliveries
from shared.rules.fields import Flag, Label, Line, Slug
from shared.rules.message import Command, Message, Missing
from shared.store.write_request import WriteResult
from shared.web.requests.input import ResourceId
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Accepted, Call
from shared.web.routing.folded import no_texts
from shared.web.routing.needs import Needs

router = APIRouter(tags=["connections"])
Admin = Annotated[Call, Depends(Needs("admin"))]
Reads = Annotated[Call, Depends(Needs("admin", or_one_of=("leads:read",)))]
Secret = Annotated[str, Field(min_length=8, max_length=500, pattern=r"^[\x21-\x7e]+$")]


class ConnectionFields(Message):
    """`source`, `source_detail` and `details`: of submissions whose kind is not in `kinds`; they belong together."""

    source: Source | None = None
    source_detail: Label | None = None
    details: events.Details = Field(default_factory=dict)
    kinds: dict[Line, events.KindSettings] = Field(default_factory=dict, max_length=events.MAX_ENTRIES)
    fields: dict[Line, events.FieldName] = Field(default_factory=dict, max_length=events.MAX_ENTRIES)
    consent: events.ConsentSettings | None = None
    system: Slug | None = None
    public_url: Line | None = None
    redirect_hosts: Annotated[tuple[Label, ...], Field(max_length=20)] = ()
    legacy_signatures: Flag = False

    @field_validator("source_detail", "details")
    @classmethod
    def of_a_source(cls, value: Any, info: ValidationInfo) -> Any:
        if value and info.data.get("source") is None:
            raise ValueError("comes with a source")
        return value

    @field_validator("details")
    @classmethod
    def of_the_source(cls, details: events.Details, info: ValidationInfo) -> events.Details:
        source = info.data.get("source")
        if details and source not in DETAILS_BY_SOURCE:
            raise ValueError(f"the source {source} has no details")
        return details

    @property
    def kind(self) -> events.KindSettings | None:
        if self.source is None:
            return None
        return events.KindSettings(source=self.source, source_detail=self.source_detail, details=self.details)

    def sent_settings(self) -> dict[str, Any]:
        """The settings that the request contains, by their names in `ConnectionSettings`."""
        sent = self.model_fields_set
        settings = {name: getattr(self, name) for name in events.ConnectionSettings.model_fields if name in sent}
        return settings | ({"kind": self.kind} if "source" in sent else {})


class CreateConnection(ConnectionFields, Command):
    """`secret`: what the vendor signs with; by default one is made. `verify_token`: of Facebook's handshake."""

    connector: events.Connector
    name: Label
    secret: Secret | None = None
    verify_token: Secret | None = None


class ChangeConnection(ConnectionFields, Command):
    """Fields that are absent stay as they are."""

    name: Label | None = None


class RotateSecret(Command):
    """`secret`: by default one is made."""

    secret: Secret | None = None


class ConnectionMade(BaseModel):
    """`path`: where the vendor is to send webhooks. `secret`: one that was made here, shown this once."""

    connection_id: str
    path: str
    secret: str | None
    position: int


class SecretView(BaseModel):
    """`secret`: one that was made here, shown this once. The one before stays valid for a day."""

    secret: str | None
    position: int


class ConnectionView(BaseModel):
    """Never its secrets."""

    connection_id: str
    connector: str
    path: str
    created_at: datetime
    settings: events.ConnectionSettings


class ConnectionRow(BaseModel):
    """`path`: null without `admin`, because it cannot be guessed."""

    connection_id: str
    connector: str
    name: str
    path: str | None
    created_at: datetime


class DeliveryRow(BaseModel):
    """The outcome of one element of a delivery, or of a post of a form. `detail`: the kind of an activity, or why it
    waits in quarantine, without personal data. Repetitions and ignored parts are not listed."""

    position: int
    outcome: Literal["captured", "activity", "profile", "quarantined", "released", "discarded"]
    received_at: datetime
    lead_id: str | None
    capture_id: str | None
    quarantine_id: str | None
    detail: str | None


@router.post("/connections", status_code=201)
async def create_connection(body: CreateConnection, call: Admin) -> ConnectionMade:
    """Create a connection. Its address cannot be guessed; the vendor's own proof is checked all the same."""
    made = None if body.secret else secrets.token_urlsafe(32)
    command = commands.CreateConnection(
        connector=body.connector,
        settings=events.ConnectionSettings(**body.sent_settings()),
        secret=body.secret or made or "",
        verify_token=body.verify_token,
    )
    result = await call.write(DECIDER, str(call.context.clock_and_ids.new_id()), command, is_new_stream=True)
    shown = None if result.replayed else made
    return ConnectionMade(
        connection_id=result.subject, path=path_of(result.subject), secret=shown, position=result.position
    )


@router.get("/connections")
async def list_connections(call: Reads, limit: Limit = 100, after: Cursor = None) -> Page[ConnectionRow]:
    """List the connections that were not removed, in the order in which they were created."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        rows = await connections.find(tx, cursor[0] if cursor else None, limit)
    positions = {row["connection_id"]: row["position"] for row in rows}
    items = [row_view(row, "admin" in call.caller.scopes) for row in rows]
    return make_page(items, limit, lambda row: [positions[row.connection_id]])


@router.get("/connections/{connection_id}")
async def get_connection(connection_id: ResourceId, call: Admin) -> ConnectionView:
    """Get a connection and its settings."""
    state = (await call.fold(DECIDER, connection_id, no_texts)).state
    if not isinstance(state, Existing):
        raise Missing(f"there is no connection {connection_id}")
    return ConnectionView(
        connection_id=connection_id,
        connector=state.connector,
        path=path_of(connection_id),
        created_at=state.created_at,
        settings=state.settings,
    )


@router.patch("/connections/{connection_id}")
async def change_connection(connection_id: ResourceId, body: ChangeConnection, call: Admin) -> Accepted:
    """Change settings of a connection. What is in quarantine can then be read again."""
    sent = body.sent_settings()
    if body.name is None:
        sent.pop("name", None)
    command = commands.ChangeConnection(changes=sent)
    return Accepted(position=(await write(call, connection_id, command)).position)


@router.delete("/connections/{connection_id}")
async def remove_connection(connection_id: ResourceId, call: Admin) -> Accepted:
    """Remove a connection: deliveries are refused from now on, by other processes within five seconds."""
    return Accepted(position=(await write(call, connection_id, commands.RemoveConnection())).position)


@router.post("/connections/{connection_id}/rotate-secret")
async def rotate_secret(
    connection_id: ResourceId,
    call: Admin,
    body: Annotated[RotateSecret, Body()] = RotateSecret(),  # noqa: B008
) -> SecretView:
    """Give a connection another secret. The one before stays valid for a day."""
    made = None if body.secret else secrets.token_urlsafe(32)
    result = await write(call, connection_id, commands.RotateSecret(secret=body.secret or made or ""))
    return SecretView(secret=None if result.replayed else made, position=result.position)


@router.get("/connections/{connection_id}/deliveries")
async def list_deliveries(
    connection_id: ResourceId, call: Reads, limit: Limit = 100, after: Cursor = None
) -> Page[DeliveryRow]:
    """List what the deliveries to a connection yielded, the newest first."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        rows = await deliveries.of_connection(tx, connection_id, cursor[0] if cursor else None, limit)
    if not rows and cursor is None:
        await get_connection(connection_id, call)
    return make_page(delivery_rows(rows), limit, lambda row: [row.position])


async def write(call: Call, connection_id: str, command: commands.ConnectionCommand) -> WriteResult:
    result = await call.write(DECIDER, connection_id, command)
    call.context.found_at_entrances.remove(connection_id)
    return result


def path_of(connection_id: str) -> str:
    return f"/intake/v1/webhooks/{connection_id}"


def row_view(row: dict[str, Any], with_path: bool) -> ConnectionRow:
    return ConnectionRow.model_validate(row | {"path": path_of(row["connection_id"]) if with_path else None})


def delivery_rows(rows: Sequence[deliveries.Row]) -> list[DeliveryRow]:
    return [DeliveryRow.model_validate({name: row[name] for name in DeliveryRow.model_fields}) for row in rows]
