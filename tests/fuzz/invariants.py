"""The invariants of each kind of stream, after any commands: of its state, and of its events in a row."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from services.forecast.org.node_history import FOREVER, span_at, spans
from services.forecast.org.state import OrgState
from services.forecast.override.events import OverrideSet
from services.forecast.override.state import Overrides
from services.forecast.quota.state import Quotas
from services.forecast.rate.events import RateSet
from services.forecast.rate.state import Rates
from services.forecast.setting.events import SettingChanged
from services.forecast.setting.state import MONTHS, SettingValues
from services.forecast.setting.state import Settings as BusinessSettings
from services.forecast.snapshot.state import Locks
from services.forecast.submission.state import Calls
from services.lead_intake.awaited_person.events import PersonAwaited
from services.lead_intake.awaited_person.state import AwaitedPerson
from services.lead_intake.connection.events import ConnectionCreated, ConnectionRemoved, SecretRotated
from services.lead_intake.connection.state import Existing as ThereIsConnection
from services.lead_intake.connection.state import State as ConnectionState
from services.lead_intake.form.state import Form
from services.lead_intake.lead.events import EngagementAdded, LeadCaptured
from services.lead_intake.lead.state import NotExisting as NoCaptures
from services.lead_intake.lead.state import State as Captures
from services.lead_intake.person.events import PersonErased, PersonEvent
from services.lead_intake.person.state import Person
from services.lead_intake.prospect.state import Prospect
from services.lead_intake.prospect.state import State as ProspectState
from services.lead_intake.quarantine.events import DeliveryQuarantined
from services.lead_intake.quarantine.state import State as QuarantineState
from services.lead_intake.quarantine.state import Waiting
from services.lead_intake.setting import default as intake_default
from services.lead_intake.setting.events import ReasonKind
from services.lead_intake.setting.state import Settings as IntakeSettings
from services.lead_intake.suppression.state import Suppression
from services.pipeline.benchmark.events import BenchmarkCrossed
from services.pipeline.benchmark.state import Benchmark
from services.pipeline.opportunity.events import (
    ChangeEvent,
    HandOverRefused,
    OpportunityEvent,
    OpportunityOpened,
    StageChanged,
    TextsErased,
)
from services.pipeline.opportunity.state import Closed
from services.pipeline.opportunity.state import NotExisting as NoDeal
from services.pipeline.opportunity.state import State as DealState
from services.pipeline.process.events import ProcessDefined
from services.pipeline.process.state import Processes
from services.pipeline.setting import default as pipeline_default
from services.pipeline.setting import events as pipeline_setting
from services.pipeline.setting.state import Settings as PipelineSettings
from services.pipeline.spend.state import Entries
from services.qualification.lead.events import ChangeEvent as LeadChange
from services.qualification.lead.events import LeadErased
from services.qualification.lead.fields import Lifecycle
from services.qualification.lead.lifecycle import TRANSITIONS
from services.qualification.lead.state import NotExisting as NoLead
from services.qualification.lead.state import State as LeadState
from services.qualification.model.events import ModelDefined, ModelEvent
from services.qualification.model.state import Models
from services.qualification.setting import default as qualification_default
from services.qualification.setting import events as qualification_setting
from services.qualification.setting.state import Settings as QualificationSettings
from shared.rules.message import BEGINNING
from shared.webhooks.events import WebhookCreated, WebhookDisabled, WebhookEnabled, WebhookRemoved
from shared.webhooks.state import Existing as ThereIsWebhook
from shared.webhooks.state import State as WebhookState
from tests.pipeline.test_any_order import check as check_deal
from tests.qualification.test_any_order import check as check_lead

Happened = Sequence[tuple[Any, datetime]]


def deal(state: DealState, happened: Happened) -> None:
    check_deal(state)
    events: list[tuple[OpportunityEvent, datetime]] = [
        (event, at) for event, at in happened if not isinstance(event, HandOverRefused | TextsErased)
    ]
    assert bool(events) != isinstance(state, NoDeal)
    opened = [isinstance(event, OpportunityOpened) for event, _ in events]
    assert opened == [number == 0 for number in range(len(events))]
    entered: datetime | None = None
    closed = False
    for (before, _), (event, at) in pairwise(events):
        assert isinstance(before, ChangeEvent)
        assert isinstance(event, ChangeEvent)
        entered = entered or events[0][1]
        if isinstance(event, StageChanged):
            follows(before, event, at - entered)
            assert closed == (event.command == "reopen"), "only a reopening brings a closed deal back"
            entered, closed = at, event.after.outcome is not None
        else:
            stage = (event.after.stage, event.after.outcome)
            assert stage == (before.after.stage, before.after.outcome), "no stage without its event"
    assert isinstance(state, Closed) == closed


def follows(before: ChangeEvent, event: StageChanged, stayed: timedelta) -> None:
    """Visits to stages touch each other: no gap, no overlap."""
    fields = before.after
    was = (fields.stage, fields.category, fields.amount, fields.close_date)
    assert (event.from_stage, event.from_category, event.from_amount, event.from_close_date) == was
    assert (event.to_stage, event.to_category) == (event.after.stage, event.after.category)
    assert event.seconds_in_from_stage == int(stayed.total_seconds()) >= 0


def processes(state: Processes, happened: Happened) -> None:
    versions: dict[str, int] = {}
    for event, _ in happened:
        assert isinstance(event, ProcessDefined)
        versions[event.pipeline] = versions.get(event.pipeline, 0) + 1
        assert event.version == versions[event.pipeline], "versions of a pipeline are gapless"
    assert state.keys() == {"default", *versions}
    for process in state.values():
        names = [stage.stage for stage in process.stages]
        assert process.first_qualified in names
        assert len({*names, process.won, process.lost}) == len(names) + 2


def pipeline_settings(state: PipelineSettings, happened: Happened) -> None:
    events: list[pipeline_setting.SettingEvent] = [event for event, _ in happened]
    changed = {event.kind for event in events if isinstance(event, pipeline_setting.ReasonsChanged)}
    starts = {event.starts for event in events if isinstance(event, pipeline_setting.TimezoneChanged)}
    reasons = pipeline_default.REASONS
    assert all(state.reasons[kind] == reasons[kind] for kind in reasons if kind not in changed)
    check_settings(state, starts, pipeline_default.TIMEZONE)


def qualification_settings(state: QualificationSettings, happened: Happened) -> None:
    events: list[qualification_setting.SettingEvent] = [event for event, _ in happened]
    changed = {event.kind for event in events if isinstance(event, qualification_setting.ReasonsChanged)}
    starts = {event.starts for event in events if isinstance(event, qualification_setting.TimezoneChanged)}
    reasons = qualification_default.REASONS
    assert all(state.reasons[kind] == reasons[kind] for kind in reasons if kind not in changed)
    check_settings(state, starts, qualification_default.TIMEZONE)


def check_settings(state: PipelineSettings | QualificationSettings, starts: set[datetime], timezone: str) -> None:
    assert all(state.reasons.values()), "every kind has a code left"
    assert state.timezones.keys() == starts
    assert state.timezone(BEGINNING) == timezone


def lead(state: LeadState, happened: Happened) -> None:
    assert bool(happened) != isinstance(state, NoLead)
    if isinstance(state, NoLead):
        return
    check_lead(state)
    events = [event for event, _ in happened if isinstance(event, LeadChange)]
    assert len(events) == len(happened)
    fields = [event.after for event in events]
    moves = [(before.lifecycle, then.lifecycle) for before, then in pairwise(fields)]
    assert {move for move in moves if move[0] != move[1]} <= {(start, to) for (start, _), to in TRANSITIONS.items()}
    assert {each.person_id for each in fields} == {state.fields.person_id}
    assert all(before.cycle <= then.cycle <= before.cycle + 1 for before, then in pairwise(fields))
    erased = [isinstance(event, LeadErased) for event in events]
    assert erased.count(True) <= 1
    assert [each.erased for each in fields] == [any(erased[: number + 1]) for number in range(len(erased))]
    assert sum(each.lifecycle is Lifecycle.MQL and not each.cycle for each in fields) == 0


def models(state: Models, happened: Happened) -> None:
    defined: list[ModelEvent] = [event for event, _ in happened if isinstance(event, ModelDefined)]
    assert [event.version for event in defined] == list(range(2, len(defined) + 2))
    assert state.versions.keys() == set(range(1, len(defined) + 2))
    assert state.active in state.versions


def captures(state: Captures, happened: Happened) -> None:
    taken = [event for event, _ in happened if isinstance(event, LeadCaptured | EngagementAdded)]
    kinds = [type(event) for event in taken]
    events = [event.capture for event in taken]
    assert kinds == [LeadCaptured, *[EngagementAdded] * len(events)][: len(events)]
    if not isinstance(state, NoCaptures):
        assert len({event.capture_id for event in events}) == len(events) == len(state.captures)
        assert {event.person_id for event in events} == {state.person_id}
        named = [event.external_id for event in events if event.external_id]
        assert len(named) - len(set(named)) <= len(events)


def connection(state: ConnectionState, happened: Happened) -> None:
    kinds = [type(event) for event, _ in happened]
    assert kinds[:1] in ([], [ConnectionCreated])
    assert kinds.count(ConnectionCreated) <= 1
    assert ConnectionRemoved not in kinds[:-1], "nothing happens to what was removed"
    assert isinstance(state, ThereIsConnection) == (ConnectionCreated in kinds and ConnectionRemoved not in kinds)
    if isinstance(state, ThereIsConnection):
        assert len(state.valid_secrets(BEGINNING)) == 1 + (SecretRotated in kinds)


def awaited_person(state: AwaitedPerson, happened: Happened) -> None:
    waiting: list[str] = []
    for event, _ in happened:
        if isinstance(event, PersonAwaited):
            assert event.quarantine_id not in waiting, "what waits is awaited once"
            waiting.append(event.quarantine_id)
        else:
            assert waiting, "nothing ends that did not begin"
            waiting = []
    assert state == AwaitedPerson(tuple(waiting))


def form(state: Form, happened: Happened) -> None:
    settings = [event.settings for event, _ in happened]
    assert all(before != after for before, after in pairwise(settings)), "the same settings add nothing"
    assert state == Form(settings[-1] if settings else None)


def prospect(state: ProspectState, happened: Happened) -> None:
    contents = [event.content for event, _ in happened]
    assert all(before != after for before, after in pairwise(contents)), "the same content adds nothing"
    assert len({event.person_id for event, _ in happened}) <= 1
    assert isinstance(state, Prospect) == bool(contents)


def intake_settings(state: IntakeSettings, happened: Happened) -> None:
    reasons = [event.reasons for event, _ in happened]
    assert all(before != after for before, after in pairwise(reasons)), "the same reasons add nothing"
    assert state.reasons == {ReasonKind.DISCARD: reasons[-1] if reasons else intake_default.REASONS}


def suppression(state: Suppression, happened: Happened) -> None:
    assert list(state.activities) == [event for event, _ in happened]
    named = [event.external_id or (event.kind, event.engaged_at) for event, _ in happened]
    assert len(set(named)) == len(named), "the same activity adds nothing"


def quarantined(state: QuarantineState, happened: Happened) -> None:
    kinds = [type(event) for event, _ in happened]
    assert kinds[:1] in ([], [DeliveryQuarantined])
    assert len(kinds) <= 2, "it leaves the quarantine once"
    assert isinstance(state, Waiting) == (len(kinds) == 1)


def person(state: Person, happened: Happened) -> None:
    events: list[PersonEvent] = [event for event, _ in happened]
    erased = [isinstance(event, PersonErased) for event in events]
    assert erased.count(True) <= 1
    assert True not in erased[:-1], "nothing happens to who is erased"
    assert state.erased == (True in erased)


def org(state: OrgState, happened: Happened) -> None:
    """Checks that there is one tree at every instant of a change."""
    assert bool(happened) == bool(len(state.nodes))
    instants = {BEGINNING} | {row.starts for node in state.nodes for row in state.history(node)}
    for at in sorted(instants):
        standing = {node: span_at(state.history(node), at) for node in state.nodes}
        there = {node: stay for node, stay in standing.items() if stay is not None}
        roots = [node for node, stay in there.items() if stay.position.parent is None]
        assert len(roots) <= 1, (at, roots)
        for node, stay in there.items():
            if stay.active and stay.position.parent is not None:
                above = there.get(stay.position.parent)
                assert above is not None, (at, node)
                assert above.active, (at, node)
            reaches_the_top(there, node)
    for node in state.nodes:
        row_ends = [(stay.starts, stay.ends) for stay in spans(state.history(node))]
        assert all(ends == starts for (_, ends), (starts, _) in pairwise(row_ends))
        assert not row_ends or row_ends[-1][1] == FOREVER


def business_settings(state: BusinessSettings, happened: Happened) -> None:
    changes = [(event, at) for event, at in happened if isinstance(event, SettingChanged)]
    assert [change.event for change in state.changes] == [event for event, _ in changes]
    for event, at in changes:
        assert any(getattr(event, name) is not None for name in (*SettingValues._fields, "calendar"))
        assert event.starts <= at
        assert (event.calendar is None) == (event.calendar_rule is None)
        assert event.calendar != MONTHS.key or event.calendar_rule == MONTHS.rule
    assert state.calendar(BEGINNING) == MONTHS
    assert state.known == dict([MONTHS, *(version.calendar for version in state.versions)])


def rates(state: Rates, happened: Happened) -> None:
    set_rates = [event for event, _ in happened]
    assert {*state.daily.values(), *state.planned.values()} <= {*set_rates}
    assert all(event.currency != event.per and event.rate > 0 for event in set_rates)
    daily = {(event.per, event.day): event for event in set_rates if isinstance(event, RateSet)}
    assert state.daily == daily, "the last one of a day is in force"


def quotas(state: Quotas, happened: Happened) -> None:
    expected: dict[Any, dict[datetime, Any]] = {}
    for event, at in happened:
        assert event.starts is None or event.starts <= at
        expected.setdefault((event.period, event.motion), {})[event.starts or BEGINNING] = event.amount
    assert state.amounts == expected


def overrides(state: Overrides, happened: Happened) -> None:
    last = {(event.period, event.column, event.by): event for event, _ in happened}
    set_last = {key: event.amount for key, event in last.items() if isinstance(event, OverrideSet)}
    assert {key: event.amount for key, event in state.in_force.items()} == set_last


def calls(state: Calls, happened: Happened) -> None:
    last = {(event.period, event.week): event.amounts for event, _ in happened}
    assert {key: event.amounts for key, event in state.submitted.items()} == last


def locks(state: Locks, happened: Happened) -> None:
    assert state.locked == {event.node: event for event, _ in happened}
    assert len(state.locked) == len(happened), "a week is locked once"


def reaches_the_top(there: Mapping[str, Any], node: str) -> None:
    seen: set[str] = set()
    place: str | None = node
    while place is not None and place in there:
        assert place not in seen, f"a cycle over {place}"
        seen.add(place)
        place = there[place].position.parent


def benchmark(state: Benchmark, happened: Happened) -> None:
    events = [event for event, _ in happened if isinstance(event, BenchmarkCrossed)]
    statuses = ["insufficient_history", *(event.to_status for event in events)]
    assert [event.from_status for event in events] == statuses[:-1]
    assert all(event.from_status != event.to_status for event in events)
    assert state.status == statuses[-1]
    instants = [at for _, at in happened]
    assert instants == sorted(set(instants)), "one change at an instant"


def webhook(state: WebhookState, happened: Happened) -> None:
    events = [event for event, _ in happened]
    assert [isinstance(event, WebhookCreated) for event in events] == [number == 0 for number in range(len(events))]
    assert all(not isinstance(event, WebhookRemoved) for event in events[:-1]), "nothing follows a removal"
    switches = [type(event) for event in events if isinstance(event, WebhookDisabled | WebhookEnabled)]
    assert switches == [WebhookEnabled if number % 2 else WebhookDisabled for number in range(len(switches))]
    if isinstance(state, ThereIsWebhook):
        assert (state.disabled is not None) == (len(switches) % 2 == 1)
        rotated_at = state.rotated_at or BEGINNING
        assert len(state.valid_secrets(rotated_at)) == (2 if state.rotated_at else 1)
        assert state.valid_secrets(rotated_at + timedelta(days=1)) == [state.secret]


def spend(state: Entries, happened: Happened) -> None:
    ids = [event.spend_id for event, _ in happened]
    assert state == tuple(event for event, _ in happened)
    assert [entry.corrects for entry in state] == [None, *ids][: len(ids)], "each corrects the one before"
    assert len(set(ids)) == len(ids)
    assert all(entry.first_day <= entry.last_day for entry in state)


INVARIANTS: Mapping[str, Callable[[Any, Happened], None]] = {
    "services.lead_intake.lead": captures,
    "services.lead_intake.person": person,
    "services.lead_intake.awaited_person": awaited_person,
    "services.lead_intake.connection": connection,
    "services.lead_intake.form": form,
    "services.lead_intake.prospect": prospect,
    "services.lead_intake.setting": intake_settings,
    "services.lead_intake.suppression": suppression,
    "services.lead_intake.quarantine": quarantined,
    "services.qualification.lead": lead,
    "services.qualification.model": models,
    "services.qualification.setting": qualification_settings,
    "services.pipeline.opportunity": deal,
    "services.pipeline.process": processes,
    "services.pipeline.setting": pipeline_settings,
    "services.pipeline.benchmark": benchmark,
    "services.pipeline.spend": spend,
    "shared.webhooks": webhook,
    "services.forecast.org": org,
    "services.forecast.override": overrides,
    "services.forecast.quota": quotas,
    "services.forecast.rate": rates,
    "services.forecast.setting": business_settings,
    "services.forecast.snapshot": locks,
    "services.forecast.submission": calls,
}
