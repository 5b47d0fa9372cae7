"""What one may ask of the organisation."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema

from services.forecast.org.events import NodeKind
from shared.rules.message import Command, Instant, Prose, Slug


def midnight(value: Any) -> Any:
    """A day alone means its first instant."""
    return f"{value}T00:00:00Z" if isinstance(value, str) and len(value) == len("2017-01-01") else value


From = Annotated[
    Instant,
    BeforeValidator(midnight),
    WithJsonSchema({"anyOf": [{"type": "string", "format": kind} for kind in ("date-time", "date")]}),
]
"""From when on something holds: an instant or a day."""


class NodeBody(Command):
    """Without `from`: from now on, and for a new node from the beginning. No parent: the root."""

    name: Prose
    kind: NodeKind
    parent: Slug | None
    starts: From | None = Field(None, alias="from")


class PlaceNode(Command):
    """`same_as`: the reference under which the vault has this very name, where it is the node's already."""

    node: Slug
    name: Prose
    same_as: UUID | None = None
    kind: NodeKind
    parent: Slug | None
    starts: datetime | None = None


class EndNode(Command):
    """The node becomes inactive, by default now."""

    node: Slug
    starts: datetime | None = None


class ImportedNode(PlaceNode):
    line: int


class ImportNodes(Command):
    """All lines hold at the end, in whatever order they come; or none."""

    lines: tuple[ImportedNode, ...]


OrgCommand = PlaceNode | EndNode | ImportNodes
