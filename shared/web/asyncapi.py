"""The AsyncAPI document of a service: its public events, and the ways in which they are delivered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from shared.flow import cloudevents
from shared.rules.message import Event
from shared.web.event_schemas import component_schemas

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
class Way:
    """One way in which events are delivered: a channel with the messages of this form."""

    name: str
    address: str | None
    description: str
    form: str
    models: Collection[str]


def document(
    service: str, topic: str, events: Models, *, has_feed: bool, webhook_events: Models, seen_events: Models
) -> Document:
    """`webhook_events`: what webhooks receive; none: there are none. `seen_events`: what callers receive who are
    confined to a part of the organisation, by the stream and by webhooks."""
    streamed, posted = {**events, **seen_events}, {**webhook_events, **(seen_events if webhook_events else {})}
    every = {**streamed, **posted}
    text = "Kafka, in the binary mode of CloudEvents. The topic has internal events, too."
    ways = [Way("topic", topic, text, "binary", events)]
    if has_feed:
        text = "Server-sent events, resumed by `Last-Event-ID`."
        ways.append(Way("stream", f"/{service}/v1/events/stream", text, "structured", streamed))
    if webhook_events:
        ways.append(Way("webhook", None, "POST to the address of a webhook, signed.", "webhook", posted))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Funnelcast {service}: events",
            "version": "1",
            "description": "Fields and types are only ever added. Delivery is at least once, with stable ids.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": STRUCTURED,
        "channels": {way.name: channel(way) for way in ways},
        "operations": {f"send_to_{way.name}": operation(way) for way in ways},
        "components": {"messages": messages(ways, every), "schemas": schemas(every)},
    }


def channel(way: Way) -> Document:
    shown = {name: reference("messages", f"{name}.{way.form}") for name in sorted(way.models)}
    return {"address": way.address, "description": way.description, "messages": shown}


def operation(way: Way) -> Document:
    return {"action": "send", "channel": {"$ref": f"#/channels/{way.name}"}, "summary": way.description}


def messages(ways: Collection[Way], events: Models) -> Document:
    return {f"{name}.{way.form}": message(way, name, events[name]) for way in ways for name in sorted(way.models)}


def message(way: Way, name: str, event: type[Event]) -> Document:
    shown: Document = {"name": name, "title": name, "summary": " ".join((event.__doc__ or "").split())}
    if way.form == "binary":
        return shown | {"contentType": BINARY, "headers": HEADERS, "payload": reference("schemas", f"{name}.fields")}
    signed = {"headers": SIGNATURE} if way.form == "webhook" else {}
    return shown | signed | {"contentType": STRUCTURED, "payload": reference("schemas", f"{name}.event")}


def schemas(events: Models) -> Document:
    envelopes = {f"{name}.event": envelope(name) for name in events}
    return component_schemas(events.values()) | envelopes | {"CloudEvent": cloudevents.JSON_SCHEMA}


def envelope(name: str) -> Document:
    properties = {"type": {"const": name}, "data": reference("schemas", name)}
    return {"allOf": [reference("schemas", "CloudEvent"), {"type": "object", "properties": properties}]}


def reference(kind: str, name: str) -> Document:
    return {"$ref": f"#/components/{kind}/{name}"}
