"""`olist`: a real funnel with the deals that were won of it, in two files.

The first names the leads and when each was met; the second only what was won, and when: no amount, no lost deal, no
stage in between. A deal is opened when its lead was first met, and taken as qualified when it was won, for no earlier
moment is sure. Times are UTC, in which the days of Brazil, written without a time, were shifted: America/Sao_Paulo says
which day it was.
"""

from collections.abc import Mapping as ByName
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from funnelcast.failure import Failed
from funnelcast.importing import parts
from funnelcast.importing.cells import named, slug
from funnelcast.importing.dates import stated
from funnelcast.importing.export import Row, Unfit, table
from funnelcast.importing.formats import DatesTold
from funnelcast.importing.mapping import Beside, Body, Mapped, Mapping, Part, ToCommands, row_by_row

LEADS = "olist_marketing_qualified_leads_dataset.csv"
WINS = "olist_closed_deals_dataset.csv"
BRAZIL = "America/Sao_Paulo"
MET = DatesTold(formats=("YYYY-MM-DD",), timezone=BRAZIL).dates()
WON = DatesTold(formats=("YYYY-MM-DD hh:mm:ss",), timezone=BRAZIL, written_in="UTC").dates()


@dataclass(frozen=True)
class Wins:
    """`met`: the day of each lead's first contact, as it is written."""

    met: ByName[str, Row]

    def __call__(self, row: Row) -> Mapped:
        mql_id = named(row, "mql_id")
        if mql_id not in self.met:
            raise Unfit(f"mql_id {mql_id!r} is not in {LEADS}")
        won = WON.moment("won_date", row["won_date"])
        opened, notes = self.opened(mql_id, won)
        day = won.astimezone(WON.zone).date().isoformat()
        facts = [
            {"command": "open", **described(row), "occurred_at": stated(opened)},
            {"command": "enter_stage", "to_stage": "qualified", "occurred_at": stated(won)},
            {"command": "win", "close_date": day, "occurred_at": stated(won)},
        ]
        return Mapped([{"external_id": f"olist:{mql_id}", "facts": facts}], ["amount unknown", *notes])

    def opened(self, mql_id: str, won: datetime) -> tuple[datetime, list[str]]:
        """The first contact has no time of day, so that on the day of the win it cannot come after it."""
        met = MET.moment("first_contact_date", self.met[mql_id]["first_contact_date"])
        if met <= won:
            return met, []
        day, met_on = won.astimezone(WON.zone).date(), met.date()
        told = f"won on {day}, before its first contact on {met_on}: opened as it was won ({mql_id})"
        return won, [told] if day < met_on else []


def described(row: Row) -> Body:
    segment = row["business_segment"] or "segment unknown"
    return {
        "name": f"Seller {named(row, 'seller_id')}, {segment}",
        "account": named(row, "seller_id"),
        "owner": slug(named(row, "sr_id")),
        "motion": "new_business",
        "approach": "hunting",
    }


def open_wins(beside: Beside) -> tuple[ToCommands, Sequence[str]]:
    file = beside.folder / LEADS
    if not file.exists():
        raise Failed(f"{LEADS} must lie beside the file: it says when each lead was first met")
    met = {row["mql_id"]: row for row in table(file, ["mql_id", "first_contact_date"])}
    return row_by_row(Wins(met)), ()


OF_WINS = Part("opportunities", ("mql_id", "seller_id", "sr_id", "won_date", "business_segment"), open_wins)
OF_LEADS = parts.mapping(Path(__file__).with_name("olist_leads.yaml")).parts[0]
MAPPING = Mapping("olist", [replace(OF_LEADS, beside=(WINS, OF_WINS)), OF_WINS])
