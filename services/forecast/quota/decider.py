"""The rules for quotas."""

from dataclasses import dataclass
from datetime import datetime

from services.forecast.org.decider import ALL
from services.forecast.org.decider import DECIDER as ORG
from services.forecast.org.state import OrgState
from services.forecast.quota.commands import SetQuota
from services.forecast.quota.events import PARSE, QuotaSet
from services.forecast.quota.state import Key, Quotas, evolve
from shared.rules.decider import Decider, Reference
from shared.rules.message import BEGINNING, Missing, Rejected


@dataclass(frozen=True)
class QuotaContext:
    org: OrgState


def decide(quotas: Quotas, command: SetQuota, at: datetime, context: QuotaContext) -> list[QuotaSet]:
    if command.node not in context.org.nodes:
        raise Missing(f"there is no node {command.node}")
    key = Key(command.period, command.motion)
    starts = command.starts or (at if key in quotas.amounts else BEGINNING)
    if starts > at:
        raise Rejected("from lies in the future")
    if quotas.at(key, starts) == command.amount:
        return []
    event = QuotaSet(
        node=command.node,
        period=command.period,
        first_day=command.first_day,
        last_day=command.last_day,
        motion=command.motion,
        amount=command.amount,
        starts=None if starts == BEGINNING else starts,
    )
    return [event]


DECIDER: Decider[SetQuota, Quotas, QuotaSet] = Decider(
    "quota", PARSE, Quotas(), decide, evolve, QuotaContext, {"org": Reference(ORG, ALL)}
)
