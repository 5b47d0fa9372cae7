"""Leads: a row is one capture of one person."""

from funnelcast.importing.cells.dates import Dates, instant_text
from funnelcast.importing.cells.names import external_id
from funnelcast.importing.deals.words import WordTable
from funnelcast.importing.files.row import InvalidRow, Row, invalid_cell
from funnelcast.importing.mapping.cell import Cell, unknown_word
from funnelcast.importing.mapping.leads import LeadFields, LeadMapping, SourceMeaning
from funnelcast.importing.record import MappedRecord
from services.lead_intake.lead.events import Source

PERSON = ("email", "phone", "first_name", "last_name", "job_title")
COMPANY = {"name": "company_name", "domain": "company_domain", "country": "country", "industry": "industry"}
CONSENTS = ("granted", "denied", "pending")
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "landing_url")


def capture(mapping: LeadMapping, sources: WordTable[SourceMeaning], dates: Dates, row: Row) -> MappedRecord:
    fields, notes = mapping.fields, list[str]()
    person = filled({name: getattr(fields, name) for name in PERSON}, row)
    if not person.keys() & {"email", "phone"}:
        raise InvalidRow("there is neither an e-mail address nor a phone, and one of them is needed")
    company: dict[str, str | int] = {**filled({name: getattr(fields, field) for name, field in COMPANY.items()}, row)}
    company |= employees(fields, row)
    campaign = filled({name: getattr(fields, name) for name in CAMPAIGN}, row)
    body = {
        "external_id": external_id(mapping.mapping, fields.id.label, fields.id.needed(row), notes),
        **source(fields.source, sources, row),
        "person": person,
        **({"company": company} if company else {}),
        **({"campaign": campaign} if campaign else {}),
        **consent(fields, row),
        "occurred_at": instant_text(dates.moment(fields.at.label, fields.at.needed(row)).noon),
    }
    return MappedRecord([body], notes, labels(fields))


def labels(fields: LeadFields) -> dict[str, str]:
    """By field of the body, the column that it comes from."""
    cells: dict[str, Cell | None] = {name: getattr(fields, name) for name in LeadFields.model_fields}
    return {name: cell.label for name, cell in cells.items() if cell is not None}


def filled(cells: dict[str, Cell | None], row: Row) -> dict[str, str]:
    """Of cells that are not blank."""
    return {name: str(text) for name, cell in cells.items() if cell is not None and (text := cell.read(row))}


def consent(fields: LeadFields, row: Row) -> dict[str, dict[str, str]]:
    """Nothing for a blank cell: absent consent is neither granted nor denied."""
    status = fields.consent.read(row) if fields.consent else ""
    if not status or fields.consent is None or fields.consent_purpose is None:
        return {}
    if status not in CONSENTS:
        raise unknown_word(fields.consent.label, status, dict.fromkeys(CONSENTS))
    text_version = filled({"text_version": fields.consent_text_version}, row)
    return {"consent": {"status": status, "purpose": fields.consent_purpose.needed(row)} | text_version}


def employees(fields: LeadFields, row: Row) -> dict[str, int]:
    text = fields.employees.read(row) if fields.employees else ""
    if not text:
        return {}
    if not (text.isascii() and text.isdecimal()):
        raise invalid_cell(fields.employees.label if fields.employees else "", text, "a number", "250")
    return {"employees": int(text)}


def source(cell: Cell, sources: WordTable[SourceMeaning], row: Row) -> dict[str, str]:
    """By the mapping's list, in which a blank may stand too; without a list the cell names one of our own."""
    word = cell.read(row)
    found = sources.get(word)
    if found is not None:
        return {"source": found.source.value} | ({"source_detail": found.detail} if found.detail else {})
    if sources or word not in list(Source):
        raise unknown_word(cell.label, word, sources.meanings or dict.fromkeys(Source))
    return {"source": str(word)}
