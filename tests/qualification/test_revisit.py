"""The revisit of a nurtured lead, when its day has come."""

from datetime import UTC, date, datetime, timedelta

from services.qualification.lead import commands, events
from services.qualification.lead.fields import Lifecycle
from services.qualification.setting.decider import SETTINGS
from services.qualification.setting.state import Settings
from tests.qualification.leads import ERASED, HISTORIES, MQL, engaged_by, folded, follow_deal, given
from tests.spec import NOON

DAY = date(2026, 6, 1)
DUE_AT = datetime(2026, 6, 1, tzinfo=UTC)
LATER = commands.Nurture(reason="bad_timing", revisit_on=DAY)
IN_NURTURE = (*HISTORIES[Lifecycle.MQL], *given(*HISTORIES[Lifecycle.MQL]).when(LATER).decided())
REMINDER = commands.RemindOfRevisit(due_at=DUE_AT)
DUE = events.LeadRevisitDue(after=MQL._replace(lifecycle=Lifecycle.NURTURE, reason="bad_timing", revisit_due_at=DUE_AT))


def test_a_revisit_falls_due_once_and_the_lead_stays_in_nurture() -> None:
    given(*IN_NURTURE).when(REMINDER, at=DUE_AT).then(DUE)
    given(*IN_NURTURE, DUE).when(REMINDER, at=DUE_AT).then()
    given().when(REMINDER, at=DUE_AT).then()


def test_a_timer_for_a_revisit_that_was_moved_or_dropped_adds_nothing() -> None:
    july = commands.Nurture(reason="bad_timing", revisit_on=date(2026, 7, 1))
    moved = (*IN_NURTURE, *given(*IN_NURTURE).when(july).decided())
    given(*moved).when(REMINDER, at=DUE_AT).then()
    requalified = (*IN_NURTURE, *given(*IN_NURTURE).when(commands.Requalify()).decided())
    given(*requalified).when(REMINDER, at=DUE_AT).then()


def test_what_happens_after_the_day_finds_the_revisit_due_however_late_the_timer_is() -> None:
    decided = given(*IN_NURTURE).when(commands.Requalify(), at=DUE_AT).decided()
    assert [event.type for event in decided] == ["lead.revisit_due", "lead.mql"]
    decided = given(*IN_NURTURE).when(commands.Requalify(), at=DUE_AT - timedelta(microseconds=1)).decided()
    assert [event.type for event in decided] == ["lead.mql"]


def test_a_revisit_today_is_due_at_once() -> None:
    today = commands.Nurture(reason="bad_timing", revisit_on=NOON.date())
    decided = given(*HISTORIES[Lifecycle.MQL]).when(today).decided()
    assert [event.type for event in decided] == ["lead.nurtured", "lead.revisit_due"]
    given(*HISTORIES[Lifecycle.MQL], *decided).when(today).then()


def test_a_nurture_of_the_first_release_falls_due_when_its_day_begins_in_utc() -> None:
    (nurtured,) = IN_NURTURE[-1:]
    old = nurtured.model_copy(update={"after": nurtured.after._replace(next_revisit_at=None)})
    assert old.after.revisit_falls_due_at == DUE_AT
    given(*IN_NURTURE[:-1], old).when(REMINDER, at=DUE_AT).then(DUE)


def test_the_day_begins_in_the_business_time_zone() -> None:
    auckland = {SETTINGS.stream: Settings(timezones={NOON: "Pacific/Auckland"})}
    (nurtured,) = given(*HISTORIES[Lifecycle.MQL], references=auckland).when(LATER).decided()
    assert nurtured.after.revisit_falls_due_at == datetime(2026, 5, 31, 12, tzinfo=UTC)


def test_a_lead_whose_revisit_is_due_is_claimed_and_requalified_by_the_same_sdr() -> None:
    claim = commands.ClaimLead(sdr="kim", by="kim")
    given(*IN_NURTURE).when(claim).rejected("only an MQL, or a lead whose revisit is due")
    (claimed,) = given(*IN_NURTURE, DUE).when(claim, at=DUE_AT).decided()
    assert claimed.after == DUE.after._replace(sdr="kim", claim_ends_at=DUE_AT + timedelta(days=3))
    (mql,) = given(*IN_NURTURE, DUE, claimed).when(commands.Requalify(), at=DUE_AT).decided()
    assert (mql.after.lifecycle, mql.after.sdr, mql.after.revisit_due_at) == (Lifecycle.MQL, "kim", None)


def test_the_claim_of_the_cycle_before_is_over_when_the_revisit_is_due() -> None:
    (claimed,) = given(*HISTORIES[Lifecycle.MQL]).when(commands.ClaimLead(sdr="sam", by="sam")).decided()
    history = (*HISTORIES[Lifecycle.MQL], claimed)
    nurtured = given(*history).when(LATER).decided()
    (due,) = given(*history, *nurtured).when(REMINDER, at=DUE_AT).decided()
    assert (nurtured[0].after.sdr, due.after.sdr) == ("sam", None)


def test_new_engagement_ends_the_wait() -> None:
    demo = engaged_by("demo_request", DUE_AT, 2)
    *_, mql = given(*IN_NURTURE, DUE).when(demo, at=DUE_AT).decided()
    assert (mql.after.lifecycle, mql.after.revisit_due_at) == (Lifecycle.MQL, None)


def test_an_erased_person_is_not_revisited() -> None:
    erased = ERASED.model_copy(update={"after": IN_NURTURE[-1].after._replace(erased=True)})
    given(*IN_NURTURE, erased).when(REMINDER, at=DUE_AT).then()
    given(*IN_NURTURE, erased).when(follow_deal("win"), at=DUE_AT).then()


def test_the_history_of_the_lifecycle_does_not_change() -> None:
    assert folded(*IN_NURTURE, DUE).history == folded(*IN_NURTURE).history
