"""Reads a mapping's YAML file. Errors name their line. All scalars are text: `No` is not `false`, and 2017-03-01 is not
yet a date."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from funnelcast.importing.files.row import shortened
from funnelcast.importing.mapping.deals import DealMapping
from funnelcast.importing.mapping.leads import LeadMapping
from funnelcast.importing.mapping.model import MappingModel, Misplaced
from funnelcast.importing.mapping.org import OrgMapping
from funnelcast.importing.mapping.quotas import QuotaMapping

AnyMapping = DealMapping | LeadMapping | OrgMapping | QuotaMapping
KINDS: Mapping[str, type[AnyMapping]] = {
    "opportunities": DealMapping,
    "leads": LeadMapping,
    "org": OrgMapping,
    "quotas": QuotaMapping,
}
LARGEST = 500_000
DEEPEST = 20
MOST_NODES = 50_000
"""The most nodes of the text, and of what it becomes: an alias may repeat a large part many times."""


class InvalidPlace(ValueError):
    """The message begins with the line of the place."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")


def read_mapping(file: Path, shipped: Mapping[str, Path]) -> AnyMapping:
    """`shipped`: the files on which others may be based. Raises `ValueError`, each line of which names a line of the
    file."""
    try:
        return parse_mapping(file_text(file), shipped)
    except ValueError as error:
        raise ValueError("\n".join(f"{file}, {line}" for line in str(error).splitlines())) from None


def file_text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise InvalidPlace(1, f"the file cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(content) > LARGEST:
            raise InvalidPlace(1, "this is larger than any mapping") from None
        raise InvalidPlace(content.count(b"\n", 0, error.start) + 1, "the file is not UTF-8") from None


def parse_mapping(text: str, shipped: Mapping[str, Path]) -> AnyMapping:
    node = compose(text)
    content = with_base(node, to_python(node), shipped)
    kind = content.get("kind") if isinstance(content, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise InvalidPlace(line_of(node, ("kind",)), f"kind must be one of {', '.join(KINDS)}")
    try:
        return KINDS[kind].model_validate(content)
    except ValidationError as error:
        found = without_what_follows([located(one) for one in error.errors(include_url=False)])
        places = dict.fromkeys(str(InvalidPlace(line_of(node, one["loc"]), message(one))) for one in found)
        raise ValueError("\n".join(places)) from None


def with_base(node: yaml.Node, content: Any, shipped: Mapping[str, Path]) -> Any:
    """A mapping that is based on a shipped one has all that it does not say otherwise."""
    base = content.pop("based_on", None) if isinstance(content, dict) else None
    if base is None:
        return content
    if not isinstance(base, str) or base not in shipped:
        raise InvalidPlace(line_of(node, ("based_on",)), f"based_on must be one of {', '.join(sorted(shipped))}")
    return merged(to_python(compose(shipped[base].read_text(encoding="utf-8"))), content)


REPLACED_WHOLE = ("stages", "outcomes", "reasons", "pipeline", "entered", "sources", "activities", "money")
"""Parts of a mapping that a based one says anew or not at all: half of each would make no sense."""


def merged(base: Any, content: Any, key: str = "") -> Any:
    if not isinstance(base, dict) or not isinstance(content, dict) or key in REPLACED_WHOLE:
        return content
    both = {name: merged(base[name], content[name], name) for name in base if name in content}
    return base | content | both


# -- YAML ------------------------------------------------------------------------------------------------------------


PROBLEMS = {
    "but found another document": "a second document begins here (---): a mapping is one alone",
    r"found character '\t' that cannot start any token": "a tab stands here: blanks are expected",
}
"""Our words for errors of YAML whose own ones say too little."""


def compose(text: str) -> yaml.Node:
    if len(text) > LARGEST:
        raise InvalidPlace(1, "this is larger than any mapping")
    try:
        must_be_shallow(text)
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InvalidPlace(line, f"the character U+{error.character:04X} cannot stand in a mapping") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or error.context or "this is no YAML"
        raise InvalidPlace(line, PROBLEMS.get(problem, problem)) from None
    except yaml.YAMLError as error:
        raise InvalidPlace(1, " ".join(str(error).split())) from None
    if node is None:
        raise InvalidPlace(1, "the file is empty")
    return node


def must_be_shallow(text: str) -> None:
    """Checks the depth before the nodes are made: making deep ones would exhaust the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise InvalidPlace(line, f"this is nested more than {DEEPEST} levels deep")


def to_python(node: yaml.Node) -> Any:
    """Texts, lists of them and dictionaries."""
    return NodeReader().read(node, ())


class NodeReader:
    """Counts what it reads, so that aliases cannot multiply without end."""

    def __init__(self) -> None:
        self.nodes = 0

    def read(self, node: yaml.Node, above: Sequence[yaml.Node]) -> Any:
        self.nodes += 1
        if node in above:
            raise InvalidPlace(line(node), "this refers to itself")
        if self.nodes > MOST_NODES:
            raise InvalidPlace(line(node), f"this has more than {MOST_NODES} entries")
        if isinstance(node, yaml.SequenceNode):
            return [self.read(each, (*above, node)) for each in node.value]
        return self.entries(node, (*above, node)) if isinstance(node, yaml.MappingNode) else node.value

    def entries(self, node: yaml.MappingNode, above: Sequence[yaml.Node]) -> dict[str, Any]:
        found = dict[str, Any]()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise InvalidPlace(line(key), "a key must be a text")
            if key.value in found:
                raise InvalidPlace(line(key), f"the key {key.value!r} is in the mapping twice")
            found[key.value] = self.read(value, above)
        return found


def line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def line_of(node: yaml.Node, path: Sequence[int | str]) -> int:
    """The line of the node that a path leads to, or as far as it leads; of a dictionary's entry, its key's."""
    place = node
    for step in path:
        if isinstance(node, yaml.MappingNode):
            entry = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if entry is None:
                break
            place, node = entry
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            place = node = node.value[step]
    return line(place)


# -- messages --------------------------------------------------------------------------------------------------------


def located(error: ErrorDetails) -> ErrorDetails:
    """The error of the key to blame, where it is not that of the model."""
    cause = error.get("ctx", {}).get("error")
    path = cause.path if isinstance(cause, Misplaced) else ()
    return {**error, "loc": (*error["loc"], *path)}


def without_what_follows(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """A list is too short also when what is in it is wrong: that is said already."""
    places = {error["loc"][:-1] for error in errors} | {error["loc"][:-2] for error in errors}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in places]


def message(error: ErrorDetails) -> str:
    *above, last = [str(step) for step in error["loc"]] or ["the mapping"]
    path = ".".join([*above, last])
    match error["type"]:
        case "extra_forbidden":
            return unknown_key(last, ".".join(above))
        case "missing":
            return f"{path} is missing"
        case "value_error":
            return f"{path}: {error['msg'].removeprefix('Value error, ')}"
        case "literal_error" | "enum":
            return f"{path}: {error['msg'].replace('Input should', 'must')}"
        case kind:
            return f"{path} must be {EXPECTED.get(kind) or EXPECTED_HERE.get(last, 'written otherwise')}"


def unknown_key(key: str, above: str) -> str:
    known = known_keys()
    if key in known:
        return f"the key {key!r} does not belong {f'into {above}' if above else 'here'}"
    near = get_close_matches(key, known, 1)
    return f"unknown key {shortened(key)!r}{f'; is {near[0]!r} meant?' if near else ''}"


EXPECTED = {
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "string_pattern_mismatch": "a name of a-z, 0-9, dots and dashes, such as acme",
    "model_type": "a mapping of keys and values",
    "model_attributes_type": "a mapping of keys and values",
    "mapping_type": "a mapping of keys and values",
    "dict_type": "a mapping of keys and values",
    "string_unicode": "a text of whole characters",
    "tuple_type": "a list",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "decimal_parsing": "a number",
    "decimal_type": "a number",
    "int_parsing": "a whole number",
    "too_short": "a list or mapping that is not empty",
}
EXPECTED_HERE = {"pivot": "a year from 1900 to 2100"}


def known_keys() -> list[str]:
    """The keys that any model of a mapping has."""
    found, waiting = set[str](), list[type[MappingModel]](MappingModel.__subclasses__())
    for model in waiting:
        found.update(model.model_fields)
        waiting += model.__subclasses__()
    return sorted(found)
