"""The mappings that come with us, one module each."""

from collections.abc import Mapping as ByName

from funnelcast.importing.mapping import Mapping, Part
from funnelcast.importing.mappings import maven_crm

SHIPPED: ByName[str, Mapping] = {mapping.name: mapping for mapping in (maven_crm.MAPPING,)}


def part_of(name: str, kind: str) -> Part:
    """Raises `ValueError` for a mapping that there is not, or that has nothing of this kind."""
    if name not in SHIPPED:
        raise ValueError(f"{name!r} is not among {', '.join(SHIPPED)}")
    part = next((part for part in SHIPPED[name].parts if part.kind == kind), None)
    if part is None:
        raise ValueError(f"{name} maps {', '.join(part.kind for part in SHIPPED[name].parts)}, not {kind!r}")
    return part
