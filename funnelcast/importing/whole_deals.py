"""A row that is a whole deal: when it was opened, where it stands, when it was closed."""

from collections.abc import Iterator
from datetime import datetime

from funnelcast.importing.deals import Deals, Story
from funnelcast.importing.export import Row, Unfit
from funnelcast.importing.mapping import Mapped
from funnelcast.importing.stages import Target


def whole(deals: Deals, row: Row) -> Mapped:
    """Opened in the first stage, through those whose dates are known, to where it stands."""
    target = deals.target(row)
    if target is None:
        raise Unfit(f"{deals.told.fields.stage.read(row)} means nothing here")
    story = Story()
    begin(deals, story, row, target)
    if ended(deals, target):
        pass_through(deals, story, row)
        deals.enter(story, row, deals.moment(deals.told.fields.closed, row), target)
    else:
        pass_through(deals, story, row)
        arrive(deals, story, row, target)
    return deals.mapped(story, row)


def begin(deals: Deals, story: Story, row: Row, target: Target) -> None:
    deals.open(
        story, row, deals.moment(deals.told.fields.opened, row), Target(stage=deals.told.process.stages[0].stage)
    )
    close_date = deals.close_date(row)
    if close_date is not None and not ended(deals, target):
        story.facts[0]["close_date"] = close_date


def ended(deals: Deals, target: Target) -> bool:
    return target.stage in (None, deals.told.process.won, deals.told.process.lost)


def pass_through(deals: Deals, story: Story, row: Row) -> None:
    for at, stage in sorted(dated(deals, row), key=lambda each: each[0]):
        if stage != story.stage:
            deals.enter(story, row, at, Target(stage=stage))


def dated(deals: Deals, row: Row) -> Iterator[tuple[datetime, str]]:
    """In the order of the process, where two were entered at once."""
    for each in deals.told.process.stages:
        where = deals.told.entered.get(each.stage)
        if where is not None and where.read(row):
            yield deals.moment(where, row), each.stage


def arrive(deals: Deals, story: Story, row: Row, target: Target) -> None:
    """The stage where it stands now, if its date is not in the export."""
    if target.stage == story.stage or target.stage is None:
        return
    if target.stage in deals.told.entered:
        raise Unfit(f"it stands in {target.stage}, but the last stage that it entered is {story.stage}")
    story.notes.append(f"{target.stage}: the export does not say since when, the stage before gives the date")
    deals.enter(story, row, story.at or deals.moment(deals.told.fields.opened, row), target)
