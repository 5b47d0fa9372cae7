"""Strategies for each command of each decider, with few names, so that commands meet."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from hypothesis import strategies as st

from services.forecast.org.commands import EndNode, ImportNodes, PlaceNode
from services.forecast.override.commands import OverriddenPeriod, ResetOverride, SetOverride
from services.forecast.override.events import Basis
from services.forecast.quota.commands import SetQuota
from services.forecast.rate.commands import SetPlanRate, SetRate
from services.forecast.setting.commands import ChangeSettings, DefineCalendar, MonthsRule
from services.forecast.snapshot.commands import LockWeek
from services.forecast.submission.commands import SubmitCall
from services.forecast.submission.events import CalledAmounts
from services.lead_intake.awaited_person import commands as awaited
from services.lead_intake.connection import commands as connection
from services.lead_intake.connection.events import ConnectionSettings
from services.lead_intake.form.commands import DefineForm
from services.lead_intake.lead.capture_body import PersonInput
from services.lead_intake.lead.commands import (
    AbsorbLead,
    ChangeConsent,
    ChangeProfile,
    LinkExternalId,
    MergeInto,
    MoveBack,
    MoveToSurvivor,
    RecordActivity,
    RecordCapture,
    SeparateLead,
    Unmerge,
)
from services.lead_intake.lead.events import Consent
from services.lead_intake.person.commands import ErasePerson, RecordAccess
from services.lead_intake.prospect.commands import ProspectInput, RecordProspect
from services.lead_intake.quarantine import commands as quarantine
from services.lead_intake.setting import commands as intake_setting
from services.lead_intake.suppression.commands import SuppressAddress
from services.pipeline.benchmark.commands import RecordStatus
from services.pipeline.opportunity import commands as deal
from services.pipeline.opportunity.events import Approach, Motion, Outcome
from services.pipeline.process.commands import DefineProcess, PermittedDefinition
from services.pipeline.process.default import DEFAULT
from services.pipeline.process.events import ForecastCategory, Stage
from services.pipeline.setting import commands as pipeline_setting
from services.pipeline.setting.default import BANDS
from services.pipeline.spend.commands import RecordSpend, Spend
from services.qualification.lead import commands as lead
from services.qualification.lead import fields as lead_fields
from services.qualification.model.commands import ActivateModel, DefineModel
from services.qualification.model.default import DEFAULT as MODEL
from services.qualification.setting import commands as qualification_setting
from services.qualification.setting.default import BUSINESS_HOURS
from services.qualification.setting.events import Claims, Routing, RoutingRule, Weekday
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Command
from shared.rules.money import Money
from shared.webhooks import commands as webhook
from shared.webhooks.events import Reason
from tests.forecast.nodes import lines, place
from tests.lead_intake.captures import DEMO, JANE, WEBINAR, record
from tests.qualification.leads import DOMAIN, MISFIT, engaged_by
from tests.spec import NOON

Strategy = st.SearchStrategy[Any]
few = st.integers(1, 4)
minutes = st.integers(-90, 90).map(lambda minute: NOON + timedelta(minutes=minute))
reasons = st.sampled_from(["no_need", "other"])
notes = st.sampled_from([None, "so", "=1+1"])
texts = st.sampled_from(["Acme", "=HYPERLINK(1)", "Zoë 🦊"])
owners = st.sampled_from(["ann", "bob"])
pipelines = st.sampled_from(["default", "default", "loans", "none"])
stages = st.sampled_from([*(stage.stage for stage in DEFAULT.stages), "asked", "granted", "won", "lost"])
days = st.sampled_from([None, date(1900, 1, 1), date(2026, 3, 2), date(2026, 12, 31), date(2199, 12, 31)])
money = st.builds(
    Money,
    amount=st.sampled_from([Decimal(0), Decimal("0.1"), Decimal(10) ** 14]),
    currency=st.sampled_from(["EUR", "BHD"]),
)
prices = st.none() | money
deals = st.sampled_from(["deal-1", "deal-2", "deal-3"])
leads = st.sampled_from(["lead-1", "lead-2"])
external_ids = st.sampled_from([None, "crm:1", "erp:2"])
statuses = st.sampled_from(["met", "met", "unmet", "unknown"])
opened = {"account": texts, "owner": owners, "amount": prices, "close_date": days, "pipeline": pipelines}

OF_OPPORTUNITIES: Mapping[type[Command], Strategy] = {
    deal.OpenOpportunity: st.builds(
        deal.OpenOpportunity,
        name=texts,
        amount_estimated=st.booleans(),
        motion=st.sampled_from(Motion),
        approach=st.sampled_from(Approach),
        stage=st.none() | stages,
        product=st.none(),
        external_id=external_ids,
        **opened,
    ),
    deal.TakeHandOver: st.builds(
        deal.TakeHandOver,
        lead_id=leads,
        name=st.none() | st.uuids(),
        motion=st.sampled_from(Motion),
        product=st.none(),
        source=st.just("demo_request"),
        mql_source=st.none(),
        **opened,
    ),
    deal.AttachLead: st.builds(deal.AttachLead, lead_id=leads),
    deal.EraseTexts: st.just(deal.EraseTexts()),
    deal.Qualify: st.builds(
        deal.Qualify,
        bant=st.builds(deal.Bant, budget=st.none() | st.builds(deal.BantItem, status=statuses, evidence=notes)),
        to_stage=st.none() | stages,
    ),
    deal.Advance: st.builds(deal.Advance, to_stage=stages),
    deal.EnterStage: st.builds(deal.EnterStage, to_stage=stages),
    deal.SetAmount: st.builds(deal.SetAmount, amount=prices, amount_estimated=st.booleans()),
    deal.SetCloseDate: st.builds(deal.SetCloseDate, close_date=days),
    deal.SetCategory: st.builds(deal.SetCategory, category=st.sampled_from(ForecastCategory)),
    deal.Reassign: st.builds(deal.Reassign, from_owner=owners, owner=owners),
    deal.ReplaceStage: st.builds(deal.ReplaceStage, from_stage=stages, to_stage=stages),
    deal.Assign: st.builds(deal.Assign, owner=owners),
    deal.PermittedWin: st.builds(
        deal.PermittedWin,
        body=st.builds(deal.Win, amount=prices, close_date=days),
        may_change_ended_periods=st.booleans(),
    ),
    deal.Lose: st.builds(deal.Lose, reason=reasons, note=notes),
    deal.Recycle: st.builds(deal.Recycle, reason=reasons, note=notes),
    deal.PermittedReopen: st.builds(
        deal.PermittedReopen,
        body=st.builds(deal.Reopen, reason=reasons, close_date=st.just(date(2026, 6, 30)), note=notes),
        may_change_ended_periods=st.booleans(),
    ),
    deal.Correct: st.builds(
        deal.Correct, amount=prices, close_date=days, owner=st.none() | owners, reason=reasons, note=notes
    ),
    deal.Link: st.builds(deal.Link, external_id=st.sampled_from(["crm:1", "erp:2"])),
    deal.MatchExport: st.builds(
        deal.MatchExport,
        part=st.sampled_from(["present", "ended", "entered"]),
        stage=st.none() | stages,
        outcome=st.none() | st.sampled_from(Outcome),
        reason=reasons,
        owner=owners,
        amount=prices,
        amount_estimated=st.booleans(),
        close_date=days,
        overwrite=st.booleans(),
    ),
}
IMPORTED = (deal.OpenOpportunity, deal.SetAmount, deal.PermittedWin, deal.PermittedReopen, deal.MatchExport)
OF_IMPORTS: Mapping[type[Command], Strategy] = {
    deal.ImportedCommand: st.builds(
        deal.ImportedCommand, command=st.one_of(*(OF_OPPORTUNITIES[each] for each in IMPORTED))
    ),
}
definitions = st.builds(
    DefineProcess,
    pipeline=st.sampled_from(["default", "loans"]),
    stages=st.lists(
        st.builds(Stage, stage=stages, category=st.none() | st.sampled_from(ForecastCategory)),
        min_size=1,
        max_size=4,
    ).map(tuple),
    first_qualified=stages,
    won=st.sampled_from(["won", "paid"]),
    lost=st.sampled_from(["lost", "won"]),
)
LOANS = DefineProcess(
    pipeline="loans",
    stages=(Stage(stage="asked"), Stage(stage="granted", category=ForecastCategory.COMMIT)),
    first_qualified="granted",
)
OF_PROCESSES: Mapping[type[Command], Strategy] = {
    PermittedDefinition: st.builds(
        PermittedDefinition, body=definitions | st.just(LOANS), may_change_defined=st.booleans()
    ),
}
zones = st.sampled_from([None, "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
calendars = st.sampled_from([None, "months"])
chosen = st.none() | st.lists(reasons, min_size=1).map(tuple)
bands = st.none() | st.lists(st.sampled_from(BANDS), max_size=3).map(tuple)
spend_days = st.sampled_from([date(2026, 2, 1), date(2026, 2, 28), date(2199, 12, 31)])
spend_ids = st.sampled_from(["spend-1", "spend-1.2", "spend-1.3"])
ROUTING = Routing(rules=(RoutingRule(rule="all", sdrs=("sam", "kim")),))
WEEKEND = BUSINESS_HOURS.model_copy(update={"days": (Weekday.SATURDAY,), "holidays": (date(2026, 2, 28),)})
OF_SPEND: Mapping[type[Command], Strategy] = {
    RecordSpend: st.builds(
        RecordSpend,
        spend_id=spend_ids,
        body=st.builds(
            lambda starts, ends, **fields: Spend.model_validate({"from": starts, "to": ends, **fields}),
            spend_days,
            spend_days,
            source=st.sampled_from([None, "webinar"]),
            kind=st.sampled_from(["marketing", "sales"]),
            amount=money,
            external_id=external_ids,
            corrects=st.none() | spend_ids,
        ),
    ),
}
OF_BENCHMARKS: Mapping[type[Command], Strategy] = {
    RecordStatus: st.builds(
        RecordStatus,
        band=st.sampled_from(BANDS),
        status=st.sampled_from(["within", "below", "above", "insufficient_history"]),
        part=few,
        sample=st.just(40),
        rate=st.sampled_from([None, Decimal("0.1")]),
        minimum_sample=st.just(30),
        begins=st.just(NOON - timedelta(days=90)),
        ends=st.just(NOON),
    ),
}
secrets_of_webhooks = st.sampled_from(["whsec_Zmlyc3Q=", "whsec_c2Vjb25k"])
addresses = st.sampled_from(["https://a.example/hook", "https://b.example/hook"])
patterns = st.sampled_from([None, ("opportunity.*",), ("opportunity.opened", "opportunity.linked")])
OF_WEBHOOKS: Mapping[type[Command], Strategy] = {
    webhook.CreateWebhook: st.builds(
        webhook.CreateWebhook,
        url=addresses,
        types=patterns,
        description=notes,
        secret=secrets_of_webhooks,
        owner=st.just(UUID(int=1)),
        from_position=st.none() | few,
    ),
    webhook.ChangeWebhook: st.builds(
        webhook.ChangeWebhook,
        url=st.none() | addresses,
        types=patterns,
        description=notes,
        is_enabled=st.none() | st.booleans(),
    ),
    webhook.RotateSecret: st.builds(webhook.RotateSecret, secret=secrets_of_webhooks),
    webhook.DisableWebhook: st.builds(webhook.DisableWebhook, reason=st.sampled_from(get_args(Reason))),
    webhook.RemoveWebhook: st.just(webhook.RemoveWebhook()),
}
OF_SETTINGS: Mapping[type[Command], Strategy] = {
    pipeline_setting.ChangeSettings: st.builds(
        pipeline_setting.ChangeSettings,
        reasons=st.none()
        | st.builds(pipeline_setting.ReasonLists, lose=chosen, reopen=st.none() | st.just(("buyer_returned", "other"))),
        benchmarks=st.none()
        | st.builds(pipeline_setting.BenchmarkChanges, minimum_sample=st.none() | few, bands=bands),
    ),
    pipeline_setting.CopyFromForecast: st.builds(
        pipeline_setting.CopyFromForecast, timezone=zones, calendar=calendars, starts=minutes
    ),
    qualification_setting.ChangeSettings: st.builds(
        qualification_setting.ChangeSettings,
        business_hours=st.none() | st.just(BUSINESS_HOURS) | st.just(WEEKEND),
        reasons=st.builds(
            qualification_setting.ReasonLists, reject=chosen, mark_mql=st.none() | st.just(("strong_fit", "other"))
        ),
        routing=st.none() | st.just(ROUTING),
        claims=st.none() | st.just(Claims(lease_minutes=30)),
    ),
    qualification_setting.CopyFromForecast: st.builds(
        qualification_setting.CopyFromForecast, timezone=zones, calendar=calendars, starts=minutes
    ),
}

said = st.none() | st.builds(lead.BantItem, status=st.sampled_from(lead_fields.BantStatus), evidence=notes)
met = lead.BantItem(status=lead_fields.BantStatus.MET)
all_met = lead.Bant(budget=met, authority=met, need=met, timing=met)
OF_LEADS: Mapping[type[Command], Strategy] = {
    lead.RecordEngagement: st.builds(
        engaged_by,
        st.sampled_from(["newsletter", "contact_form", "demo_request", "webinar"]),
        minutes,
        st.integers(1, 12),
        profile=st.sampled_from([DOMAIN, MISFIT]),
    ),
    lead.RecordActivity: st.builds(
        lead.RecordActivity,
        activity_id=st.sampled_from(["activity-1", "activity-2"]),
        kind=st.sampled_from(["email_clicked", "unsubscribed"]),
        engaged_at=minutes,
        through=st.sampled_from([None, "lead-1"]),
    ),
    lead.EndClaim: st.builds(lead.EndClaim, due_at=minutes),
    lead.RouteLead: st.builds(lead.RouteLead, due_at=minutes, turn=few),
    lead.ChangeBant: st.builds(
        lead.ChangeBant,
        bant=st.just(all_met) | st.builds(lead.Bant, budget=said, need=said),
        by=st.sampled_from(["sam", "kim"]),
        stored_evidence=st.just({}),
    ),
    lead.MarkMql: st.builds(lead.MarkMql, reason=reasons, note=notes),
    lead.Reject: st.builds(lead.Reject, reason=reasons, note=notes),
    lead.Nurture: st.builds(lead.Nurture, reason=reasons, revisit_on=days, note=notes),
    lead.Requalify: st.just(lead.Requalify()),
    lead.ClaimLead: st.builds(
        lead.ClaimLead, sdr=st.sampled_from(["sam", "kim"]), by=st.sampled_from(["sam", "kim", "web form"])
    ),
    lead.ReleaseClaim: st.just(lead.ReleaseClaim()),
    lead.Touch: st.builds(lead.Touch, occurred_at=st.none() | minutes),
    lead.FallBelow: st.builds(lead.FallBelow, due_at=minutes),
    lead.MergeInto: st.builds(lead.MergeInto, into=leads),
    lead.AbsorbLead: st.builds(lead.AbsorbLead, lead_id=leads),
    lead.Unmerge: st.just(lead.Unmerge()),
    lead.SeparateLead: st.builds(lead.SeparateLead, lead_id=leads),
    lead.RemindOfRevisit: st.builds(lead.RemindOfRevisit, due_at=minutes),
    lead.HandOverAsDeal: st.builds(
        lead.HandOverAsDeal,
        body=st.builds(lead.HandOver, owner=owners, account=st.none() | texts, name=notes, amount=prices),
        opportunity_id=deals,
        account_won=st.booleans(),
    ),
    lead.AttachToDeal: st.builds(
        lead.AttachToDeal,
        opportunity_id=deals,
        deal=st.none()
        | st.builds(
            lead.KnownDeal,
            account=texts,
            owner=owners,
            motion=st.sampled_from(lead_fields.Motion),
            pipeline=st.just("default"),
            is_open=st.booleans(),
        ),
    ),
    lead.TakeBackHandOver: st.builds(lead.TakeBackHandOver, opportunity_id=deals, rule=texts),
    lead.FollowDeal: st.builds(
        lead.FollowDeal,
        opportunity_id=deals,
        happened=st.sampled_from(["qualify", "win", "lose", "recycle", "reopen"]),
        qualified=st.booleans(),
        reason=st.none() | reasons,
    ),
    lead.Erase: st.just(lead.Erase()),
}
low = MODEL.model_copy(update={"line": MODEL.line.model_copy(update={"engagement": 5})})
OF_MODELS: Mapping[type[Command], Strategy] = {
    DefineModel: st.sampled_from([DefineModel(model=low), DefineModel(model=MODEL)]),
    ActivateModel: st.builds(ActivateModel, version=st.integers(0, 4)),
}

OF_CAPTURES: Mapping[type[Command], Strategy] = {
    RecordCapture: st.builds(
        lambda number, at, named, person, body, external_id: record(
            f"c{number}", engaged_at=at, is_anonymous=named, person_id=person, **body, external_id=external_id
        ),
        st.integers(1, 12),
        minutes,
        st.booleans(),
        st.sampled_from(["p1", "p2"]),
        st.sampled_from([JANE, WEBINAR, DEMO]),
        external_ids,
    ),
    RecordActivity: st.builds(
        RecordActivity,
        activity_id=st.sampled_from(["a1", "a2"]),
        kind=st.sampled_from(["unsubscribed", "page_viewed"]),
        engaged_at=minutes,
        external_id=external_ids,
        purpose=st.sampled_from([None, "news"]),
    ),
    ChangeProfile: st.builds(
        ChangeProfile,
        person=st.sampled_from([PersonInput.model_validate(JANE["person"]), PersonInput(phone="+4930901820")]),
        changed_at=minutes,
        external_id=external_ids,
    ),
    ChangeConsent: st.builds(
        ChangeConsent,
        consent=st.builds(
            Consent,
            status=st.sampled_from(["granted", "denied"]),
            purpose=st.sampled_from(["news", "offers"]),
            text_version=st.sampled_from([None, "v1"]),
            at=minutes,
        ),
        evidence=notes,
    ),
    LinkExternalId: st.builds(LinkExternalId, external_id=st.sampled_from(["erp:1", "erp:2"])),
    MergeInto: st.builds(MergeInto, into=st.sampled_from(["l1", "l2"])),
    AbsorbLead: st.builds(AbsorbLead, lead_id=st.sampled_from(["l1", "l2"]), into=st.just("l3")),
    MoveToSurvivor: st.builds(MoveToSurvivor, into=st.sampled_from(["l1", "l2"])),
    Unmerge: st.builds(Unmerge, was_into=st.sampled_from(["l1", "l2"]), beside=st.just(())),
    SeparateLead: st.builds(SeparateLead, lead_id=st.sampled_from(["l1", "l2"]), was_into=st.just("l3")),
    MoveBack: st.builds(MoveBack, into=st.sampled_from(["l1", "l2"])),
}
connection_settings = st.builds(ConnectionSettings, name=st.sampled_from(["ours", "theirs"]))
secret_texts = st.sampled_from(["first-secret", "second-secret"])
OF_CONNECTIONS: Mapping[type[Command], Strategy] = {
    connection.CreateConnection: st.builds(
        connection.CreateConnection,
        connector=st.just("generic"),
        settings=connection_settings,
        secret=secret_texts,
        verify_token=st.none(),
    ),
    connection.ChangeConnection: st.builds(
        connection.ChangeConnection,
        changes=st.fixed_dictionaries({}, optional={"name": st.sampled_from(["ours", "theirs"])}),
    ),
    connection.RotateSecret: st.builds(connection.RotateSecret, secret=secret_texts),
    connection.RemoveConnection: st.just(connection.RemoveConnection()),
}
quarantine_ids = st.sampled_from(["q1", "q2", "q3"])
OF_AWAITED: Mapping[type[Command], Strategy] = {
    awaited.AwaitPerson: st.builds(awaited.AwaitPerson, quarantine_id=quarantine_ids),
    awaited.EndWait: st.builds(awaited.EndWait, quarantine_ids=st.lists(quarantine_ids, max_size=3).map(tuple)),
}
OF_FORMS: Mapping[type[Command], Strategy] = {
    DefineForm: st.builds(
        DefineForm,
        source=st.sampled_from(["contact_form", "demo_request"]),
        details=st.just({}),
        fields=st.sampled_from([{}, {"mail": "email"}]),
        consent=st.none(),
        origins=st.just(()),
        redirect=st.none(),
        honeypot=st.sampled_from([None, "nickname"]),
    )
}
OF_PROSPECTS: Mapping[type[Command], Strategy] = {
    RecordProspect: st.builds(
        RecordProspect,
        body=st.just(ProspectInput.model_validate({"company": {"domain": "acme.com"}, "person": JANE["person"]})),
        person_id=st.sampled_from(["p1", "p2"]),
        content=st.sampled_from(["content 1", "content 2"]),
    )
}
OF_SUPPRESSIONS: Mapping[type[Command], Strategy] = {
    SuppressAddress: st.builds(
        SuppressAddress,
        activity_id=st.just("a1"),
        kind=st.sampled_from(["unsubscribed", "bounced"]),
        engaged_at=minutes,
        external_id=st.sampled_from([None, "tool:1"]),
    )
}
OF_INTAKE_SETTINGS: Mapping[type[Command], Strategy] = {
    intake_setting.SetReasons: st.builds(
        intake_setting.SetReasons,
        reasons=st.builds(
            intake_setting.ReasonLists, discard=st.sampled_from([None, ("spam",), ("other", "spam"), ("spam", "other")])
        ),
    )
}
OF_QUARANTINE: Mapping[type[Command], Strategy] = {
    quarantine.QuarantineDelivery: st.builds(
        quarantine.QuarantineDelivery,
        connection_id=st.just("c1"),
        reason=st.sampled_from(["unreadable", "needs_lookup"]),
        detail=st.just("it cannot be read"),
        received_at=minutes,
        kept=st.just({"a": "b"}),
        mentions=st.just(()),
    ),
    quarantine.ReleaseDelivery: st.builds(
        quarantine.ReleaseDelivery, capture_ids=st.lists(st.sampled_from(["c1", "c2"]), max_size=2).map(tuple)
    ),
    quarantine.DiscardDelivery: st.builds(quarantine.DiscardDelivery, reason=reasons),
}
OF_PEOPLE: Mapping[type[Command], Strategy] = {
    RecordAccess: st.just(RecordAccess()),
    ErasePerson: st.builds(ErasePerson, lead_ids=st.lists(leads, max_size=2, unique=True).map(tuple)),
}

nodes = st.sampled_from(["acme", "b", "c", "d"])
since = st.none() | st.sampled_from([datetime(year, 1, 1, tzinfo=UTC) for year in (1900, 2017, 2018, 2019)])
placings = st.builds(place, nodes, st.none() | nodes, since, name=texts, kind=st.sampled_from(["person", "unit"]))
OF_ORG: Mapping[type[Command], Strategy] = {
    PlaceNode: placings,
    EndNode: st.builds(EndNode, node=nodes, starts=since),
    ImportNodes: st.lists(placings, min_size=1, max_size=4).map(lambda many: lines(*many)),
}
OF_BUSINESS_SETTINGS: Mapping[type[Command], Strategy] = {
    ChangeSettings: st.builds(
        ChangeSettings,
        currency=st.sampled_from([None, "EUR", "USD"]),
        timezone=zones,
        calendar=st.sampled_from([None, "months", "fiscal"]),
        calendar_rule=st.none() | st.builds(MonthsRule, starts_month=st.sampled_from([1, 4])),
        rate_policy=st.sampled_from([None, "latest", "plan"]),
        stale_after=st.sampled_from([None, 7, 14]),
        weekly_lock=st.sampled_from([None, True, False]),
        starts=since,
    ),
    DefineCalendar: st.builds(
        DefineCalendar,
        key=st.sampled_from(["months", "fiscal", "weeks"]),
        rule=st.builds(
            CalendarRule, starts_month=st.sampled_from([1, 4]), pattern=st.sampled_from(["months", "4-4-5"])
        ),
    ),
}
rate_fields = {
    "currency": st.just("USD"),
    "rate": st.sampled_from([Decimal("0.9"), Decimal("0.92")]),
    "per": st.sampled_from([None, "EUR", "USD", "GBP"]),
}
OF_RATES: Mapping[type[Command], Strategy] = {
    SetRate: st.builds(SetRate, **rate_fields, day=st.sampled_from([date(2026, 1, 1), date(2026, 2, 1)])),
    SetPlanRate: st.builds(SetPlanRate, **rate_fields, year=st.sampled_from([2025, 2026])),
}
OF_QUOTAS: Mapping[type[Command], Strategy] = {
    SetQuota: st.builds(
        SetQuota,
        node=st.just("acme"),
        period=st.sampled_from(["2026", "2026-Q1"]),
        first_day=st.just(date(2026, 1, 1)),
        last_day=st.just(date(2026, 3, 31)),
        amount=money,
        motion=st.sampled_from([None, "new_business", "existing_business"]),
        starts=since,
    )
}
override_fields: dict[str, Strategy] = {
    "node": st.just("acme"),
    "period": st.builds(
        OverriddenPeriod,
        key=st.sampled_from(["2026", "2026-Q1"]),
        first_day=st.just(date(2026, 1, 1)),
        last_day=st.just(date(2026, 3, 31)),
        last_instant=st.sampled_from([NOON, NOON + timedelta(days=30)]),
    ),
    "column": st.sampled_from(["commit", "upside", "closed"]),
    "by": st.just("self"),
}
OF_OVERRIDES: Mapping[type[Command], Strategy] = {
    SetOverride: st.builds(
        SetOverride,
        **override_fields,
        amount=money,
        note=st.just("sure"),
        basis=st.just(Basis(amount=Decimal(0), frontier="x")),
    ),
    ResetOverride: st.builds(ResetOverride, **override_fields),
}
week_fields: dict[str, Strategy] = {
    "node": st.just("acme"),
    "period": st.just("2026-Q1"),
    "first_day": st.just(date(2026, 1, 1)),
    "last_day": st.just(date(2026, 3, 31)),
    "week": st.just("2026-Q1-W05"),
    "frontier": st.just("x"),
}
OF_WEEKS: Mapping[type[Command], Strategy] = {
    SubmitCall: st.builds(
        SubmitCall,
        **week_fields,
        week_starts=st.just(date(2026, 1, 26)),
        week_begins=st.sampled_from([NOON, NOON + timedelta(days=30)]),
        amounts=st.builds(CalledAmounts, commit=money),
        note=st.sampled_from([None, "sure"]),
    ),
    LockWeek: st.builds(
        LockWeek,
        **week_fields,
        snapshot_id=st.just("s"),
        week_begins=st.sampled_from([NOON, NOON + timedelta(days=30)]),
        currency=st.just("EUR"),
        rate_policy=st.just("latest"),
        as_of=st.just(NOON),
        final=st.booleans(),
        hash_version=st.just(1),
        hash=st.just("x"),
    ),
}
OPEN = deal.OpenOpportunity(name="Acme", account="acme.com", owner="ann", motion=Motion.NEW_BUSINESS)
BEGINNINGS: Mapping[str, Strategy] = {
    "opportunity": st.just(OPEN) | OF_OPPORTUNITIES[deal.TakeHandOver],
    "lead": st.just(engaged_by("demo_request")),
    "connection": OF_CONNECTIONS[connection.CreateConnection],
    "quarantine": OF_QUARANTINE[quarantine.QuarantineDelivery],
    "webhook": OF_WEBHOOKS[webhook.CreateWebhook],
    "org": st.just(place("acme", None)) | st.just(lines(place("acme", None), place("b", "acme"), place("c", "b"))),
}
"""The commands with which most histories begin, by kind: otherwise nearly all commands would be refused."""
COMMANDS: Mapping[type[Command], Strategy] = {
    **OF_OPPORTUNITIES,
    **OF_IMPORTS,
    **OF_PROCESSES,
    **OF_SETTINGS,
    **OF_SPEND,
    **OF_BENCHMARKS,
    **OF_WEBHOOKS,
    **OF_LEADS,
    **OF_MODELS,
    **OF_CAPTURES,
    **OF_AWAITED,
    **OF_CONNECTIONS,
    **OF_FORMS,
    **OF_PROSPECTS,
    **OF_SUPPRESSIONS,
    **OF_INTAKE_SETTINGS,
    **OF_QUARANTINE,
    **OF_PEOPLE,
    **OF_ORG,
    **OF_BUSINESS_SETTINGS,
    **OF_RATES,
    **OF_QUOTAS,
    **OF_OVERRIDES,
    **OF_WEEKS,
}
