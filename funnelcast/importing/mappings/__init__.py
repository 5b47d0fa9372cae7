"""Mappings that come with Funnelcast. Others are YAML files of their users."""

from collections.abc import Callable, Mapping
from pathlib import Path

from funnelcast.importing.kinds import mapping_of_file
from funnelcast.importing.mappings import maven_crm, olist
from funnelcast.importing.record import ExportKind, NamedMapping

FOLDER = Path(__file__).parent
FILES: Mapping[str, tuple[str, ...]] = {
    "bpi2012": ("bpi2012",),
    "dynamics": ("dynamics",),
    "hubspot": ("hubspot",),
    "odoo": ("odoo",),
    "pipedrive": ("pipedrive", "pipedrive_changes"),
    "salesforce": ("salesforce_changes", "salesforce_history", "salesforce"),
    "zoho": ("zoho",),
}
"""The YAML files of a mapping, by its name: the first whose columns an export has is taken."""
IN_PYTHON: Mapping[str, Callable[[], NamedMapping]] = {"maven-crm": maven_crm.mapping, "olist": olist.mapping}
BASES = {name: FOLDER / f"{name}.yaml" for names in FILES.values() for name in names}
"""The mappings that one's own may be based on."""
SUFFIXES = (".yaml", ".yml")


def names() -> list[str]:
    return sorted([*FILES, *IN_PYTHON])


def kinds_of(name: str, kind: str) -> tuple[ExportKind, ...]:
    """Raises `ValueError` for a mapping that does not exist, or has nothing of this kind."""
    mapping = named(name)
    found = tuple(each for each in mapping.kinds if each.kind == kind)
    if not found:
        raise ValueError(f"{name} maps {', '.join(dict.fromkeys(each.kind for each in mapping.kinds))}, not {kind!r}")
    return found


def named(name: str) -> NamedMapping:
    """A mapping that is shipped, or a file's."""
    if name in IN_PYTHON:
        return IN_PYTHON[name]()
    if name in FILES:
        files = (mapping_of_file(FOLDER / f"{each}.yaml", BASES) for each in FILES[name])
        return NamedMapping(name, [kind for each in files for kind in each.kinds])
    if Path(name).suffix not in SUFFIXES:
        raise ValueError(
            f"{name!r} is not among {', '.join(names())}, and no file that ends in {' or '.join(SUFFIXES)}"
        )
    mapping = mapping_of_file(Path(name), BASES)
    if mapping.name in names():
        raise ValueError(f"{name}: {mapping.name!r} is the name of a shipped mapping; choose another")
    return mapping
