"""The commands that a deal's state allows, each with the fields of its form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from funnelcast.pages.person import Person

Kind = Literal["text", "money", "date", "choice", "note"]
Options = Sequence[str]
OPEN_CATEGORIES = ("commit", "upside", "pipeline", "omitted")
UNQUALIFIED_CATEGORIES = ("pipeline", "omitted")


@dataclass(frozen=True)
class Field:
    """`value`: what the form begins with."""

    name: str
    label: str
    kind: Kind
    options: Options = ()
    value: str = ""
    required: bool = True


@dataclass(frozen=True)
class CommandForm:
    """The form of a command on a page."""

    name: str
    title: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Choices:
    """The choices that the services know: the open stages of the deal's process up to the first qualified one and from
    it on, and the codes of reasons by command."""

    unqualified: Options
    qualified: Options
    reasons: Mapping[str, Options]

    def reason(self, command: str) -> Field:
        return Field("reason", "Reason", "choice", self.reasons.get(command, ()))


def allowed_commands(deal: Mapping[str, Any], choices: Choices, person: Person) -> list[CommandForm]:
    """The commands that the person and the state allow; the service decides once more."""
    if not person.may("pipeline:write"):
        return []
    if deal["outcome"] is None:
        return [*moves(deal, choices), *changes(deal), *endings(deal, choices)]
    return [*after_the_end(deal, choices, person)]


def moves(deal: Mapping[str, Any], choices: Choices) -> Iterator[CommandForm]:
    stages = choices.qualified if deal["qualified"] else choices.unqualified
    others = [stage for stage in stages if stage != deal["stage"]]
    if not deal["qualified"]:
        yield CommandForm("qualify", "Qualify", (Field("to_stage", "To stage", "choice", choices.qualified),))
    if others:
        yield CommandForm("advance", "Move to another stage", (Field("to_stage", "To stage", "choice", others),))


def changes(deal: Mapping[str, Any]) -> Iterator[CommandForm]:
    categories = OPEN_CATEGORIES if deal["qualified"] else UNQUALIFIED_CATEGORIES
    amount = (deal["amount"] or {}).get("amount", "")
    yield CommandForm("set-amount", "Change the amount", (Field("amount", "Amount", "money", value=amount),))
    date = Field("close_date", "Expected to close on", "date", value=deal["close_date"] or "")
    yield CommandForm("set-close-date", "Change the close date", (date,))
    category = Field("category", "Category", "choice", categories, deal["category"])
    yield CommandForm("set-category", "Set the category by hand", (category,))
    yield CommandForm("assign", "Give to another owner", (Field("owner", "Owner", "text", value=deal["owner"]),))


def endings(deal: Mapping[str, Any], choices: Choices) -> Iterator[CommandForm]:
    note = Field("note", "Note", "note", required=False)
    if deal["qualified"]:
        amount = (deal["amount"] or {}).get("amount", "")
        yield CommandForm("win", "Win", (Field("amount", "At", "money", value=amount, required=False),))
    yield CommandForm("lose", "Lose", (choices.reason("lose"), note))
    yield CommandForm("recycle", "Recycle to nurture", (choices.reason("recycle"), note))


def after_the_end(deal: Mapping[str, Any], choices: Choices, person: Person) -> Iterator[CommandForm]:
    date = Field("close_date", "Expected to close on", "date")
    note = Field("note", "Note", "note", required=False)
    yield CommandForm("reopen", "Reopen", (choices.reason("reopen"), date, note))
    if person.may("pipeline:correct"):
        amount = Field("amount", "Amount", "money", value=(deal["amount"] or {}).get("amount", ""), required=False)
        yield CommandForm("correct", "Correct", (choices.reason("correct"), amount, note))


def body_of(command: CommandForm, fields: Mapping[str, str]) -> dict[str, Any]:
    """The body of the command that the form means: fields that were left empty are left out, where they may be."""
    body: dict[str, Any] = {}
    for field in command.fields:
        value = fields.get(field.name, "")
        if value or field.required:
            is_money = field.kind == "money"
            body[field.name] = {"amount": value, "currency": fields.get("currency", "")} if is_money else value
    return body
