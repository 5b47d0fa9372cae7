"""Quotas from a list: a row is the quota of a node for a period."""

from typing import get_args

from funnelcast.importing.cells.amounts import Amounts
from funnelcast.importing.cells.dates import Dates
from funnelcast.importing.cells.names import node_id_of
from funnelcast.importing.files.row import InvalidRow, Row, invalid_cell, shortened
from funnelcast.importing.mapping.cell import Cell
from funnelcast.importing.mapping.quotas import QuotaMapping
from funnelcast.importing.record import Body, MappedRecord
from services.forecast.periods.calendar import parsed_key
from services.forecast.quota.events import Motion

MOTIONS = get_args(Motion)


def quota(mapping: QuotaMapping, amounts: Amounts, dates: Dates | None, row: Row) -> MappedRecord:
    fields = mapping.fields
    label, text = fields.amount.label, fields.amount.needed(row)
    money = amounts.money(label, text, row)
    if money is None:
        raise invalid_cell(label, text, "an amount", amounts.example())
    body: Body = {
        "node": node_id_of(fields.node.label, fields.node.needed(row)),
        "period": period(fields.period, row),
        "amount": money.body(),
    }
    if fields.motion is not None and (motion := fields.motion.read(row)):
        body["motion"] = known_motion(fields.motion.label, motion)
    if fields.starts is not None and dates is not None and (starts := fields.starts.read(row)):
        body["from"] = dates.day(fields.starts.label, starts).isoformat()
    return MappedRecord([body], [f"{label} was rounded"] if money.rounded else [])


def period(cell: Cell, row: Row) -> str:
    key = cell.needed(row)
    try:
        parsed_key(key)
    except ValueError as error:
        raise InvalidRow(f"{cell.label} {shortened(key)!r}: {error}") from None
    return key


def known_motion(label: str, motion: str) -> str:
    if motion not in MOTIONS:
        raise invalid_cell(label, motion, f"one of {', '.join(MOTIONS)}", MOTIONS[0])
    return motion
