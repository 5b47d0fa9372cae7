"""The AsyncAPI document of a service: its public events, and the ways in which they are delivered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from shared.flow import cloudevents
from shared.rules.message import Event
from shared.web.documents.event_schemas import component_schemas

STRUCTURED, BINARY = "application/cloudevents+json", "application/json"
Document = dict[str, Any]
Models = Mapping[str, type[Event]]
HEADERS = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_position"],
    "properties": {
        f"ce_{name}": {"type": "string"}
        for name in (
            *("specversion", "id", "source", "type", "subject", "time", "recordedtime", "position", "stream"),
            *("streamversion", "actor", "correlationid", "causationid", "onbehalfof"),
        )
    },
}
SIGNATURE = {
    "type": "object",
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "properties": {
        "webhook-id": {"type": "string", "description": "The event's id, the same in every repetition"},
        "webhook-timestamp": {"type": "string", "description": "Seconds since 1970"},
        "webhook-signature": {"type": "string", "description": "Standard Webhooks: `v1,` and an HMAC in base64"},
    },
}


@dataclass(frozen=True)
class Channel:
    """One way in which events are delivered. `form`: of its messages. `models`: the types of its events."""

    name: str
    address: str | None
    description: str
    form: str
    models: Collection[str]


def document(
    service: str, topic: str, events: Models, *, has_feed: bool, webhook_events: Models, confined_events: Models
) -> Document:
    """`webhook_events`: what webhooks receive; empty for a service without webhooks. `confined_events`: what callers
    receive who are confined to a part of the organisation, by the stream and by webhooks."""
    streamed, posted = {**events, **confined_events}, {**webhook_events, **(confined_events if webhook_events else {})}
    every = {**streamed, **posted}
    text = "Kafka, in the binary mode of CloudEvents. The topic has internal events, too."
    channels = [Channel("topic", topic, text, "binary", events)]
    if has_feed:
        text = "Server-sent events, resumed by `Last-Event-ID`."
        channels.append(Channel("stream", f"/{service}/v1/events/stream", text, "structured", streamed))
    if webhook_events:
        channels.append(Channel("webhook", None, "POST to the address of a webhook, signed.", "webhook", posted))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Funnelcast {service}: events",
            "version": "1",
            "description": "Fields and types are only ever added. Delivery is at least once, with stable ids.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": STRUCTURED,
        "channels": {channel.name: channel_document(channel) for channel in channels},
        "operations": {f"send_to_{channel.name}": operation(channel) for channel in channels},
        "components": {"messages": messages(channels, every), "schemas": schemas(every)},
    }


def channel_document(channel: Channel) -> Document:
    shown = {name: reference("messages", f"{name}.{channel.form}") for name in sorted(channel.models)}
    return {"address": channel.address, "description": channel.description, "messages": shown}


def operation(channel: Channel) -> Document:
    return {"action": "send", "channel": {"$ref": f"#/channels/{channel.name}"}, "summary": channel.description}


def messages(channels: Collection[Channel], events: Models) -> Document:
    return {
        f"{name}.{channel.form}": message(channel, name, events[name])
        for channel in channels
        for name in sorted(channel.models)
    }


def message(channel: Channel, name: str, event: type[Event]) -> Document:
    shown: Document = {"name": name, "title": name, "summary": " ".join((event.__doc__ or "").split())}
    if channel.form == "binary":
        return shown | {"contentType": BINARY, "headers": HEADERS, "payload": reference("schemas", f"{name}.fields")}
    signed = {"headers": SIGNATURE} if channel.form == "webhook" else {}
    return shown | signed | {"contentType": STRUCTURED, "payload": reference("schemas", f"{name}.event")}


def schemas(events: Models) -> Document:
    envelopes = {f"{name}.event": envelope(name) for name in events}
    return component_schemas(events.values()) | envelopes | {"CloudEvent": cloudevents.JSON_SCHEMA}


def envelope(name: str) -> Document:
    properties = {"type": {"const": name}, "data": reference("schemas", name)}
    return {"allOf": [reference("schemas", "CloudEvent"), {"type": "object", "properties": properties}]}


def reference(kind: str, name: str) -> Document:
    return {"$ref": f"#/components/{kind}/{name}"}
