"""The mappings that come with us; others are YAML files of their users."""

from pathlib import Path

from funnelcast.importing import parts
from funnelcast.importing.mapping import Mapping, Part
from funnelcast.importing.mappings import maven_crm, olist

BPI2012 = parts.mapping(Path(__file__).with_name("bpi2012.yaml"))
SHIPPED = {mapping.name: mapping for mapping in (maven_crm.MAPPING, BPI2012, olist.MAPPING)}
WRITTEN = (".yaml", ".yml")


def part_of(name: str, kind: str) -> Part:
    """Raises `ValueError` for a mapping that there is not, or that has nothing of this kind."""
    mapping = named(name)
    part = next((part for part in mapping.parts if part.kind == kind), None)
    if part is None:
        raise ValueError(f"{name} maps {', '.join(part.kind for part in mapping.parts)}, not {kind!r}")
    return part


def named(name: str) -> Mapping:
    """One of ours, or a file."""
    if name in SHIPPED:
        return SHIPPED[name]
    if Path(name).suffix not in WRITTEN:
        raise ValueError(f"{name!r} is not among {', '.join(SHIPPED)}, and no file that ends in {' or '.join(WRITTEN)}")
    mapping = parts.mapping(Path(name))
    if mapping.name in SHIPPED:
        raise ValueError(f"{name}: {mapping.name!r} is the name of a mapping that comes with us; choose another")
    return mapping
