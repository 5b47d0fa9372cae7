"""The commands that follow from other services' events."""

from collections.abc import Sequence

from services.pipeline.opportunity import commands
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.setting import commands as setting_commands
from services.pipeline.setting.decider import ALL
from services.pipeline.setting.decider import DECIDER as SETTING
from services.pipeline.upstream.forecast import ForecastEvent, SettingChanged
from services.pipeline.upstream.qualification import (
    AccountEvent,
    HandOverTakenBack,
    LeadErased,
    LeadHandedOver,
    LeadMerged,
    LeadMql,
    LeadSql,
    LeadUnmerged,
    LeadWon,
    QualificationEvent,
)
from shared.organisation.events import NodeEnded, NodePlaced
from shared.rules.message import RecordedEvent
from shared.rules.money import Money
from shared.rules.reaction import Reaction


def react(recorded: RecordedEvent[QualificationEvent | ForecastEvent]) -> Sequence[Reaction]:
    event = recorded.event
    match event:
        case LeadHandedOver():
            return [attach(recorded.subject, event) if event.attached else hand_over(recorded.subject, event)]
        case LeadErased():
            return [Reaction(DECIDER, deal, commands.EraseTexts()) for deal in event.opportunity_ids]
        case SettingChanged():
            return [copy_settings(event)] if event.timezone or event.calendar else []
        case LeadMql() | HandOverTakenBack() | LeadSql() | LeadWon() | LeadMerged() | LeadUnmerged() | AccountEvent():
            return []
        case NodePlaced() | NodeEnded():
            return []


def attach(lead_id: str, event: LeadHandedOver) -> Reaction:
    return Reaction(DECIDER, event.opportunity_id, commands.AttachLead(lead_id=lead_id))


def hand_over(lead_id: str, event: LeadHandedOver) -> Reaction:
    name = event.name.ref if event.name else None
    command = commands.TakeHandOver(
        lead_id=lead_id,
        name=name,
        account=event.account,
        owner=event.owner,
        amount=amount_of(event),
        close_date=event.close_date,
        motion=event.motion,
        pipeline=event.pipeline,
        product=event.product,
        source=event.source,
        mql_source=event.mql_source,
        campaign=event.campaign,
    )
    return Reaction(DECIDER, event.opportunity_id, command, imported_texts=[name] if name else [])


def amount_of(event: LeadHandedOver) -> Money | None:
    if event.amount is None or event.currency is None:
        return None
    return Money(amount=event.amount, currency=event.currency)


def copy_settings(event: SettingChanged) -> Reaction:
    command = setting_commands.CopyFromForecast(
        timezone=event.timezone, calendar=event.calendar, calendar_rule=event.calendar_rule, starts=event.starts
    )
    return Reaction(SETTING, ALL, command)
