"""Activities give and take points by the rules for their kind."""

from datetime import timedelta

from services.qualification.lead import commands, events
from services.qualification.lead.fields import CAPTURE, Lifecycle
from services.qualification.model.decider import MODELS
from services.qualification.model.default import DEFAULT
from services.qualification.model.events import Rule, ScoringModel, When
from services.qualification.model.state import Models
from services.qualification.upstream import intake
from tests.qualification.leads import ENGAGED, given, minute
from tests.qualification.models import model, rule
from tests.qualification.test_reactions import reacted
from tests.qualification.world import World
from tests.spec import NOON

CLICK = Rule(rule="click", group="content", when=When(kind="email_clicked"), points=20, half_life_days=7)
UNSUBSCRIBED = Rule(rule="unsubscribed", group="negative", when=When(kind="unsubscribed"), points=-30)
OF_NEWSLETTERS = Rule(
    rule="click_in_newsletter", group="content", when=When(kind="email_clicked", source="newsletter"), points=5
)
MODEL: ScoringModel = model(50, rule("newsletter", 40, None, "content"), CLICK, UNSUBSCRIBED, OF_NEWSLETTERS)
LEAD = {MODELS.stream: Models({1: DEFAULT, 2: MODEL}, 2)}
TIMES = {"engaged_at": NOON.isoformat(), "received_at": NOON.isoformat()}
ACTIVITY = {"activity_id": "t1", "kind": "email_clicked"} | TIMES


def activity(kind: str = "email_clicked", number: int = 1) -> commands.RecordActivity:
    return commands.RecordActivity(activity_id=f"t{number}", kind=kind, engaged_at=minute(number))


def test_an_activity_has_the_source_of_the_capture_before_it_and_may_cross_the_line() -> None:
    engaged, mql = given(ENGAGED, references=LEAD).when(activity(), at=minute(5)).decided()
    assert isinstance(engaged, events.LeadEngaged)
    assert (engaged.engagement.kind, engaged.engagement.source, engaged.points) == ("email_clicked", "newsletter", 25)
    assert isinstance(mql, events.LeadMql)
    assert (mql.capture_id, mql.after.mql_source, mql.after.lifecycle) == ("t1", "newsletter", Lifecycle.MQL)
    given(ENGAGED, engaged, mql, references=LEAD).when(activity(), at=minute(6)).then()


def test_an_activity_may_take_points_and_makes_no_lead() -> None:
    (engaged,) = given(ENGAGED, references=LEAD).when(activity("unsubscribed")).decided()
    assert isinstance(engaged, events.LeadEngaged)
    assert (engaged.points, str(engaged.after.score)) == (-30, "10")
    given(references=LEAD).when(activity()).then()


def test_an_activity_that_no_rule_is_for_is_kept_and_gives_nothing() -> None:
    (engaged,) = given(ENGAGED).when(activity()).decided()
    assert isinstance(engaged, events.LeadEngaged)
    assert (engaged.points, engaged.above) == (0, False)


def test_the_activity_of_a_merged_lead_counts_for_its_survivor_too() -> None:
    own = commands.RecordActivity(activity_id="t1", kind="email_clicked", engaged_at=NOON)
    assert reacted(intake.PARSE, "lead-a", "lead.activity", ACTIVITY) == [("a", own)]
    counted = own.model_copy(update={"through": "a"})
    assert reacted(intake.PARSE, "lead-a", "lead.activity", ACTIVITY | {"merged_into": "b"}) == [
        ("a", own),
        ("b", counted),
    ]


async def test_the_score_explains_each_activity_with_its_decay(world: World) -> None:
    assert (await world.api.post("models", json=MODEL.model_dump(mode="json"))).status_code == 201
    await world.done("models/2/activate")
    await world.lead("x")
    clicked = await world.neighbours.intake.publish("lead-x", "lead.activity", ACTIVITY, NOON)
    path = "leads/x/score"
    at = (NOON + timedelta(days=7)).isoformat()
    answer = (await world.api.get(path, params={"at": at}, headers=clicked)).json()
    names = ("event", "kind", "rule", "points", "decayed_to")
    parts = [tuple(each[name] for name in names) for each in answer["engagement"]["contributions"]]
    assert sorted(parts) == [
        ("capture-1", CAPTURE, "newsletter", 40, "40"),
        ("t1", "email_clicked", "click", 20, "10"),
        ("t1", "email_clicked", "click_in_newsletter", 5, "5"),
    ]
    assert answer["engagement"]["score"] == "55"
