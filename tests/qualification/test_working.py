"""Commands of SDRs and marketing on a lead: the right events, a refusal, and no event when nothing changes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.qualification.lead import commands, events
from services.qualification.lead.fields import BantStatus, Lifecycle
from services.qualification.lead.state import BANT
from services.qualification.setting.decider import SETTINGS
from services.qualification.setting.events import ReasonKind
from services.qualification.setting.state import Settings
from shared.rules.message import InvalidField
from shared.rules.sealed import Sealed
from tests.qualification.leads import (
    ALL_MET,
    BANT_MET,
    CAPTURED,
    ENGAGED,
    EVIDENCE,
    HANDED_OVER,
    HISTORIES,
    MARKED,
    MQL,
    SRL,
    as_mql,
    folded,
    given,
    minute,
)
from tests.spec import NOON, NOW

DAY = date(2026, 6, 1)
LATER = commands.Nurture(reason="bad_timing", revisit_on=DAY)


# -- BANT ------------------------------------------------------------------------------------------------------------


def change_bant(**items: commands.BantItem) -> commands.ChangeBant:
    return commands.ChangeBant(bant=commands.Bant(**items), by="sam", stored_evidence={})


MET = commands.BantItem(status=BantStatus.MET, evidence="the CFO said so")
UNMET = commands.BantItem(status=BantStatus.UNMET)


def test_bant_is_merged_and_its_evidence_sealed() -> None:
    budget = events.BantItem(status=BantStatus.MET, evidence=Sealed(value="the CFO said so"), by="sam")
    statuses = dict.fromkeys(BANT, BantStatus.UNKNOWN) | {"budget": BantStatus.MET}
    changed = events.LeadBantChanged(after=CAPTURED, changed={"budget": budget}, bant=statuses)
    given(ENGAGED).when(change_bant(budget=MET)).then(changed)
    (need,) = given(ENGAGED, changed).when(change_bant(need=UNMET)).decided()
    assert isinstance(need, events.LeadBantChanged)
    assert (need.bant, set(need.changed)) == (statuses | {"need": BantStatus.UNMET}, {"need"})
    (unmet,) = given(ENGAGED, BANT_MET).when(change_bant(budget=UNMET)).decided()
    assert isinstance(unmet, events.LeadBantChanged)
    assert unmet.bant == ALL_MET | {"budget": BantStatus.UNMET}


def test_a_known_answer_adds_nothing() -> None:
    given(ENGAGED, BANT_MET).when(change_bant(budget=commands.BantItem(status=BantStatus.MET))).then()
    stored = commands.ChangeBant(bant=commands.Bant(budget=MET), by="sam", stored_evidence={"budget": EVIDENCE})
    given(ENGAGED, BANT_MET).when(stored).then()
    given(ENGAGED).when(change_bant()).then()


def test_other_evidence_for_the_same_status_is_a_change() -> None:
    (changed,) = given(ENGAGED, BANT_MET).when(change_bant(budget=MET)).decided()
    assert isinstance(changed, events.LeadBantChanged)
    assert set(changed.changed) == {"budget"}


# -- MQL by hand -----------------------------------------------------------------------------------------------------


def test_marking_opens_a_cycle() -> None:
    fields = as_mql(1, NOW)._replace(reason="strong_fit")
    note = Sealed(value="met at the fair")
    marked = events.LeadMql(after=fields, began="mark", capture_id=None, note=note)
    given(ENGAGED).when(commands.MarkMql(reason="strong_fit", note="met at the fair")).then(marked)
    given(ENGAGED, marked).when(commands.MarkMql(reason="strong_fit")).then()
    given(ENGAGED, marked).when(commands.MarkMql(reason="referral")).rejected("a lead that is mql cannot be marked")


def test_requalifying_opens_the_next_cycle() -> None:
    (mql,) = given(*HISTORIES[Lifecycle.NURTURE]).when(commands.Requalify()).decided()
    assert mql == events.LeadMql(after=as_mql(2, NOW), began="requalify", capture_id=None)
    given(*HISTORIES[Lifecycle.NURTURE], mql).when(commands.Requalify()).then()
    given(*HISTORIES[Lifecycle.MQL]).when(commands.Requalify()).rejected("is mql cannot be requalified")


# -- rejected and nurtured -------------------------------------------------------------------------------------------


def test_rejecting_ends_the_cycle() -> None:
    rejected = events.LeadRejected(after=MQL._replace(lifecycle=Lifecycle.REJECTED, reason="spam"))
    history = HISTORIES[Lifecycle.MQL]
    given(*history).when(commands.Reject(reason="spam")).then(rejected)
    given(*history, rejected).when(commands.Reject(reason="spam")).then()
    given(*history, rejected).when(commands.Reject(reason="no_fit")).rejected("is rejected cannot be rejected")
    cycle = folded(*history, rejected).cycles[-1]
    assert (cycle.outcome, cycle.reason) == ("rejected", "spam")


def nurtured(reason: str, day: date | None, at: datetime | None) -> events.LeadNurtured:
    fields = MQL._replace(lifecycle=Lifecycle.NURTURE, reason=reason, next_revisit=day, next_revisit_at=at)
    return events.LeadNurtured(after=fields, because="nurtured", revisit_on=day)


UNTIL_JUNE = nurtured("bad_timing", DAY, datetime(2026, 6, 1, tzinfo=UTC))


def test_nurturing_keeps_the_day_to_look_again_and_when_it_begins() -> None:
    history = HISTORIES[Lifecycle.MQL]
    given(*history).when(LATER).then(UNTIL_JUNE)
    given(*history, UNTIL_JUNE).when(LATER).then()
    berlin = Settings(timezones={NOON: "Europe/Berlin"})
    (there,) = given(*history, references={SETTINGS.stream: berlin}).when(LATER).decided()
    assert there.after.next_revisit_at == datetime(2026, 5, 31, 22, tzinfo=UTC)


def test_the_revisit_of_a_nurtured_lead_can_be_moved_and_counts_its_engagement_on() -> None:
    history = (*HISTORIES[Lifecycle.MQL], UNTIL_JUNE)
    july = commands.Nurture(reason="bad_timing", revisit_on=date(2026, 7, 1))
    moved = nurtured("bad_timing", date(2026, 7, 1), datetime(2026, 7, 1, tzinfo=UTC))
    given(*history).when(july).then(moved)
    after = folded(*history, moved)
    assert after.counts_after == minute(3)
    assert [transition.to for transition in after.history][-2:] == [Lifecycle.MQL, Lifecycle.NURTURE]
    (without,) = given(*history).when(commands.Nurture(reason="no_need")).decided()
    assert (without.after.next_revisit, without.after.reason) == (None, "no_need")


def test_a_nurtured_lead_can_be_rejected() -> None:
    (rejected,) = given(*HISTORIES[Lifecycle.MQL], UNTIL_JUNE).when(commands.Reject(reason="spam")).decided()
    assert rejected.after == MQL._replace(lifecycle=Lifecycle.REJECTED, reason="spam")


@pytest.mark.parametrize(("zone", "earliest"), [("UTC", date(2026, 3, 2)), ("Pacific/Kiritimati", date(2026, 3, 3))])
def test_a_revisit_is_not_in_the_past(zone: str, earliest: date) -> None:
    """It is 13:00 in UTC, and the next day on the other side of the date line."""
    attempt = given(*HISTORIES[Lifecycle.MQL], references={SETTINGS.stream: Settings(timezones={NOON: zone})})
    attempt.when(commands.Nurture(reason="other", revisit_on=earliest)).decided()
    yesterday = commands.Nurture(reason="other", revisit_on=earliest - timedelta(days=1))
    with pytest.raises(InvalidField, match=f"today is {earliest}") as refused:
        attempt.when(yesterday).decided()
    assert refused.value.pointer == "/revisit_on"


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        (ReasonKind.MARK_MQL, commands.MarkMql(reason="other")),
        (ReasonKind.REJECT, commands.Reject(reason="other")),
        (ReasonKind.NURTURE, commands.Nurture(reason="other")),
    ],
)
def test_a_reason_is_among_those_of_its_command(kind: ReasonKind, command: commands.LeadCommand) -> None:
    settings = Settings(reasons={**Settings().reasons, kind: ("mine",)})
    attempt = given(ENGAGED, references={SETTINGS.stream: settings}).when(command)
    with pytest.raises(InvalidField, match="must be one of mine") as refused:
        attempt.decided()
    assert refused.value.pointer == "/reason"


# -- claims ----------------------------------------------------------------------------------------------------------


def claim(sdr: str, by: str | None = None) -> commands.ClaimLead:
    return commands.ClaimLead(sdr=sdr, by=by or sdr)


def claimed(sdr: str) -> events.LeadClaimed:
    """A lead that is claimed for the three days of the default settings."""
    return events.LeadClaimed(after=MQL._replace(sdr=sdr, claim_ends_at=NOW + timedelta(days=3)))


CLAIMED = claimed("sam")


def test_one_sdr_claims_an_mql_until_the_next_cycle() -> None:
    history = HISTORIES[Lifecycle.MQL]
    given(*history).when(claim("sam")).then(CLAIMED)
    given(*history, CLAIMED).when(claim("sam")).then()
    given(*history, CLAIMED).when(claim("kim")).rejected("claimed by sam")
    given(ENGAGED).when(claim("sam")).rejected("only an MQL")
    rejected = events.LeadRejected(after=CLAIMED.after._replace(lifecycle=Lifecycle.REJECTED))
    (again,) = given(*history, CLAIMED, rejected).when(commands.Requalify()).decided()
    assert again.after.sdr is None


def test_who_has_the_claim_passes_it_on() -> None:
    history = (*HISTORIES[Lifecycle.MQL], CLAIMED)
    given(*history).when(claim("kim", by="sam")).then(claimed("kim"))
    given(*history).when(claim("kim", by="lee")).rejected("claimed by sam")


def test_a_claim_is_given_back() -> None:
    history = (*HISTORIES[Lifecycle.MQL], CLAIMED)
    released = events.LeadClaimReleased(after=MQL)
    given(*history).when(commands.ReleaseClaim()).then(released)
    given(*history, released).when(commands.ReleaseClaim()).then()
    given(*history, released).when(claim("kim")).then(claimed("kim"))


# -- touches ---------------------------------------------------------------------------------------------------------


def touch(at: datetime | None = None) -> commands.Touch:
    return commands.Touch(occurred_at=at)


def test_the_first_touch_of_a_cycle_is_kept() -> None:
    history, touched = HISTORIES[Lifecycle.MQL], events.LeadTouched(after=MQL._replace(touched_at=NOW))
    given(*history).when(touch()).then(touched)
    given(*history, touched).when(touch(), at=NOW + timedelta(hours=1)).then()
    rejected = events.LeadRejected(after=touched.after._replace(lifecycle=Lifecycle.REJECTED))
    (again,) = given(*history, touched, rejected).when(commands.Requalify()).decided()
    assert again.after.touched_at is None


def test_the_reps_first_touch_is_kept_beside_that_of_the_sdr() -> None:
    sdr = events.LeadTouched(after=MQL._replace(touched_at=minute(3)))
    handed_over = HANDED_OVER.model_copy(update={"after": SRL._replace(touched_at=minute(3))})
    history = (*HISTORIES[Lifecycle.MQL], sdr, handed_over)
    rep = events.LeadTouched(after=handed_over.after._replace(rep_touched_at=NOW))
    given(*history).when(touch()).then(rep)
    given(*history, rep).when(touch(), at=NOW + timedelta(hours=1)).then()


def test_a_touch_that_is_recorded_late_belongs_where_it_happened() -> None:
    history = HISTORIES[Lifecycle.SRL]
    (before,) = given(*history).when(touch(minute(2) + timedelta(seconds=30))).decided()
    assert (before.after.touched_at, before.after.rep_touched_at) == (minute(2) + timedelta(seconds=30), None)
    (after,) = given(*history, before).when(touch(minute(3))).decided()
    assert (after.after.touched_at, after.after.rep_touched_at) == (before.after.touched_at, minute(3))


def test_an_earlier_touch_that_is_recorded_later_was_the_first() -> None:
    touched = events.LeadTouched(after=MQL._replace(touched_at=NOW))
    (earlier,) = given(*HISTORIES[Lifecycle.MQL], touched).when(touch(minute(5))).decided()
    assert earlier.after.touched_at == minute(5)


def test_a_touch_does_not_lie_before_the_cycle() -> None:
    """The first one begins with the capture, at minute 0, and another one when the lead is MQL again."""
    (touched,) = given(*HISTORIES[Lifecycle.MQL]).when(touch(minute(1))).decided()
    assert touched.after.touched_at == minute(1)
    for history in ((ENGAGED,), HISTORIES[Lifecycle.MQL]):
        given(*history).when(touch(NOON - timedelta(days=1))).rejected("before the lead's current cycle")
    again = events.LeadMql(after=as_mql(2, minute(9)), began="requalify", capture_id=None)
    given(*HISTORIES[Lifecycle.REJECTED], again).when(touch(minute(8))).rejected("current cycle")


# -- leads that nobody can work --------------------------------------------------------------------------------------


def test_an_unknown_lead_cannot_be_worked() -> None:
    given().when(touch()).missing("no such lead")


def test_history_has_every_transition() -> None:
    moves = [(transition.start, transition.to) for transition in folded(ENGAGED, BANT_MET, MARKED).history]
    assert moves == [(None, Lifecycle.CAPTURED), (Lifecycle.CAPTURED, Lifecycle.MQL)]
