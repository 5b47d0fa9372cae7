"""Accounts: how well each fits, and what is known of its people and deals."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from services.qualification.api.lead_views import FitView, LeadSummary, lead_summary
from services.qualification.api.leads import Reads
from services.qualification.lead.account import account_of_domain
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import Profile
from services.qualification.lead.state import Lead
from services.qualification.model.decider import ALL
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.model.events import FitTable, Grade
from services.qualification.projections import accounts, deals, leads
from services.qualification.projections.leads import LeadFilter
from services.qualification.scoring.fit import fit, is_prospect
from shared.rules.fields import PRINTABLE
from shared.rules.message import Missing
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Call

router = APIRouter(tags=["accounts"])
Domain = Annotated[str, Path(min_length=1, max_length=253, pattern=PRINTABLE)]
RECENT = timedelta(days=90)
MOST_LEADS = 200
"""The most leads that an account shows; `GET /leads?account=` has all."""
AT_ONCE = 500
NOTHING: Mapping[str, Any] = {"industry": None, "country": None, "employees": None, "has_prospects": False}


class AccountRow(BaseModel):
    """`prospect`: a prospect was recorded there, or the company fits (grade A or B); null when no
    criterion is known."""

    account: str
    fit: FitView
    prospect: bool | None


class ProspectView(BaseModel):
    """Somebody who fits and showed no interest; without a person, the account itself."""

    prospect_id: str
    person_id: str | None
    fit: FitView
    prospect: bool = True


class AccountView(AccountRow):
    """`engagements_90_days`: of its leads. `open_deals` and `wins`: their ids."""

    leads: list[LeadSummary]
    prospects: list[ProspectView]
    engagements_90_days: int
    open_deals: list[str]
    wins: list[str]


@router.get("/accounts/{domain}")
async def get_account(domain: Domain, call: Reads) -> AccountView:
    """Get an account, by its domain: its fit, its leads with theirs, what they did of late, its deals and wins."""
    account = account_of_domain(domain) or domain
    async with call.read() as tx:
        row = await accounts.find_account(tx, account)
        lead_rows = (await leads.find(tx, LeadFilter(account=account), None, MOST_LEADS))[:MOST_LEADS]
        prospects = await accounts.prospects_of(tx, account)
        open_deals, wins = await deals.open_on(tx, account), await deals.won_on(tx, account)
        if row is None and not lead_rows and not open_deals and not wins:
            raise Missing(f"nothing is known of an account {account}")
        states = await call.states(tx, DECIDER, [each["lead_id"] for each in lead_rows])
        table = (await call.states(tx, MODEL, [ALL]))[ALL].current.fit
    since = call.context.clock_and_ids.now() - RECENT
    engaged = [each for lead in states.values() if isinstance(lead, Lead) for each in lead.engagements]
    return AccountView(
        **account_row({**NOTHING, "account": account} if row is None else row, table).model_dump(),
        leads=[lead_summary(each, each["lead_id"]) for each in lead_rows],
        prospects=[prospect_view(each, table) for each in prospects],
        engagements_90_days=len({each.original for each in engaged if each.engaged_at >= since}),
        open_deals=open_deals,
        wins=wins,
    )


@router.get("/accounts")
async def list_accounts(
    call: Reads,
    prospect: Annotated[bool | None, Query(description="Whether the account is a prospect")] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[AccountRow]:
    """List the accounts of leads and prospects, in the order of their names, graded by the active model."""
    cursor = decode_cursor(after, str)
    found: list[AccountRow] = []
    async for row in graded(call, cursor[0] if cursor else None):
        if prospect is None or row.prospect is prospect:
            found.append(row)
        if len(found) > limit:
            break
    return make_page(found, limit, lambda row: [row.account])


async def graded(call: Call, after: str | None) -> AsyncIterator[AccountRow]:
    """Whether an account fits is not stored: it depends on the model."""
    async with call.read() as tx:
        table = (await call.states(tx, MODEL, [ALL]))[ALL].current.fit
        while page := await accounts.find(tx, after, AT_ONCE):
            for row in page:
                yield account_row(row, table)
            after = page[-1]["account"]


def account_row(row: Mapping[str, Any], table: FitTable) -> AccountRow:
    grade = grade_of(row, table)
    return AccountRow(
        account=row["account"], fit=FitView(grade=grade), prospect=True if row["has_prospects"] else is_prospect(grade)
    )


def prospect_view(row: Mapping[str, Any], table: FitTable) -> ProspectView:
    fit_view = FitView(grade=grade_of(row, table))
    return ProspectView(prospect_id=row["prospect_id"], person_id=row["person_id"], fit=fit_view)


def grade_of(row: Mapping[str, Any], table: FitTable) -> Grade | None:
    """The grade of an account by its company, and of a prospect by the role, too."""
    profile = Profile(
        industry=row["industry"], country=row["country"], employees=row["employees"], role=row.get("role")
    )
    return fit(profile, table).grade
