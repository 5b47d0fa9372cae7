"""What pipeline does about others' events."""

from collections.abc import Sequence

from services.pipeline.opportunity.commands import AttachLead, EraseTexts, TakeHandOver
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.upstream.qualification import LeadErased, LeadHandedOver, QualificationEvent
from shared.rules.message import RecordedEvent
from shared.rules.money import Money
from shared.rules.reaction import Reaction


def react(fact: RecordedEvent[QualificationEvent]) -> Sequence[Reaction]:
    match fact.event:
        case LeadHandedOver():
            return [handed_over(fact.subject, fact.event)]
        case LeadErased():
            return [Reaction(DECIDER, opportunity_id, EraseTexts()) for opportunity_id in fact.event.opportunity_ids]


def handed_over(lead_id: str, event: LeadHandedOver) -> Reaction:
    if event.attached:
        return Reaction(DECIDER, event.opportunity_id, AttachLead(lead_id=lead_id))
    amount = (
        Money(amount=event.amount, currency=event.currency) if event.amount is not None and event.currency else None
    )
    name = event.name.ref if event.name else None
    command = TakeHandOver(
        lead_id=lead_id,
        name=name,
        account=event.account,
        owner=event.owner,
        amount=amount,
        close_date=event.close_date,
        motion=event.motion,
        pipeline=event.pipeline,
        product=event.product,
        source=event.source,
        mql_source=event.mql_source,
    )
    return Reaction(DECIDER, event.opportunity_id, command, imported_texts=[name] if name else [])
