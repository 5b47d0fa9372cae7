"""Ids made of people's names and of other systems' ids."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from anyascii import anyascii

from funnelcast.importing.files.row import InvalidRow, invalid_cell, shortened
from funnelcast.importing.files.workbook import WorkbookNumber
from shared.rules.fields import has_address

LONGEST_NODE_ID = 100
LONGEST_ID = 149
ROUNDED_ID = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+[0-9]{1,3}")
EXACT_DIGITS = 15
"""A spreadsheet keeps no more digits of a number."""
UNSAFE = re.compile(r"[\s\x00-\x1f\x7f]|%(?=[0-9A-Fa-f]{2})")


@lru_cache(8192)
def slug(name: str) -> str:
    """The id of a node in the organisation: `Mei-Mei Johns` → `mei-mei-johns`, `Иван Петров` → `ivan-petrov`."""
    latin = "".join(map(transliterated, unicodedata.normalize("NFKC", name)))
    made = re.sub(r"[^a-z0-9]+", "-", latin.lower()).strip("-")[:LONGEST_NODE_ID]
    if not made:
        raise InvalidRow(f"no id can be made of the name {shortened(name)!r}")
    return made


def transliterated(character: str) -> str:
    """The letters of a letter's transliteration: signs that it adds are no part of an id."""
    if character.isascii():
        return character
    latin = anyascii(character)
    is_letter = unicodedata.category(character)[0] in "LM"
    return "".join(each for each in latin if each.isalnum()) if is_letter else latin


def same_name(name: str) -> str:
    """Equal for spellings of a name that differ in case, blanks and the encoding of accents alone."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass
class NodeIds:
    """The node of each name. A table names some of them; others are made of the name. Two different names that would
    make one id are refused, because they may be two people."""

    table: Mapping[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, str] = field(init=False)
    listed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {same_name(name): node for name, node in self.table.items()}
        self.listed = frozenset(self.table.values())
        self.first |= {node: name for name, node in self.table.items()}

    def of(self, label: str, name: str, notes: list[str]) -> str:
        listed = self.by_name.get(same_name(name))
        if listed is not None:
            return listed
        node = node_id_of(label, name)
        first = self.first.setdefault(node, name)
        if node not in self.listed and same_name(first) != same_name(name):
            raise InvalidRow(
                f"{label} {shortened(name)!r} and {shortened(first)!r} would both be {node!r}: "
                "the mapping has to say which node each of them is (owners)"
            )
        if first != name:
            notes.append(f"{label} {shortened(name)!r} taken for {shortened(first)!r}")
        return node


def node_id_of(label: str, name: str) -> str:
    try:
        return slug(name)
    except InvalidRow:
        raise invalid_cell(label, name, "a name with a letter or a digit", "Ann Lee") from None


def external_id(mapping: str, label: str, text: str, notes: list[str]) -> str:
    """`mapping:id`. What an external id must not contain is encoded, and counted.

    Blanks are percent-encoded. An id with an @ may be an e-mail address, which must not stand in events for ever: its
    digest stands for it.
    """
    must_be_exact(label, text)
    if has_address(text):
        return f"{mapping}:{without_address(label, text, notes)}"
    safe = UNSAFE.sub(lambda found: quote(found[0], safe=""), text)
    if safe != text:
        notes.append(f"{label} has blanks or percent signs: they are percent-encoded")
    if len(safe) > LONGEST_ID:
        raise InvalidRow(f"{label} {shortened(text)!r} is too long: at most {LONGEST_ID} characters are expected")
    return f"{mapping}:{safe}"


def without_address(label: str, text: str, notes: list[str]) -> str:
    """The text; if it may contain an e-mail address, the digest that stands for it, which is counted."""
    if not has_address(text):
        return text
    notes.append(f"{label} has an @: a digest stands for it")
    return f"sha256-{sha256(text.encode()).hexdigest()[:32]}"


def must_be_exact(label: str, text: str) -> None:
    """A spreadsheet turns a long number into `1.23E+15`, and many ids into the same."""
    is_long = isinstance(text, WorkbookNumber) and len(text.strip("0")) > EXACT_DIGITS
    if is_long or ROUNDED_ID.fullmatch(text):
        raise InvalidRow(
            f"{label} {text!r} was rounded by a spreadsheet: the id as it was is expected, such as 1234567"
        )
