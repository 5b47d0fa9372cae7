"""The search for a name that a node has already: events hold references to names, the vault holds the names."""

from collections.abc import Collection, Mapping
from uuid import UUID

from services.forecast.org.events import vault_subject
from shared.store import vault
from shared.store.slices import in_slices
from shared.web.routing.call import Call


async def same_name_refs(call: Call, names: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], frozenset[UUID]]:
    """The references by node and name, under which the vault has just this name for the node."""
    async with call.context.reads.connect() as tx:
        kept = await vault.read_subjects(tx, {vault_subject(node) for node, _ in names})
    found = {}
    async for node, name in in_slices(names):
        found[node, name] = frozenset(ref for ref, value in kept[vault_subject(node)].items() if value == name)
    return found
