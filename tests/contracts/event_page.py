"""Writes docs/events.md, the page of all public events, from the services' AsyncAPI documents."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.run.service import Service
from tests.contracts.services import SERVICES
from tests.contracts.test_event_schemas import document

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
MOST_NAMED = 15
"""Values of a field that are listed; of a longer list the length and an example is shown."""
LEAST_SHARED = 3
"""Events of a kind, and fields, from which on the fields that most of them share are listed once."""
FORMATS = {"date-time": "instant", "date": "day", "uuid": "UUID"}
NAMES = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}
INTRODUCTION = """# Events

The public events of each service, with the fields of their `data`. [Subscribing](subscribing.md) explains how to
receive them, and what the envelope around `data` is. This page is made from the AsyncAPI documents, which programs read
at `/<service>/v1/asyncapi.json` (`make event-page` writes it).

A field in *italics* may be absent, as in events of earlier versions. By the feed, the stream and webhooks, `data` also
has `by`, the name of the key that sent the command (`made_by` where the event has a `by` of its own), and
`on_behalf_of`, the org node that the key acted for, if it did. A decimal as text is such as `"1234.50"`; a reference to
a text is `{"ref": "<UUID>"}`. New versions may add fields and types.
"""
Fields = Mapping[str, str]


def page() -> str:
    return "\n".join([INTRODUCTION, *(section(service) for service in SERVICES)])


def section(service: Service) -> str:
    schemas = document(service)["components"]["schemas"]
    kinds: dict[str, list[str]] = defaultdict(list)
    for name in sorted(each.removesuffix(".fields") for each in schemas if each.endswith(".fields")):
        kinds[name.partition(".")[0]].append(name)
    parts = [f"## {service.name.capitalize()}\n\nTopic `{service.topic}`, CloudEvents source `/{service.name}`.\n"]
    for kind, names in kinds.items():
        fields = {name: fields_of(schemas[f"{name}.fields"], schemas) for name in names}
        shared = shared_fields(fields)
        if shared:
            parts.append(f"### Fields of most `{kind}.*` events\n\n{table(shared)}")
        parts += [event(name, schemas[f"{name}.fields"]["description"], fields[name], shared) for name in names]
    return "\n".join(parts)


def shared_fields(fields: Mapping[str, Fields]) -> Fields:
    """The fields that more than half of the events have, with the same meaning."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for each in fields.values():
        for item in each.items():
            counts[item] += 1
    shared = {name: text for (name, text), count in counts.items() if 2 * count > len(fields)}
    return shared if min(len(fields), len(shared)) >= LEAST_SHARED else {}


def event(name: str, description: str, fields: Fields, shared: Fields) -> str:
    own = {field: text for field, text in fields.items() if shared.get(field) != text}
    absent = [field for field in shared if field not in fields]
    parts = [f"### {name}\n", *([f"{description}\n"] if description else [])]
    if own:
        parts.append(table(own))
    if len(absent) == len(shared) > 0:
        parts.append("It has none of the fields of most others.\n")
    elif absent:
        parts.append(f"It lacks {', '.join(f'`{plain(field)}`' for field in absent)}.\n")
    return "\n".join(parts)


def table(fields: Fields) -> str:
    rows = [f"| {field} | {text} |" for field, text in fields.items()]
    return "\n".join(["| Field | Value |", "| --- | --- |", *rows]) + "\n"


def plain(field: str) -> str:
    return field.strip("*`")


def fields_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Fields:
    required = schema.get("required", ())
    return {
        f"`{name}`" if name in required else f"*`{name}`*": value(each, schemas)
        for name, each in schema["properties"].items()
    }


def value(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A value's schema in words."""
    if reference := schema.get("$ref"):
        return value(schemas[str(reference).rpartition("/")[2]], schemas)
    if choices := schema.get("anyOf"):
        return ", or ".join(dict.fromkeys(value(each, schemas) for each in choices))
    if "enum" in schema or "const" in schema:
        return one_of(schema.get("enum") or [schema["const"]])
    return value_of_type(schema, schemas)


def one_of(values: Sequence[Any]) -> str:
    if len(values) > MOST_NAMED:
        return f"one of {len(values)} codes, such as `{'EUR' if 'EUR' in values else values[0]}`"
    return ", ".join(f"`{each}`" for each in values)


def value_of_type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    match schema.get("type"):
        case "null":
            return "null"
        case "array":
            return f"list: {value(schema['items'], schemas)}" if schema.get("items") else "list"
        case "object":
            return value_of_object(schema, schemas)
        case "string" if schema.get("examples") == ["1234.50"]:
            return "decimal as text"
        case kind:
            return FORMATS.get(schema.get("format", "")) or NAMES.get(str(kind), "any value")


def value_of_object(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    properties = schema.get("properties", {})
    if set(properties) == {"ref"}:
        return "reference to a text"
    if not properties:
        return "object"
    return f"object ({'; '.join(f'`{name}`: {value(each, schemas)}' for name, each in properties.items())})"


if __name__ == "__main__":
    PAGE.write_text(page())
