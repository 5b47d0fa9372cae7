"""Two versions of the model are compared value by value."""

import httpx

from services.qualification.model.differences import differences
from tests.qualification.models import M3, M, model, rule
from tests.qualification.world import World


def test_a_changed_line_is_one_difference() -> None:
    assert differences(M, M3) == [("/line/engagement", 50, 30)]
    assert differences(M, M) == []


def test_rules_are_compared_by_their_names_whatever_their_order() -> None:
    before = model(50, rule("webinar", 80, 14), rule("referral", 20))
    after = model(50, rule("referral", 25), rule("webinar", 80))
    assert [(each.pointer, each.before, each.after) for each in differences(before, after)] == [
        ("/rules/referral/points", 20, 25),
        ("/rules/webinar/half_life_days", 14, None),
    ]
    removed = differences(before, model(50, rule("referral", 20)))
    assert {each.pointer for each in removed} >= {"/rules/webinar/points", "/rules/webinar/when/source"}
    assert {each.after for each in removed} == {None}


async def test_versions_are_compared_over_http(world: World) -> None:
    shipped = (await world.api.get("models")).json()["items"][0]["model"]
    raised = shipped | {"line": shipped["line"] | {"engagement": 70}}
    await world.done("models", raised, status=201)
    answer: httpx.Response = await world.api.get("models/1/diff/2")
    changes = [{"pointer": "/line/engagement", "before": shipped["line"]["engagement"], "after": 70}]
    assert answer.json() == {"version": 1, "other": 2, "changes": changes}
    assert (await world.api.get("models/1/diff/9")).status_code == 404
