"""`olist`: a real funnel with the deals that were won of it, in two files.

The first has the leads and when each signed up; the second only what was won, and when: no amount, no lost deal, no
stage in between. A deal is opened when its lead signed up, and taken as qualified when it was won, because no earlier
moment is sure. Times are UTC, into which days of Brazil without a time were shifted: America/Sao_Paulo says which day
it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from funnelcast.failure import Failed
from funnelcast.importing.cells.dates import instant_text
from funnelcast.importing.cells.names import slug
from funnelcast.importing.files.export import read_table
from funnelcast.importing.files.row import InvalidRow, Row
from funnelcast.importing.kinds import mapping_of_file
from funnelcast.importing.mapping.notation import DateNotation
from funnelcast.importing.mappings.maven_crm import needed
from funnelcast.importing.record import (
    Body,
    ExportContext,
    ExportKind,
    MappedRecord,
    MapRecord,
    NamedMapping,
    row_by_row,
)

LEADS = "olist_marketing_qualified_leads_dataset.csv"
WINS = "olist_closed_deals_dataset.csv"
BRAZIL = "America/Sao_Paulo"
CONTACT_DATES = DateNotation(formats=("YYYY-MM-DD",), timezone=BRAZIL).dates()
WIN_DATES = DateNotation(formats=("YYYY-MM-DD hh:mm:ss",), timezone=BRAZIL, written_in="UTC").dates()


@dataclass(frozen=True)
class WinMapper:
    """`leads`: the row of each, by its id."""

    leads: Mapping[str, Row]

    def __call__(self, row: Row) -> MappedRecord:
        mql_id = needed(row, "mql_id")
        if mql_id not in self.leads:
            raise InvalidRow(f"mql_id {mql_id!r} is not in {LEADS}")
        won = WIN_DATES.moment("won_date", row["won_date"])
        opened, notes = self.opened(mql_id, won.noon)
        facts = [
            {"command": "open", **fields_of(row), "occurred_at": instant_text(opened)},
            {"command": "enter_stage", "to_stage": "qualified", "occurred_at": instant_text(won.noon)},
            {"command": "win", "close_date": won.day.isoformat(), "occurred_at": instant_text(won.noon)},
        ]
        return MappedRecord([{"external_id": f"olist:{mql_id}", "facts": facts}], ["amount unknown", *notes])

    def opened(self, mql_id: str, won: datetime) -> tuple[datetime, list[str]]:
        """The first contact has no time of day, so that on the day of the win it cannot come after it."""
        contact = CONTACT_DATES.moment("first_contact_date", self.leads[mql_id]["first_contact_date"])
        if contact.noon <= won:
            return contact.noon, []
        day = won.astimezone(WIN_DATES.zone).date()
        note = f"won on {day}, before its first contact on {contact.day}: opened as it was won ({mql_id})"
        return won, [note] if day < contact.day else []


def fields_of(row: Row) -> Body:
    segment = row["business_segment"] or "segment unknown"
    return {
        "name": f"Seller {needed(row, 'seller_id')}, {segment}",
        "account": needed(row, "seller_id"),
        "owner": slug(needed(row, "sr_id")),
        "motion": "new_business",
        "approach": "hunting",
    }


def open_wins(context: ExportContext) -> tuple[MapRecord, Sequence[str]]:
    file = context.folder / LEADS
    if not file.exists():
        raise Failed(f"{LEADS} must lie beside the file: it says when each lead signed up")
    leads = {row["mql_id"]: row for row in read_table(file, ["mql_id", "first_contact_date"])}
    return row_by_row(WinMapper(leads)), ()


WIN_COLUMNS = ("mql_id", "seller_id", "sr_id", "won_date", "business_segment")


def mapping() -> NamedMapping:
    wins = ExportKind("opportunities", WIN_COLUMNS, open_wins, name="olist")
    leads = mapping_of_file(Path(__file__).with_name("olist_leads.yaml"), {}).kinds[0]
    return NamedMapping("olist", [replace(leads, companion=(WINS, wins)), wins])
