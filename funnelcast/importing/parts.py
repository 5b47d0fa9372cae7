"""From a description to a part of a mapping."""

from collections.abc import Sequence
from pathlib import Path

from funnelcast.importing import leads, written
from funnelcast.importing.deals import Deals, made_ready, wanted
from funnelcast.importing.described import DealsTold, LeadsTold, columns
from funnelcast.importing.histories import history
from funnelcast.importing.mapping import Beside, Mapping, Part, ToCommands, row_by_row
from funnelcast.importing.whole_deals import whole


def mapping(file: Path) -> Mapping:
    """That a YAML file describes. Raises `ValueError`, each line of which names a line of the file."""
    told = written.read(file)
    return Mapping(told.mapping, [part(told)])


def part(told: DealsTold | LeadsTold) -> Part:
    return of_deals(told) if isinstance(told, DealsTold) else of_leads(told)


def of_deals(told: DealsTold) -> Part:
    def opened(beside: Beside) -> tuple[ToCommands, Sequence[str]]:
        deals, missing = made_ready(told, beside)
        return to_commands(deals), missing

    together = told.fields.id.column if told.history else None
    pipeline = told.pipeline.body() if told.pipeline else None
    return Part("opportunities", wanted(told), opened, told.file.layout(), together, pipeline)


def to_commands(deals: Deals) -> ToCommands:
    if deals.told.history is not None:
        return lambda rows: history(deals, rows)
    return row_by_row(lambda row: whole(deals, row))


def of_leads(told: LeadsTold) -> Part:
    dates = told.dates.dates()

    def opened(beside: Beside) -> tuple[ToCommands, Sequence[str]]:
        return row_by_row(lambda row: leads.capture(told, dates, row)), ()

    return Part("leads", columns(told.fields), opened, told.file.layout())
