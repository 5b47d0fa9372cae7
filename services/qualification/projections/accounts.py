"""Accounts with what is known of their companies, and the prospects that intake recorded."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Named, Table, Text, TypedColumns, delete, exists, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.events import QualificationEvent
from services.qualification.lead.account import account_of_domain
from services.qualification.lead.events import ChangeEvent, LeadEngaged
from services.qualification.lead.fields import Profile
from services.qualification.upstream.intake import IntakeEvent, PersonErased, ProspectRecorded
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class AccountColumns(TypedColumns):
    account: Named[str] = Column(Text, primary_key=True)
    industry: Named[str | None] = Column(Text)
    country: Named[str | None] = Column(Text)
    employees: Named[int | None] = Column(Integer)


class ProspectColumns(TypedColumns):
    prospect_id: Named[str] = Column(Text, primary_key=True)
    person_id: Named[str | None] = Column(Text)
    account: Named[str | None] = Column(Text, index=True)
    industry: Named[str | None] = Column(Text)
    country: Named[str | None] = Column(Text)
    employees: Named[int | None] = Column(Integer)
    role: Named[str | None] = Column(Text)


metadata = MetaData()
accounts = Table("accounts", metadata, AccountColumns)
prospects = Table("prospects", metadata, ProspectColumns)
ATTRIBUTES = ("industry", "country", "employees")
COMPLETE = sql("""
    INSERT INTO accounts (account, industry, country, employees)
    SELECT account, industry, country, employees
    FROM jsonb_populate_recordset(CAST(NULL AS accounts), CAST(:rows AS jsonb))
    ON CONFLICT (account) DO UPDATE SET industry = coalesce(excluded.industry, accounts.industry),
        country = coalesce(excluded.country, accounts.country),
        employees = coalesce(excluded.employees, accounts.employees)""")
"""The last known value counts; an unknown one changes nothing."""
UPSERT_PROSPECTS = upsert(prospects)
Row = dict[str, Any]


async def apply_leads(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    await complete(tx, [row for recorded in batch for row in account_rows(recorded.event)])


def account_rows(event: QualificationEvent) -> Iterator[Row]:
    if isinstance(event, ChangeEvent) and event.after.account is not None:
        profile = event.engagement.profile if isinstance(event, LeadEngaged) else Profile()
        yield {"account": event.after.account} | {name: getattr(profile, name) for name in ATTRIBUTES}


async def apply_prospects(tx: AsyncConnection, batch: Sequence[RecordedEvent[IntakeEvent]]) -> None:
    for recorded in batch:
        match recorded.event:
            case ProspectRecorded() as event:
                row = prospect_row(recorded.subject, event)
                await tx.execute(UPSERT_PROSPECTS, rows([row]))
                if row["account"] is not None:
                    await complete(tx, [{name: row[name] for name in ("account", *ATTRIBUTES)}])
            case PersonErased() as event:
                await tx.execute(delete(prospects).where(prospects.c.prospect_id.in_(event.prospect_ids)))
            case _:
                pass


def prospect_row(prospect_id: str, event: ProspectRecorded) -> Row:
    company = event.company
    return {
        "prospect_id": prospect_id,
        "person_id": event.person_id,
        "account": account_of_domain(company.domain or event.email_domain),
        "industry": company.industry,
        "country": company.country,
        "employees": company.employees,
        "role": event.role_class,
    }


async def complete(tx: AsyncConnection, found: Sequence[Row]) -> None:
    """Writes one row for each account: a statement may change a row once."""
    merged: dict[str, Row] = {}
    for row in found:
        known = {name: value for name, value in row.items() if value is not None}
        merged[row["account"]] = merged.get(row["account"], dict.fromkeys(row)) | known
    if merged:
        await tx.execute(COMPLETE, rows(merged.values()))


HAS_PROSPECTS = exists().where(prospects.c.account == accounts.c.account)


async def find(tx: AsyncConnection, after: str | None, limit: int) -> list[Row]:
    """The accounts in the order of their names, with whether a prospect was recorded there."""
    query = select(accounts, HAS_PROSPECTS.label("has_prospects")).order_by(accounts.c.account).limit(limit)
    query = query if after is None else query.where(accounts.c.account > after)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def find_account(tx: AsyncConnection, account: str) -> Row | None:
    query = select(accounts, HAS_PROSPECTS.label("has_prospects")).where(accounts.c.account == account)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else dict(row)


async def prospects_of(tx: AsyncConnection, account: str) -> list[Row]:
    query = select(prospects).where(prospects.c.account == account).order_by(prospects.c.prospect_id)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


PROJECTION = Projection("accounts", 1, metadata, {"qualification": apply_leads, "intake": apply_prospects})
