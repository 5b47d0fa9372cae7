"""The bytes of a body become JSON values without loss: no id becomes a float, no byte is dropped unsaid."""

import json
import re
from codecs import lookup
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

from services.lead_intake.connectors.delivery import Json, JsonObject
from services.lead_intake.lead.classification import words

DEEPEST = 64
"""Levels of nesting. What walks through a value calls itself once per level."""
MOST_DIGITS = 18
MOST_FIELDS = 2_000
"""The most fields that a form may have."""
CHARSETS = words("""
    utf-8 ascii iso8859-1 iso8859-15 cp1252 shift_jis cp932 iso2022_jp euc_jp euc_kr gb2312 gbk gb18030 big5
    big5hkscs""")
"""The charsets that browsers send forms in. A codec's mere name is no reason to run it."""
BRACKET = re.compile(r"\[([^\[\]]*)\]")


class Malformed(Exception):
    """A body or an element cannot be read. The text says why, without personal data."""


def json_value(body: bytes) -> Json:
    """The value of a JSON text. Of an object's equal names the last one counts, as in the vendors' own JavaScript.
    Raises `Malformed`."""
    try:
        value = json.loads(body, parse_float=str, parse_int=whole_number, parse_constant=refuse_constant)
    except UnicodeDecodeError as error:
        raise Malformed("the body is not in UTF-8") from error
    except RecursionError as error:
        raise Malformed("the body is nested too deeply") from error
    except ValueError as error:
        raise Malformed("the body is not JSON") from error
    must_be_shallow(value)
    return value


def whole_number(digits: str) -> int | str:
    """Numbers that no store keeps as numbers stay texts."""
    return int(digits) if len(digits) <= MOST_DIGITS else digits


def refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def must_be_shallow(value: Json) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in members(outer)]
        if not level:
            return
    raise Malformed("the body is nested too deeply")


def members(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def form_fields(body: bytes, charset: str = "utf-8") -> Iterator[tuple[str, str]]:
    """The names and values of a urlencoded form, in its order. Raises `Malformed`."""
    codec = form_codec(charset)
    pairs = [pair for pair in body.split(b"&") if pair]
    if len(pairs) > MOST_FIELDS:
        raise Malformed("the form has too many fields")
    try:
        for pair in pairs:
            name, _, value = pair.replace(b"+", b" ").partition(b"=")
            yield unquote_to_bytes(name).decode(codec), unquote_to_bytes(value).decode(codec)
    except UnicodeDecodeError as error:
        raise Malformed(f"the form is not in {codec}") from error


def form_codec(charset: str) -> str:
    try:
        codec = lookup(charset).name
    except (LookupError, ValueError) as error:
        raise Malformed("the form's charset is unknown") from error
    if codec not in CHARSETS:
        raise Malformed("the form's charset is unknown")
    return codec


def nested_form(fields: Iterable[tuple[str, str]]) -> JsonObject:
    """`data[merges][EMAIL]=x` becomes an object in an object; `tags[]` counts from 0. Raises `Malformed`."""
    form: JsonObject = {}
    for name, value in fields:
        *parents, last = path_of(name)
        target = form
        for step in parents:
            target = child(target, step)
        key = last or str(len(target))
        if isinstance(target.get(key), dict):
            raise Malformed("a field of the form has both a value and fields of its own")
        target[key] = value
    must_be_shallow(form)
    return form


def path_of(name: str) -> list[str]:
    root, bracket, rest = name.partition("[")
    steps = BRACKET.findall(bracket + rest)
    return [root, *steps] if "".join(f"[{step}]" for step in steps) == bracket + rest else [name]


def child(parent: JsonObject, step: str) -> JsonObject:
    inner = parent.setdefault(step or str(len(parent)), {})
    if not isinstance(inner, dict):
        raise Malformed("a field of the form has both a value and fields of its own")
    return inner
