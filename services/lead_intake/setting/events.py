"""Events of the settings, stored for ever: add, never change."""

from enum import StrEnum
from typing import ClassVar

from shared.rules.fields import Slug
from shared.rules.message import Event, Parser, parser


class ReasonKind(StrEnum):
    """The commands that need a reason."""

    DISCARD = "discard"


class ReasonsChanged(Event):
    """The codes that a kind of command takes from now on. Codes in stored events stay."""

    type: ClassVar[str] = "setting.reasons_changed"
    kind: ReasonKind
    reasons: tuple[Slug, ...]


SettingEvent = ReasonsChanged
PARSE: Parser[SettingEvent] = parser(SettingEvent)
