"""Leads: a row is one capture of one person, and what else it says that they did."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from funnelcast.importing.cells.dates import Dates, instant_text
from funnelcast.importing.cells.names import external_id, without_address
from funnelcast.importing.deals.words import WordTable
from funnelcast.importing.files.row import InvalidRow, Row, invalid_cell
from funnelcast.importing.mapping.cell import Cell, unknown_word
from funnelcast.importing.mapping.leads import KINDS, ActivityMapping, LeadFields, LeadMapping, SourceMeaning
from funnelcast.importing.record import Body, MappedRecord
from services.lead_intake.lead.events import Source
from services.lead_intake.lead.spelling import employee_count
from shared.rules.message import MAX_CLOCK_AHEAD

PERSON = ("email", "phone", "first_name", "last_name", "job_title")
COMPANY = {"name": "company_name", "domain": "company_domain", "country": "country", "industry": "industry"}
CONSENTS = ("granted", "denied", "pending")
NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
CAMPAIGN = (*UTM, "landing_url")
LABELS = ("name", "industry", *UTM)
"""Texts of a company or campaign that everybody who reads events may see."""


@dataclass(frozen=True)
class PastDates:
    """`made`: when the export was made. Nothing in it is later."""

    dates: Dates
    made: datetime

    def instant(self, cell: Cell, row: Row) -> str:
        text = cell.needed(row)
        moment = self.dates.moment(cell.label, text)
        if moment.earliest > self.made + (timedelta() if moment.is_day else MAX_CLOCK_AHEAD):
            raise InvalidRow(f"{cell.label} {text!r} lies after {self.made:%Y-%m-%d}, the day of the export")
        return instant_text(moment.earliest if moment.noon > self.made and moment.is_day else moment.noon)


def capture(mapping: LeadMapping, sources: WordTable[SourceMeaning], dates: PastDates, row: Row) -> MappedRecord:
    fields, notes = mapping.fields, list[str]()
    person = filled({name: getattr(fields, name) for name in PERSON}, row)
    if not person.keys() & {"email", "phone"}:
        raise InvalidRow("there is neither an e-mail address nor a phone, and one of them is needed")
    about_company = {name: getattr(fields, field) for name, field in COMPANY.items()}
    company: dict[str, str | int] = {**without_addresses(about_company, row, notes), **employees(fields, row)}
    campaign = without_addresses({name: getattr(fields, name) for name in CAMPAIGN}, row, notes)
    body = {
        "external_id": external_id(mapping.mapping, fields.id.label, fields.id.needed(row), notes),
        **source(fields.source, sources, row),
        "person": person,
        **({"company": company} if company else {}),
        **({"campaign": campaign} if campaign else {}),
        **consent(fields, dates, row),
        "occurred_at": dates.instant(fields.at, row),
    }
    activities = [found for each in mapping.activities if (found := activity(each, fields.at, dates, row))]
    return MappedRecord([body], notes, labels(fields), activities)


def activity(wanted: ActivityMapping, captured_at: Cell, dates: PastDates, row: Row) -> Body | None:
    """The activity; None when the row says nothing of it."""
    condition = wanted.when or wanted.at
    if condition is None or not reaches(condition.label, condition.read(row), wanted.at_least):
        return None
    kind = wanted.kind.needed(row)
    if kind not in KINDS:
        raise unknown_word(wanted.kind.label, kind, dict.fromkeys(KINDS))
    purpose = {"purpose": wanted.purpose.needed(row)} if wanted.purpose else {}
    return {"kind": kind, "occurred_at": dates.instant(wanted.at or captured_at, row)} | purpose


def reaches(label: str, text: str, least: Decimal | None) -> bool:
    if not text or least is None:
        return bool(text)
    if not NUMBER.fullmatch(text):
        raise invalid_cell(label, text, "a number", "50")
    return Decimal(text) >= least


def labels(fields: LeadFields) -> dict[str, str]:
    """The column that each field of the body comes from."""
    cells: dict[str, Cell | None] = {name: getattr(fields, name) for name in LeadFields.model_fields}
    return {name: cell.label for name, cell in cells.items() if cell is not None}


def filled(cells: dict[str, Cell | None], row: Row) -> dict[str, str]:
    """The values of the cells that are not blank."""
    return {name: str(text) for name, cell in cells.items() if cell is not None and (text := cell.read(row))}


def without_addresses(cells: dict[str, Cell | None], row: Row, notes: list[str]) -> dict[str, str]:
    """The values of the cells that are not blank. A digest stands for a label with an @, as for a deal's account."""
    labels = {name: cell.label for name, cell in cells.items() if cell is not None and name in LABELS}
    return {
        name: without_address(labels[name], text, notes) if name in labels else text
        for name, text in filled(cells, row).items()
    }


def consent(fields: LeadFields, dates: PastDates, row: Row) -> dict[str, dict[str, str]]:
    """The consent; nothing for a blank cell: absent consent is neither granted nor denied."""
    status = fields.consent.read(row) if fields.consent else ""
    if not status or fields.consent is None or fields.consent_purpose is None:
        return {}
    if status not in CONSENTS:
        raise unknown_word(fields.consent.label, status, dict.fromkeys(CONSENTS))
    text_version = filled({"text_version": fields.consent_text_version}, row)
    at = {"at": dates.instant(fields.consent_at, row)} if fields.consent_at and fields.consent_at.read(row) else {}
    return {"consent": {"status": status, "purpose": fields.consent_purpose.needed(row)} | text_version | at}


def employees(fields: LeadFields, row: Row) -> dict[str, int]:
    text = fields.employees.read(row) if fields.employees else ""
    if not text:
        return {}
    try:
        return {"employees": employee_count(str(text))}
    except ValueError:
        label = fields.employees.label if fields.employees else ""
        raise invalid_cell(label, text, "a number or a range", "250 or 51-200") from None


def source(cell: Cell, sources: WordTable[SourceMeaning], row: Row) -> dict[str, str]:
    """The source by the mapping's list, in which a blank may stand too; without a list the cell names one of our
    own."""
    word = cell.read(row)
    found = sources.get(word)
    if found is not None:
        return {"source": found.source.value} | ({"source_detail": found.detail} if found.detail else {})
    if sources or word not in list(Source):
        raise unknown_word(cell.label, word, sources.meanings or dict.fromkeys(Source))
    return {"source": str(word)}
