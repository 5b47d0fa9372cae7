"""The dry run of a model counts the leads that would cross its line, and changes nothing."""

from datetime import datetime, timedelta

from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from services.qualification.lead import commands, events
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.dry_run import MAX_EXAMPLES, Crossing, DryRun, crossing_by
from services.qualification.lead.fields import Engagement, Profile
from services.qualification.lead.state import Lead
from services.qualification.model.events import Grade, ScoringModel
from services.qualification.model.state import Models
from services.qualification.setting.state import Settings
from shared.rules.message import Rejected
from tests.qualification.leads import engaged_by
from tests.qualification.models import M2, M3, M, model, rule
from tests.spec import NOON

ONLY_M = Models({1: M}, 1)
LOW = model(10, rule("newsletter", 40, 7), rule("webinar", 5))
NOW = NOON + timedelta(days=3)
Done = tuple[commands.LeadCommand, datetime]


def lead_after(*done: Done, models: Models = ONLY_M) -> Lead:
    """Refused commands are left out."""
    state = DECIDER.initial
    for command, at in done:
        try:
            decided = DECIDER.decided(state, command, at, {"models": models, "settings": Settings()})
        except Rejected:
            continue
        for event in decided:
            state = DECIDER.evolve(state, event, at)
    assert isinstance(state, Lead)
    return state


def engaged(source: str, number: int = 1, profile: Profile | None = None) -> Done:
    return engaged_by(source, NOON, number, profile=profile or Profile(domain="acme.com")), NOON


REJECTED: Done = (commands.Reject(reason="spam"), NOON)
MARKED: Done = (commands.MarkMql(reason="other"), NOON)
ERASED: Done = (commands.Erase(), NOON)


def test_a_lead_between_the_lines_would_rise_and_an_mql_stays_one() -> None:
    assert crossing_by(lead_after(engaged("contact_form")), ONLY_M, M3, NOON) == Crossing("rise", None, "contact_form")
    both = lead_after(engaged("contact_form"), engaged("referral", 2))
    assert crossing_by(both, ONLY_M, M3, NOON) is None
    assert crossing_by(both, ONLY_M, M2, NOON) == Crossing("fall", None, "contact_form")


def test_the_grade_is_the_one_that_the_version_gives() -> None:
    director = lead_after(engaged("contact_form", profile=Profile(role="director", employees=300)))
    assert crossing_by(director, ONLY_M, M3, NOON) == Crossing("rise", Grade.A, "contact_form")


def test_only_what_counts_towards_the_next_crossing_counts() -> None:
    assert crossing_by(lead_after(engaged("contact_form"), REJECTED), ONLY_M, M3, NOON) is None


def test_an_mql_that_points_did_not_make_neither_rises_nor_falls() -> None:
    marked = lead_after(engaged("referral"), MARKED)
    assert crossing_by(marked, ONLY_M, M3, NOON) is None
    assert crossing_by(marked, ONLY_M, LOW, NOON) is None


def test_a_fall_that_is_due_has_happened() -> None:
    mql = lead_after(engaged("webinar"))
    assert mql.fields.falls_below_at is not None
    assert crossing_by(mql, ONLY_M, M, mql.fields.falls_below_at) is None
    assert crossing_by(mql, ONLY_M, M3, mql.fields.falls_below_at) == Crossing("rise", None, "webinar")


def test_crossings_are_counted_by_grade_and_source_with_examples() -> None:
    result = DryRun()
    director = lead_after(engaged("contact_form", profile=Profile(role="director", employees=300)))
    unknown = lead_after(engaged("contact_form"))
    for number in range(MAX_EXAMPLES + 1):
        result.add(f"lead-{number}", unknown, ONLY_M, M3, NOON)
    result.add("director", director, ONLY_M, M3, NOON)
    result.add("erased", lead_after(engaged("contact_form"), ERASED), ONLY_M, M3, NOON)
    assert (result.leads, result.rise.count, result.fall.count) == (12, 12, 0)
    assert (result.rise.by_grade, result.rise.by_source) == ({"unknown": 11, "A": 1}, {"contact_form": 12})
    assert result.rise.examples == [f"lead-{number}" for number in range(MAX_EXAMPLES)]


hours = st.integers(0, 72).map(lambda hour: NOON + timedelta(hours=hour))
sources = st.sampled_from(["newsletter", "contact_form", "referral", "webinar", "gated_content"])
work = st.sampled_from([REJECTED[0], MARKED[0], commands.Requalify(), commands.Nurture(reason="other")])


@settings(max_examples=150, deadline=None)
@given_any(st.lists(sources, min_size=1, max_size=5), st.lists(st.tuples(work, hours), max_size=3), st.data())
def test_the_dry_run_says_what_the_next_engagement_does(
    engaged_sources: list[str], worked: list[Done], data: st.DataObject
) -> None:
    first = engaged_by(engaged_sources[0])
    later = [engaged_by(source, data.draw(hours), number) for number, source in enumerate(engaged_sources[1:], 2)]
    done = [(command, command.engagement.engaged_at) for command in later] + worked
    lead = lead_after((first, NOON), *sorted(done, key=lambda each: each[1]))
    tried: ScoringModel = data.draw(st.sampled_from([M, M2, M3, LOW]))
    predicted = crossing_by(lead, ONLY_M, tried, NOW)
    expected = {"rise": ["lead.mql"], "fall": ["lead.fell_below"]}
    assert crossed_with_the_next_engagement(lead, tried) == (expected[predicted.direction] if predicted else [])


def crossed_with_the_next_engagement(lead: Lead, tried: ScoringModel) -> list[str]:
    """The crossings when the model is active. Events that were due before are left out."""
    context = {"models": Models({1: M, 2: tried}, 2), "settings": Settings()}
    pointless = commands.RecordEngagement(
        person_id="ada", external_id=None, engagement=Engagement("capture-99", "import", NOW)
    )
    decided = DECIDER.decided(lead, pointless, NOW, context)
    position = next(number for number, event in enumerate(decided) if isinstance(event, events.LeadEngaged))
    return [event.type for event in decided[position + 1 :]]
