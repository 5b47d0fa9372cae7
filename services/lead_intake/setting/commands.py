"""Commands on the settings."""

from typing import Annotated

from pydantic import Field

from services.lead_intake.setting.events import ReasonKind
from shared.rules.fields import Slug
from shared.rules.message import Command, Message

Reasons = Annotated[tuple[Slug, ...], Field(min_length=1, max_length=100)]


class ReasonLists(Message):
    """The codes that each kind of command takes. Absent lists stay as they are."""

    discard: Reasons | None = None

    def by_kind(self) -> dict[ReasonKind, tuple[str, ...]]:
        return {kind: reasons for kind in ReasonKind if (reasons := getattr(self, kind)) is not None}


class SetReasons(Command):
    reasons: ReasonLists
