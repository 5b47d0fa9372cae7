"""The instants at which people of accounts engaged or were touched, from the events of qualification."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, Index, MetaData, Named, Table, Text, TypedColumns
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.upstream.qualification import (
    AccountEvent,
    LeadEngaged,
    LeadHandedOver,
    LeadTouched,
    QualificationEvent,
)
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert

ENGAGEMENT, TOUCH = "engagement", "touch"
NOTHING_DONE = ("bounced", "no_show")
"""The kinds of activity in which nobody did anything."""


class Columns(TypedColumns):
    """`contact_id`: of an engagement, its first capture; of a touch, the cycle and whose it was."""

    lead_id: Named[str] = Column(Text, primary_key=True)
    contact_id: Named[str] = Column(Text, primary_key=True)
    kind: Named[str] = Column(Text)
    contacted_at: Named[datetime] = Column(DateTime(timezone=True))


class AccountColumns(TypedColumns):
    """Leads that have an account, or had one."""

    lead_id: Named[str] = Column(Text, primary_key=True)
    account: Named[str | None] = Column(Text)


metadata = MetaData()
contacts = Table("contacts", metadata, Columns)
lead_accounts = Table("lead_accounts", metadata, AccountColumns)
Index("contacts_at", contacts.c.contacted_at)
Index("lead_accounts_account", lead_accounts.c.account)
UPSERT, UPSERT_ACCOUNT = upsert(contacts), upsert(lead_accounts)


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    accounts: dict[str, str | None] = {}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for recorded in batch:
        event, lead_id = recorded.event, recorded.subject
        if isinstance(event, AccountEvent | LeadHandedOver):
            accounts[lead_id] = event.account
        for contact_id, kind, at in contacts_of(event):
            found[lead_id, contact_id] = {
                "lead_id": lead_id,
                "contact_id": contact_id,
                "kind": kind,
                "contacted_at": at,
            }
    if accounts:
        await tx.execute(UPSERT_ACCOUNT, rows({"lead_id": each, "account": accounts[each]} for each in accounts))
    if found:
        await tx.execute(UPSERT, rows(found.values()))


def contacts_of(event: QualificationEvent) -> Iterator[tuple[str, str, datetime]]:
    """Id, kind and instant. What came through a merged lead is that lead's."""
    if isinstance(event, LeadEngaged) and event.through is None and event.kind not in NOTHING_DONE:
        yield event.supplements or event.capture_id, ENGAGEMENT, event.engaged_at
    if isinstance(event, LeadTouched):
        for whose, at in (("sdr", event.touched_at), ("rep", event.rep_touched_at)):
            if at is not None:
                yield f"{event.cycle}/{whose}", TOUCH, at


PROJECTION = Projection("contacts", 2, metadata, {"qualification": apply})
