"""What SDRs do with an MQL: call it, ask the four questions, hand it over, or not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from funnelcast.demo.company import SDRS, Account, Company
from funnelcast.demo.deals import Deal, priced
from funnelcast.demo.marketing import soon_after
from funnelcast.demo.script import Told, chance, later, new_id, told
from funnelcast.demo.words import NOT_YET, PRODUCTS, UNFIT
from services.qualification.lead import commands
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.events import BantStatus, Lifecycle, Motion

HANDED_OVER, REJECTED, NURTURED = 0.36, 0.24, 0.30
"""Shares of the MQLs; the rest wait in the queue."""
MET = BantStatus.MET
FIRST_CALL = commands.Bant(
    need=commands.BantItem(status=MET, evidence="Plans by hand, in four spreadsheets, and is late every month"),
    timing=commands.BantItem(status=MET, evidence="Wants to be live before the next season"),
)
SECOND_CALL = commands.Bant(
    budget=commands.BantItem(status=MET, evidence="Has money set aside for this year"),
    authority=commands.BantItem(status=MET, evidence="Decides together with finance, who joins the next call"),
)


@dataclass(frozen=True)
class Mql:
    """`since`: when it became one, or was last heard of."""

    lead_id: str
    since: datetime
    account: Account


def mqls(rows: Sequence[Mapping[str, Any]], seen: Mapping[str, datetime], company: Company) -> list[Mql]:
    """Those that the story is about, and that ever became MQL: also when some of it was told before."""
    ever = [row for row in rows if row["lead_id"] in seen and row["lifecycle"] != Lifecycle.CAPTURED]
    return [
        Mql(row["lead_id"], max(row["mql_at"], seen[row["lead_id"]]), company.by_domain[row["account"]]) for row in ever
    ]


def worked(company: Company, mql: Mql, now: datetime) -> tuple[list[Told], Deal | None]:
    """What was done up to now, and the deal that came of it: the same for this lead, whatever became of others."""
    random = chance("mql", mql.lead_id)
    sdr = random.choice(SDRS)
    at = soon_after(random, mql.since)
    steps: list[tuple[datetime, commands.LeadCommand]] = [
        (at, commands.ClaimLead(sdr=sdr, by=sdr)),
        (at + timedelta(minutes=3), commands.Touch()),
    ]
    fate, deal = random.random(), None
    decided = later(random, at, 1, 9)
    if fate < HANDED_OVER:
        deal = handed(random, company, mql, decided)
        steps += handing_over(random, mql, deal, sdr, at)
    elif fate < HANDED_OVER + REJECTED:
        steps.append((decided, commands.Reject(reason=random.choice(UNFIT))))
    elif fate < HANDED_OVER + REJECTED + NURTURED:
        reason = random.choice(NOT_YET)
        steps.append((decided, commands.Nurture(reason=reason, revisit_on=decided.date() + timedelta(days=90))))
    done = [told(DECIDER, mql.lead_id, command, when, sdr) for when, command in steps if when <= now]
    return done, deal if deal and deal.began <= now else None


def handed(random: Random, company: Company, mql: Mql, at: datetime) -> Deal:
    owner = random.choice(company.reps[mql.account.region])
    return Deal(new_id(random), mql.account, owner, random.choice(PRODUCTS), at, existing=False, from_lead=True)


def handing_over(
    random: Random, mql: Mql, deal: Deal, sdr: str, at: datetime
) -> Iterator[tuple[datetime, commands.LeadCommand]]:
    """BANT in two calls, then the deal."""
    yield at + timedelta(minutes=20), commands.ChangeBant(bant=FIRST_CALL, by=sdr, stored_evidence={})
    yield deal.began - timedelta(minutes=1), commands.ChangeBant(bant=SECOND_CALL, by=sdr, stored_evidence={})
    body = asked_of(random, deal)
    yield deal.began, commands.HandOverAsDeal(body=body, opportunity_id=deal.opportunity_id, account_won=False)


def asked_of(random: Random, deal: Deal) -> commands.HandOver:
    return commands.HandOver(
        owner=deal.owner,
        name=deal.name,
        motion=Motion.NEW_BUSINESS,
        product=deal.product,
        amount=priced(random, deal),
        close_date=deal.began.date() + timedelta(days=random.randint(60, 100)),
    )
