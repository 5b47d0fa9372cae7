"""A mapping's YAML file: what is wrong with it is told with its line. All that stands in it is text: `No` is no
Norwegian `false`, and 2017-03-01 no date yet."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from funnelcast.importing.described import DealsTold, LeadsTold
from funnelcast.importing.formats import Told

KINDS: dict[str, type[DealsTold] | type[LeadsTold]] = {"opportunities": DealsTold, "leads": LeadsTold}
LARGEST = 1_000_000


class Wrong(ValueError):
    """Of a place in the file."""

    def __init__(self, node: yaml.Node, text: str) -> None:
        super().__init__(f"line {node.start_mark.line + 1}: {text}")


def read(file: Path) -> DealsTold | LeadsTold:
    """Raises `ValueError`, each line of which names a line of the file."""
    try:
        told = parse(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8") from None
    except ValueError as error:
        raise ValueError("\n".join(f"{file}, {line}" for line in str(error).splitlines())) from None
    return told


def parse(text: str) -> DealsTold | LeadsTold:
    node = composed(text)
    written = plain(node, ())
    kind = written.get("kind") if isinstance(written, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise Wrong(place(node, ("kind",)), f"kind must be one of {', '.join(KINDS)}")
    try:
        return KINDS[kind].model_validate(written)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        raise ValueError("\n".join(str(Wrong(place(node, one["loc"]), text_of(one))) for one in found)) from None


def composed(text: str) -> yaml.Node:
    if len(text) > LARGEST:
        raise ValueError("line 1: this is larger than any mapping")
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValueError(f"line {line}: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"line 1: {' '.join(str(error).split())}") from None
    if node is None:
        raise ValueError("line 1: the file is empty")
    return node


def plain(node: yaml.Node, above: Sequence[yaml.Node]) -> Any:
    """Texts, lists of them and dictionaries."""
    if node in above:
        raise Wrong(node, "this refers to itself")
    inside = (*above, node)
    if isinstance(node, yaml.SequenceNode):
        return [plain(each, inside) for each in node.value]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    found = dict[str, Any]()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise Wrong(key, "a key must be a text")
        if key.value in found:
            raise Wrong(key, f"{key.value!r} stands here twice")
        found[key.value] = plain(value, inside)
    return found


def place(node: yaml.Node, path: Sequence[int | str]) -> yaml.Node:
    """The node that a path leads to, or as far as it leads; of a dictionary's entry, its key."""
    told = node
    for step in path:
        if isinstance(node, yaml.MappingNode):
            entry = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if entry is None:
                return told
            told, node = entry
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            told = node = node.value[step]
    return told


def text_of(error: ErrorDetails) -> str:
    *above, last = [str(step) for step in error["loc"]] or ["the mapping"]
    match error["type"]:
        case "extra_forbidden":
            near = get_close_matches(last, known_keys(), 1)
            return f"unknown key {last!r}{f'; is {near[0]!r} meant?' if near else ''}"
        case "missing":
            return f"{'.'.join([*above, last])} is missing"
        case _:
            return f"{'.'.join([*above, last])}: {error['msg'].removeprefix('Value error, ')}"


def known_keys() -> list[str]:
    return sorted({name for model in Told.__subclasses__() for name in model.model_fields})
