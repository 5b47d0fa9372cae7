"""JSON Schema of the data of events, as feed, stream, topic and webhooks deliver them.

New versions add fields, so the schemas allow more than they name. Fields that old events may lack are not required.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from shared.rules.message import Event

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMPONENTS = "#/components/schemas/{model}"
ACTOR: Schema = {"type": "string", "description": "The name of the key that sent the command"}
NODE: Schema = {"type": "string", "description": "The org node that the key acted for, if it did"}


def data_schema(event: type[Event], path: str) -> Schema:
    """The document at this path."""
    schema = event.stored_form_of().json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": path} | described(event, schema)


def component_schemas(events: Iterable[type[Event]]) -> dict[str, Schema]:
    """The schemas for one document, by event type and by the names of the definitions that they share. The topic has
    the events' own fields alone: `<type>.fields`."""
    by_type = {event.type: event for event in events}
    forms = [(name, "serialization", event.stored_form_of()) for name, event in by_type.items()]
    found, whole = TypeAdapter.json_schemas(forms, ref_template=COMPONENTS)  # type: ignore[arg-type]
    definitions: dict[str, Schema] = whole.get("$defs", {})
    made = {name: schema_of(definitions, dict(found[name, "serialization"])) for name in by_type}
    components = {name: open_to_more(each) for name, each in definitions.items()}
    for name, schema in made.items():
        components[name] = described(by_type[name], schema)
        components[f"{name}.fields"] = own_fields(by_type[name], schema)
    return components


def schema_of(definitions: dict[str, Schema], schema: Schema) -> Schema:
    """An event whose model became a definition is taken from there."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return definitions.pop(name) if name in definitions else schema


def described(event: type[Event], schema: Schema) -> Schema:
    """An event that has a field `by` of its own names the key in `made_by`."""
    own = own_fields(event, schema)
    actor = "made_by" if "by" in own["properties"] else "by"
    required = sorted({*own["required"], actor})
    return own | {"properties": {**own["properties"], actor: ACTOR, "on_behalf_of": NODE}, "required": required}


def own_fields(event: type[Event], schema: Schema) -> Schema:
    required = [name for name in schema.get("required", ()) if not event.may_lack(name)]
    text = " ".join((event.__doc__ or "").split())
    whole: Schema = {"properties": {}} | schema | {"title": event.type, "description": text, "required": required}
    opened: Schema = open_to_more(whole)
    return opened


def open_to_more(node: Any) -> Any:
    """A copy of the schema that allows other fields. The models forbid them only in what is written here."""
    if isinstance(node, list):
        return [open_to_more(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        name: open_to_more(value) for name, value in node.items() if (name, value) != ("additionalProperties", False)
    }
