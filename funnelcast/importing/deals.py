"""Deals as a YAML mapping describes them: what both kinds of export have in common, and the part that comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from funnelcast.importing.amounts import Amounts
from funnelcast.importing.cells import exact, slug
from funnelcast.importing.dates import Dates, stated
from funnelcast.importing.described import Cell, DealsTold, columns
from funnelcast.importing.export import Row, Unfit
from funnelcast.importing.mapping import Beside, Body, Mapped
from funnelcast.importing.prices import Prices, price_list
from funnelcast.importing.stages import Target


@dataclass
class Story:
    """The facts of one deal so far, in order. `stage`: the open one it is in."""

    facts: list[Body] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stage: str = ""
    at: datetime | None = None
    ended: Body | None = None

    def add(self, command: str, at: datetime, **told: Any) -> Body:
        if self.at is not None and at < self.at:
            raise Unfit(f"{stated(at)} lies before {stated(self.at)}, where the deal was already")
        self.at = at
        fact = {"command": command, **told, "occurred_at": stated(at)}
        self.facts.append(fact)
        return fact


def estimated(story: Story) -> bool:
    """Whether the amount, as last told, is the price list's."""
    told = next((fact for fact in reversed(story.facts) if "amount" in fact), {})
    return told.get("amount_estimated") is True


@dataclass(frozen=True)
class Deals:
    """A description with its parts made ready."""

    told: DealsTold
    dates: Dates
    amounts: Amounts | None
    prices: Prices

    def target(self, row: Row) -> Target | None:
        """None for what means nothing here."""
        word = self.told.fields.stage.read(row)
        if word in self.told.stages:
            return self.told.stages[word]
        if word in self.told.ignored:
            return None
        raise Unfit(f"{self.told.fields.stage.label} {word!r} is none of {', '.join(self.told.stages)}")

    def open(self, story: Story, row: Row, at: datetime, target: Target) -> None:
        """In its own stage, or, when it begins with its end, in the first."""
        stages = [each.stage for each in self.told.process.stages]
        story.stage = target.stage if target.stage in stages else stages[0]
        pipeline = {"pipeline": self.told.pipeline.name} if self.told.pipeline else {}
        story.add("open", at, **self.described(story, row), **pipeline, stage=story.stage)

    def described(self, story: Story, row: Row) -> Body:
        fields = self.told.fields
        product = self.product(row)
        return {
            "name": fields.name.needed(row),
            "account": fields.account.needed(row),
            "owner": self.owner(row),
            "motion": fields.motion.needed(row),
            **({"product": product} if product else {}),
            **self.priced(story, row, product),
        }

    def owner(self, row: Row) -> str:
        return slug(self.told.fields.owner.needed(row))

    def product(self, row: Row) -> str:
        written = self.told.fields.product.read(row) if self.told.fields.product else ""
        return self.prices.name(written)

    def priced(self, story: Story, row: Row, product: str) -> Body:
        """The amount that is written, else the price list's as an estimate, else none."""
        if amount := self.amount(row):
            if not amount["amount"].strip("0."):
                story.notes.append("the amount is 0")
            return {"amount": amount}
        price = self.prices.price(product) if product else None
        if price is None or self.amounts is None:
            story.notes.append("amount unknown")
            return {}
        story.notes.append("amount estimated from the price list")
        return {"amount": {"amount": price, "currency": self.amounts.currency_of(row)}, "amount_estimated": True}

    def amount(self, row: Row) -> Body | None:
        where = self.told.fields.amount
        if where is None or self.amounts is None:
            return None
        return self.amounts.money(where.label, where.read(row), row)

    def close_date(self, row: Row) -> str | None:
        where = self.told.fields.close_date
        written = where.read(row) if where else ""
        return self.dates.day(where.label, written).isoformat() if where and written else None

    def moment(self, where: Cell | None, row: Row) -> datetime:
        if where is None:
            raise Unfit("the mapping does not name the field closed, which the end of a deal needs")
        return self.dates.moment(where.label, where.needed(row))

    def enter(self, story: Story, row: Row, at: datetime, target: Target) -> None:
        """A stage, or the end."""
        process = self.told.process
        if target.stage is not None and target.stage not in (process.won, process.lost):
            story.stage = target.stage
            story.add("enter_stage", at, to_stage=target.stage)
        elif target.stage == process.won:
            self.win(story, at)
        else:
            command = "recycle" if target.recycled else "lose"
            reason = target.recycled or target.lost or self.reason(row)
            story.ended = story.add(command, at, reason=reason)

    def win(self, story: Story, at: datetime) -> None:
        process = self.told.process
        if not process.is_qualified(story.stage):
            story.notes.append("won out of an unqualified stage: taken as qualified at that moment")
            story.add("enter_stage", at, to_stage=process.first_qualified)
        if estimated(story):
            story.notes.append("won without an amount: no estimate stands for it")
            story.add("set-amount", at, amount=None)
        day = at.astimezone(self.dates.zone).date().isoformat()
        story.ended = story.add("win", at, close_date=day)

    def reason(self, row: Row) -> str:
        """A list without a blank takes a blank for `other`."""
        where = self.told.fields.reason
        written = where.read(row) if where else ""
        if written in self.told.reasons:
            return self.told.reasons[written]
        if written:
            raise Unfit(f"{where.label if where else ''} {written!r} is none of {', '.join(self.told.reasons)}")
        return "other"

    def mapped(self, story: Story, row: Row) -> Mapped:
        external_id = f"{self.told.mapping}:{exact(self.told.fields.id.needed(row))}"
        return Mapped([{"external_id": external_id, "facts": story.facts}], story.notes)


def made_ready(told: DealsTold, beside: Beside) -> tuple[Deals, Sequence[str]]:
    amounts = told.money.amounts() if told.money else None
    if told.prices is None or amounts is None:
        return Deals(told, told.dates.dates(), amounts, Prices()), ()
    file = beside.folder / told.prices.file
    if not file.exists():
        missing = [f"{told.prices.file} does not lie beside the file: amounts that are not written are unknown"]
        return Deals(told, told.dates.dates(), amounts, Prices()), missing
    listed = price_list(file, told.prices.product, told.prices.price, told.prices.number)
    return Deals(told, told.dates.dates(), amounts, listed), ()


def wanted(told: DealsTold) -> list[str]:
    """Columns that the export must have."""
    currency = told.money.currency_column if told.money else None
    return columns(told.fields, *told.entered.values(), Cell(column=currency) if currency else None)
