"""Rows that are the steps of a deal: the whole history, in the order in which it is written.

Rows of one instant keep the file's order; a row that lies before the one above it is refused, and its deal with it.
"""

from collections.abc import Sequence

from funnelcast.importing.deals import Deals, Story
from funnelcast.importing.export import Row, Unfit
from funnelcast.importing.mapping import Mapped
from funnelcast.importing.stages import Target


def history(deals: Deals, rows: Sequence[Row]) -> Mapped:
    """A later export that knows more begins with the same facts, and so adds to what is stored."""
    story = Story()
    for above, row in zip([rows[0], *rows], rows, strict=False):
        try:
            step(deals, story, above, row)
        except Unfit as unfit:
            raise Unfit(str(unfit), row) from None
    if not story.facts:
        raise Unfit("none of its rows means anything here")
    return deals.mapped(story, rows[0])


def step(deals: Deals, story: Story, above: Row, row: Row) -> None:
    target = deals.target(row)
    word = deals.told.fields.stage.read(row)
    if story.ended is not None:
        after_the_end(deals, story, above, row, word, target)
    elif not story.facts:
        begin(deals, story, row, word, target)
    else:
        follow(deals, story, above, row, word)
        if target is None:
            story.notes.append(f"{word}: means nothing here, passed over")
        else:
            move(deals, story, row, word, target)


def begin(deals: Deals, story: Story, row: Row, word: str, target: Target | None) -> None:
    if target is None:
        story.notes.append(f"{word}: means nothing here, passed over")
        return
    at = deals.moment(deals.told.fields.at, row)
    deals.open(story, row, at, target)
    if (close_date := deals.close_date(row)) is not None:
        story.facts[0]["close_date"] = close_date
    if target.stage != story.stage:
        story.notes.append("begins with its end: opened at the same moment")
        deals.enter(story, row, at, target)


def move(deals: Deals, story: Story, row: Row, word: str, target: Target) -> None:
    if target.stage == story.stage:
        story.notes.append(f"{word} again: in {story.stage} already, no move")
    deals.enter(story, row, deals.moment(deals.told.fields.at, row), target)


def after_the_end(deals: Deals, story: Story, above: Row, row: Row, word: str, target: Target | None) -> None:
    """What means nothing is counted; what would go on with a deal that has ended cannot be right."""
    deals.moment(deals.told.fields.at, row)
    if deals.amount(row) != deals.amount(above):
        story.notes.append("amount changed after the end: not taken")
    if target is not None:
        raise Unfit(f"{word} comes after the deal has ended")
    story.notes.append(f"{word} after the end: means nothing here, passed over")


def follow(deals: Deals, story: Story, above: Row, row: Row, word: str) -> None:
    """What has changed since the row above."""
    history = deals.told.history
    if history is None:
        return
    at = deals.moment(deals.told.fields.at, row)
    if "amount" in history.follow and (amount := deals.amount(row)) is not None and amount != deals.amount(above):
        story.add("set-amount", at, amount=amount)
    if "close_date" in history.follow and (day := deals.close_date(row)) != deals.close_date(above) and day is not None:
        story.add("set-close-date", at, close_date=day)
    if "owner" in history.follow or word in history.taken_over:
        assign(deals, story, row)


def assign(deals: Deals, story: Story, row: Row) -> None:
    """An empty cell says nothing of the owner."""
    if not deals.told.fields.owner.read(row):
        return
    known = next(fact["owner"] for fact in reversed(story.facts) if "owner" in fact)
    if (owner := deals.owner(row)) != known:
        story.add("assign", deals.moment(deals.told.fields.at, row), owner=owner)
