"""Leads as a YAML mapping describes them: a row is one capture of one person."""

from typing import Any

from funnelcast.importing.cells import exact
from funnelcast.importing.dates import Dates
from funnelcast.importing.described import Cell, LeadFields, LeadsTold
from funnelcast.importing.export import Row, Unfit
from funnelcast.importing.mapping import Mapped
from services.lead_intake.lead.events import Source

PERSON = ("email", "phone", "first_name", "last_name", "job_title")
COMPANY = {"name": "company_name", "domain": "company_domain", "country": "country", "industry": "industry"}
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "landing_url")


def capture(told: LeadsTold, dates: Dates, row: Row) -> Mapped:
    fields = told.fields
    person = some({name: getattr(fields, name) for name in PERSON}, row)
    if not person.keys() & {"email", "phone"}:
        raise Unfit("there is neither an email nor a phone")
    company = some({name: getattr(fields, field) for name, field in COMPANY.items()}, row) | employees(fields, row)
    campaign = some({name: getattr(fields, name) for name in CAMPAIGN}, row)
    body = {
        "external_id": f"{told.mapping}:{exact(fields.id.needed(row))}",
        **source(told, row),
        "person": person,
        **({"company": company} if company else {}),
        **({"campaign": campaign} if campaign else {}),
        "occurred_at": dates.instant(fields.at.label, fields.at.needed(row)),
    }
    return Mapped([body])


def some(cells: dict[str, Cell | None], row: Row) -> dict[str, Any]:
    """What is written; an empty cell says nothing."""
    return {name: text for name, each in cells.items() if each is not None and (text := each.read(row))}


def employees(fields: LeadFields, row: Row) -> dict[str, int]:
    written = fields.employees.read(row) if fields.employees else ""
    if not written:
        return {}
    if not (written.isascii() and written.isdecimal()):
        raise Unfit(f"employees {written!r} is not a number such as 250")
    return {"employees": int(written)}


def source(told: LeadsTold, row: Row) -> dict[str, str]:
    """By the mapping's list, in which a blank may stand too; without a list the cell names one of our own."""
    written = told.fields.source.read(row)
    if written in told.sources:
        found = told.sources[written]
        return {"source": found.source.value} | ({"source_detail": found.detail} if found.detail else {})
    if told.sources or written not in list(Source):
        raise Unfit(f"source {written!r} is none of {', '.join(repr(each) for each in told.sources or Source)}")
    return {"source": written}
