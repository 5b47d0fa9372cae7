"""Commands on the organisation."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import Field, SkipValidation

from services.forecast.org.events import NodeKind, OrgEvent
from services.forecast.periods.starts import From
from shared.rules.fields import Prose, Slug
from shared.rules.message import Command


class NodeBody(Command):
    """Without `from`: from now on, and for a new node from the beginning. The root has no parent."""

    name: Prose
    kind: NodeKind
    parent: Slug | None
    starts: From | None = Field(None, alias="from")


class Placement(NamedTuple):
    """The place and the name that a node is to have. `same_name_refs`: the references under which the vault has this
    very name for this node, because events hold references alone. Without `starts`: from now on, and for a new node
    from the beginning."""

    node: str
    name: str
    kind: NodeKind
    parent: str | None
    starts: datetime | None = None
    same_name_refs: frozenset[UUID] = frozenset()


class PlaceNode(Command):
    """A placement, as a command."""

    node: Slug
    name: Prose
    kind: NodeKind
    parent: Slug | None
    starts: datetime | None = None
    same_name_refs: frozenset[UUID] = frozenset()

    @property
    def placement(self) -> Placement:
        return Placement(self.node, self.name, self.kind, self.parent, self.starts, self.same_name_refs)


class EndNode(Command):
    """The node becomes inactive, by default now."""

    node: Slug
    starts: datetime | None = None


class TableLine(NamedTuple):
    """`number` counts the table's lines; its header is line 1."""

    number: int
    placement: Placement


class PreparedImport(NamedTuple):
    """The events that a table leads to from the state of this version."""

    version: int
    events: tuple[OrgEvent, ...]


class ImportNodes(Command):
    """All lines are taken, in whatever order they come, or none. `prepared` spares deciding under the append lock, if
    the organisation did not change since."""

    lines: SkipValidation[tuple[TableLine, ...]]
    prepared: SkipValidation[PreparedImport | None] = None


OrgCommand = PlaceNode | EndNode | ImportNodes
