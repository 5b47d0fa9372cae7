"""The history of an MQL: an SDR calls it, asks the BANT questions, and hands it over, rejects or nurtures it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from funnelcast.demo.company import SDRS, Account, Company
from funnelcast.demo.deals import Deal, random_amount
from funnelcast.demo.marketing import first_call
from funnelcast.demo.names import NURTURE_REASONS, PRODUCTS, REJECT_REASONS
from funnelcast.demo.script import ScriptedWrite, days_later, new_id, scripted, seeded
from services.qualification.lead import commands
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import BantStatus, Lifecycle, Motion

HANDED_OVER, REJECTED, NURTURED = 0.36, 0.24, 0.30
"""Shares of the MQLs; the others do not answer."""
REVISIT_AFTER = timedelta(days=90)
MET = BantStatus.MET
FIRST_CALL = commands.Bant(
    need=commands.BantItem(status=MET, evidence="Plans by hand, in four spreadsheets, and is late every month"),
    timing=commands.BantItem(status=MET, evidence="Wants to be live before the next season"),
)
SECOND_CALL = commands.Bant(
    budget=commands.BantItem(status=MET, evidence="Has money set aside for this year"),
    authority=commands.BantItem(status=MET, evidence="Decides together with finance, who joins the next call"),
)
Step = tuple[datetime, commands.LeadCommand]


@dataclass(frozen=True)
class Mql:
    """`since`: when it became an MQL, or was last seen, whichever is later."""

    lead_id: str
    since: datetime
    account: Account


def find_mqls(rows: Sequence[Mapping[str, Any]], seen: Mapping[str, datetime], company: Company) -> list[Mql]:
    """The leads of the script (`seen`) that became MQLs at any time. A resumed seed finds the same ones, whatever
    lifecycle they have reached since."""
    found = [row for row in rows if row["lead_id"] in seen and row["lifecycle"] != Lifecycle.CAPTURED]
    return [
        Mql(row["lead_id"], max(row["mql_at"], seen[row["lead_id"]]), company.by_domain[row["account"]])
        for row in found
    ]


def mql_history(company: Company, mql: Mql, now: datetime) -> tuple[list[ScriptedWrite], Deal | None]:
    """The commands up to now, and the deal of a hand-over. The history depends on the lead's id alone."""
    random = seeded("mql", mql.lead_id)
    sdr = random.choice(SDRS)
    at = first_call(random, mql.since)
    steps: list[Step] = [
        (at, commands.ClaimLead(sdr=sdr, by=sdr)),
        (at + timedelta(minutes=3), commands.Touch()),
    ]
    draw, deal = random.random(), None
    decided_at = days_later(random, at, 1, 4)
    if draw < HANDED_OVER:
        deal = deal_of(random, company, mql, decided_at)
        steps += hand_over(random, deal, sdr, at)
    elif draw < HANDED_OVER + REJECTED:
        steps.append((decided_at, commands.Reject(reason=random.choice(REJECT_REASONS))))
    elif draw < HANDED_OVER + REJECTED + NURTURED:
        steps += nurture(random, decided_at)
    else:
        steps.append((decided_at, commands.Reject(reason="no_response")))
    writes = [scripted(DECIDER, mql.lead_id, command, at, sdr) for at, command in steps if at <= now]
    return writes, deal if deal and deal.began <= now else None


def nurture(random: Random, at: datetime) -> Iterator[Step]:
    """Sends the lead into nurture until later. Then the lead is called again: some wait on, without another day; the
    others are rejected."""
    reason, later = random.choice(NURTURE_REASONS), at + REVISIT_AFTER
    yield at, commands.Nurture(reason=reason, revisit_on=later.date())
    again = days_later(random, later, 0, 2)
    if random.random() < 0.5:
        yield again, commands.Nurture(reason=random.choice(NURTURE_REASONS))
    else:
        yield again, commands.Reject(reason=random.choice(REJECT_REASONS))


def deal_of(random: Random, company: Company, mql: Mql, at: datetime) -> Deal:
    """The deal that the hand-over of an MQL opens."""
    owner = random.choice(company.reps[mql.account.region])
    return Deal(new_id(random), mql.account, owner, random.choice(PRODUCTS), at, existing=False, from_lead=True)


def hand_over(random: Random, deal: Deal, sdr: str, at: datetime) -> Iterator[Step]:
    """BANT in two calls, then the hand-over."""
    yield at + timedelta(minutes=20), commands.ChangeBant(bant=FIRST_CALL, by=sdr, stored_evidence={})
    yield deal.began - timedelta(minutes=1), commands.ChangeBant(bant=SECOND_CALL, by=sdr, stored_evidence={})
    body = hand_over_body(random, deal)
    yield deal.began, commands.HandOverAsDeal(body=body, opportunity_id=deal.opportunity_id, account_won=False)


def hand_over_body(random: Random, deal: Deal) -> commands.HandOver:
    return commands.HandOver(
        owner=deal.owner,
        name=deal.name,
        motion=Motion.NEW_BUSINESS,
        product=deal.product,
        amount=random_amount(random, deal),
        close_date=deal.began.date() + timedelta(days=random.randint(60, 100)),
    )
