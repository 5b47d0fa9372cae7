"""The past of an opportunity as an import sends it."""

from typing import Annotated, Literal

from pydantic import Field

from services.pipeline.opportunity import commands
from shared.rules.fields import ExternalId, Instant
from shared.rules.message import Message

MOST_FACTS = 1000
"""The most facts of a history. An export says each as a step, then how the deal ended, what changed last, and where it
stands."""


class OpenFact(commands.OpenOpportunity):
    command: Literal["open"]


class EnterStageFact(commands.EnterStage):
    command: Literal["enter_stage"]


class SetAmountFact(commands.SetAmount):
    command: Literal["set-amount"]


class SetCloseDateFact(commands.SetCloseDate):
    command: Literal["set-close-date"]


class SetCategoryFact(commands.SetCategory):
    command: Literal["set-category"]


class AssignFact(commands.Assign):
    command: Literal["assign"]


class WinFact(commands.Win):
    command: Literal["win"]


class LoseFact(commands.Lose):
    command: Literal["lose"]


class RecycleFact(commands.Recycle):
    command: Literal["recycle"]


class ReopenFact(commands.Reopen):
    command: Literal["reopen"]


class CorrectFact(commands.Correct):
    command: Literal["correct"]


Fact = Annotated[
    OpenFact
    | EnterStageFact
    | SetAmountFact
    | SetCloseDateFact
    | SetCategoryFact
    | AssignFact
    | WinFact
    | LoseFact
    | RecycleFact
    | ReopenFact
    | CorrectFact,
    Field(discriminator="command"),
]
"""One step of a past history: a command under its name."""


class History(Message):
    """The whole past of one opportunity, in order. The first fact opens it. `exported_at`: the instant of the
    export, if it is one of a row of exports."""

    external_id: ExternalId
    exported_at: Instant | None = None
    facts: tuple[Fact, ...] = Field(min_length=1, max_length=MOST_FACTS)


class ExportedDeal(Message):
    """An export's statement about one opportunity: the last step says where it stands. `exported_at`: the instant of
    the export; the rows of an older one are refused."""

    external_id: ExternalId
    exported_at: Instant | None = None
    steps: tuple[commands.MatchExport, ...] = Field(min_length=1, max_length=MOST_FACTS + 3)
