"""Qualification over HTTP, as marketing and SDRs see it. The other services' events are put on their topics."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.qualification.model.default import DEFAULT
from tests.qualification.world import MET, World
from tests.running import connected, fresh, make_key
from tests.spec import NOON

# -- one lead --------------------------------------------------------------------------------------------------------


async def test_a_lead_has_the_shape_that_callers_rely_on(world: World) -> None:
    await world.lead("x", "demo_request", external_id="crm:1", role_class="director")
    lead = await world.look("x")
    nothing = {"status": "unknown", "evidence": None, "at": None, "by": None}
    cycle = {
        "n": 1,
        "began": "crossing",
        "mql_at": "2026-03-02T12:00:00Z",
        "srl_at": None,
        "sql_at": None,
        "outcome": None,
        "reason": None,
        "opportunity_id": None,
    }
    expected = {
        "lead_id": "x",
        "external_id": "crm:1",
        "lifecycle": "mql",
        "cycles": [cycle],
        "fit": {"grade": "B"},
        "prospect": True,
        "engagement": {"score": "50"},
        "bant": {"budget": nothing, "authority": nothing, "need": nothing, "timing": nothing},
        "model_version": 1,
        "opportunity_id": None,
        "next_revisit": None,
        "source": "demo_request",
        "account": "acme.com",
    }
    assert {name: lead[name] for name in expected} == expected
    assert [(move["from_lifecycle"], move["to_lifecycle"]) for move in lead["history"]] == [
        (None, "captured"),
        ("captured", "mql"),
    ]


async def test_bant_is_merged_with_evidence_from_the_vault(world: World, database: str) -> None:
    await world.lead("x")
    first = await world.done("leads/x/bant", {"budget": {"status": "met", "evidence": "40k approved"}})
    again = await world.done("leads/x/bant", {"budget": {"status": "met", "evidence": "40k approved"}})
    assert first.json() == again.json()
    await world.done("leads/x/bant", {"need": {"status": "unmet", "evidence": "they have one"}})
    bant = (await world.look("x"))["bant"]
    assert bant["budget"] == {
        "status": "met",
        "evidence": "40k approved",
        "at": "2026-03-02T12:00:00Z",
        "by": "tester",
    }
    assert (bant["need"]["status"], bant["timing"]["status"]) == ("unmet", "unknown")
    async with connected(database, search_path="qualification") as engine, engine.connect() as tx:
        assert "40k" not in str((await tx.execute(text("SELECT data FROM events"))).all())


async def test_an_unknown_lead_is_404(world: World) -> None:
    for path in ("leads/none", "leads/none/score"):
        assert (await world.api.get(path)).status_code == 404
    bodies: dict[str, Any] = {
        "bant": MET,
        "hand-over": {"owner": "ann"},
        "mark-mql": {"reason": "other"},
        "reject": {"reason": "other"},
        "nurture": {"reason": "other"},
        "requalify": {},
        "claim": {},
        "release-claim": {},
        "touch": {},
    }
    for command, body in bodies.items():
        await world.done(f"leads/none/{command}", body, status=404)
    await world.done("leads/none/hand-over", {"opportunity_id": "d"}, status=404)
    await world.done("models/7/activate", status=404)


# -- from captured to customer and back ------------------------------------------------------------------------------


async def test_a_lead_goes_all_the_way_and_comes_back(world: World) -> None:
    await world.lead("x")
    handed = await world.handed_over("x", name="Acme, 50 seats", amount={"amount": "10.5", "currency": "EUR"})
    deal = handed["opportunity_id"]
    assert (await world.look("x"))["lifecycle"] == "srl"
    of_lead = {"lead_ids": ["x"], "qualified": True}
    changed = "opportunity.stage_changed"
    assert (await world.look("x", await world.deal(deal, changed, **of_lead)))["lifecycle"] == "sql"
    won = await world.deal(deal, changed, command="win", outcome="won", **of_lead)
    assert (await world.look("x", won))["lifecycle"] == "customer"
    reopened = await world.deal(deal, changed, command="reopen", **of_lead)
    assert (await world.look("x", reopened))["lifecycle"] == "sql"
    lost = await world.deal(deal, changed, command="lose", outcome="lost", reason="competitor", **of_lead)
    lead = await world.look("x", lost)
    assert (lead["lifecycle"], lead["reason"], lead["opportunity_id"]) == ("nurture", "competitor", None)
    assert [(cycle["outcome"], cycle["opportunity_id"]) for cycle in lead["cycles"]] == [("lost", deal)]
    world.clock.pass_by(days=1)
    engaged = await world.capture("x", "demo_request", engaged_at=world.clock.instant)
    lead = await world.look("x", engaged)
    assert (lead["lifecycle"], lead["cycle"]) == ("mql", 2)


async def test_a_hand_over_has_what_pipeline_needs_and_shares_the_name(world: World, database: str) -> None:
    await world.lead("x", "webinar", details={"webinar_id": "w", "attended": True})
    handed = await world.handed_over("x", name="Acme, 50 seats", close_date="2026-09-30")
    (srl,) = (await world.api.get("events", params={"types": "lead.srl"})).json()["items"]
    said = {name: srl["data"][name] for name in ("opportunity_id", "attached", "account", "owner", "motion", "source")}
    assert said == {
        "opportunity_id": handed["opportunity_id"],
        "attached": False,
        "account": "acme.com",
        "owner": "ann",
        "motion": "new_business",
        "source": "webinar",
    }
    async with connected(database) as engine, engine.connect() as tx:
        lent = text("SELECT value FROM exchange.lent WHERE ref = CAST(:ref AS uuid)")
        assert (await tx.execute(lent, srl["data"]["name"])).scalar_one() == "Acme, 50 seats"


async def test_a_hand_over_is_refused_with_what_is_missing(world: World) -> None:
    await world.lead("x", company=None)
    lacking = await world.done("leads/x/hand-over", {"owner": "ann"}, status=409)
    assert "budget, authority, need, timing" in lacking.json()["detail"]
    await world.done("leads/x/bant", MET)
    nameless = await world.done("leads/x/hand-over", {"owner": "ann"}, status=409)
    assert "account" in nameless.json()["detail"]
    for body in ({}, {"owner": "ann", "opportunity_id": "d"}, {"owner": "Ann Smith"}):
        await world.done("leads/x/hand-over", body, status=422)


async def test_the_account_decides_the_motion_and_another_open_deal_is_warned_of(world: World) -> None:
    await world.deal("d1", "opportunity.opened")
    headers = await world.deal("d2", "opportunity.stage_changed", command="win", outcome="won", qualified=True)
    await world.lead("x")
    await world.done("leads/x/bant", MET)
    key = headers | {"Idempotency-Key": "one click"}
    answer = await world.done("leads/x/hand-over", {"owner": "ann"}, status=201, headers=key)
    warnings = {warning["code"]: warning["count"] for warning in answer.json()["warnings"]}
    assert warnings == {"open_opportunity_on_account": 1, "owner_unassigned": 1}
    (srl,) = (await world.api.get("events", params={"types": "lead.srl"})).json()["items"]
    assert srl["data"]["motion"] == "existing_business"
    again = await world.done("leads/x/hand-over", {"owner": "ann"}, status=201, headers=key)
    assert again.json() == answer.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    await world.done("leads/x/hand-over", {"owner": "ann"}, status=409)


async def test_an_owner_outside_the_organisation_is_warned_of(world: World) -> None:
    await world.person("ann")
    headers = await world.person("bob")
    ended = {"node": "bob", "starts": NOON.isoformat()}
    headers = await world.neighbours.forecast.publish("org-all", "org.node_ended", ended)
    for lead_id, owner, codes in (
        ("x", "ann", []),
        ("y", "bob", ["owner_inactive"]),
        ("z", "eve", ["owner_unassigned"]),
    ):
        await world.lead(lead_id)
        await world.done(f"leads/{lead_id}/bant", MET)
        answer = await world.done(f"leads/{lead_id}/hand-over", {"owner": owner}, status=201, headers=headers)
        found = [warning["code"] for warning in answer.json()["warnings"] if warning["code"].startswith("owner")]
        assert found == codes


async def test_a_lead_is_attached_to_an_open_deal(world: World) -> None:
    headers = await world.deal("d1", "opportunity.opened", account="Acme Corp")
    await world.lead("x")
    await world.done("leads/x/bant", MET)
    await world.done("leads/x/hand-over", {"opportunity_id": "nowhere"}, status=409)
    answer = await world.done("leads/x/hand-over", {"opportunity_id": "d1"}, status=201, headers=headers)
    assert (answer.json()["opportunity_id"], answer.json()["warnings"]) == ("d1", [])
    joined = await world.deal("d1", "opportunity.lead_attached", lead_id="x", lead_ids=["x"], qualified=True)
    lead = await world.look("x", joined)
    assert (lead["lifecycle"], lead["account"]) == ("sql", "Acme Corp")


async def test_a_hand_over_that_pipeline_refuses_is_in_the_queue_with_the_rule(world: World) -> None:
    await world.lead("x")
    deal = (await world.handed_over("x", pipeline="loans"))["opportunity_id"]
    rule = "there is no pipeline 'loans'"
    refused = await world.neighbours.pipeline.publish(
        f"opportunity-{deal}", "hand_over.refused", {"lead_id": "x", "rule": rule}
    )
    (waiting,) = (await world.api.get("queue", headers=refused)).json()["items"]
    assert (waiting["lead_id"], waiting["lifecycle"], waiting["refused"]) == ("x", "mql", rule)
    assert (await world.handed_over("x"))["opportunity_id"] != deal


@pytest.mark.parametrize("command", ["reject", "nurture"])
async def test_a_lead_that_is_put_aside_can_be_requalified(world: World, command: str) -> None:
    await world.lead("x", "demo_request")
    await world.done(f"leads/x/{command}", {"reason": "bad_timing", "note": "call in June"})
    await world.done(f"leads/x/{command}", {"reason": "because"}, status=422)
    assert (await world.look("x"))["cycles"][0]["reason"] == "bad_timing"
    await world.done("leads/x/requalify")
    await world.done("leads/x/reject", {"reason": "spam"})
    await world.done("leads/x/mark-mql", {"reason": "other"})
    lead = await world.look("x")
    assert (lead["lifecycle"], [cycle["began"] for cycle in lead["cycles"]]) == (
        "mql",
        ["crossing", "requalify", "mark"],
    )


async def test_nurture_says_when_to_look_again_and_the_day_can_be_moved(world: World) -> None:
    await world.lead("x")
    await world.done("leads/x/nurture", {"reason": "bad_timing", "revisit_on": "2026-06-01"})
    assert (await world.look("x"))["next_revisit"] == "2026-06-01"
    await world.done("leads/x/nurture", {"reason": "bad_timing", "revisit_on": "2026-07-01"})
    assert (await world.look("x"))["next_revisit"] == "2026-07-01"
    past = await world.done("leads/x/nurture", {"reason": "other", "revisit_on": "2026-03-01"}, status=422)
    assert [error["pointer"] for error in past.json()["errors"]] == ["/revisit_on"]
    await world.done("leads/x/reject", {"reason": "no_fit"})
    assert (await world.look("x"))["lifecycle"] == "rejected"


# -- the queue -------------------------------------------------------------------------------------------------------


async def test_the_queue_shows_age_and_deadline_and_who_works_it(world: World) -> None:
    await world.lead("slow", "newsletter")
    await world.done("leads/slow/mark-mql", {"reason": "other"})
    world.clock.pass_by(minutes=1)
    await world.lead("demo", "demo_request")
    world.clock.pass_by(minutes=61)
    await world.done("leads/slow/claim", {"sdr": "kim"})
    await world.done("leads/slow/claim", status=409)
    claimed = await world.done("leads/demo/claim")
    items = (await world.api.get("queue", headers=fresh(claimed))).json()["items"]
    assert [(item["lead_id"], item["age_seconds"], item["overdue"], item["sdr"]) for item in items] == [
        ("demo", 3660, True, "tester"),
        ("slow", 3720, False, "kim"),
    ]
    assert items[0]["touch_by"] == "2026-03-02T13:01:00Z"
    touched = await world.done("leads/demo/touch")
    mine = (await world.api.get("queue", params={"sdr": "tester"}, headers=fresh(touched))).json()["items"]
    assert [(item["lead_id"], item["overdue"], item["touched_at"]) for item in mine] == [
        ("demo", False, "2026-03-02T13:02:00Z")
    ]


async def test_a_claim_is_passed_on_and_given_back(world: World) -> None:
    await world.lead("x", "demo_request")
    await world.done("leads/x/claim")
    await world.done("leads/x/claim", {"sdr": "kim"})
    refused = await world.done("leads/x/claim", {"sdr": "lee"}, status=409)
    assert "claimed by kim" in refused.json()["detail"]
    await world.done("leads/x/release-claim")
    await world.done("leads/x/claim", {"sdr": "lee"})
    assert (await world.look("x"))["sdr"] == "lee"


async def test_a_touch_may_be_recorded_late_and_the_reps_first_one_is_kept_too(world: World) -> None:
    await world.lead("x", "demo_request")
    world.clock.pass_by(hours=2)
    await world.done("leads/x/touch", {"occurred_at": "2026-03-02T12:10:00Z"})
    await world.handed_over("x")
    world.clock.pass_by(hours=1)
    await world.done("leads/x/touch")
    lead = await world.look("x")
    assert (lead["touched_at"], lead["rep_touched_at"]) == ("2026-03-02T12:10:00Z", "2026-03-02T15:00:00Z")
    await world.done("leads/x/touch", {"occurred_at": "2026-03-02T15:30:00Z"}, status=422)
    await world.done("leads/x/touch", {"occurred_at": "2026-03-02T11:00:00Z"}, status=409)


async def test_a_touch_of_long_ago_needs_the_right_to_write_history(world: World, database: str) -> None:
    await world.lead("x", "demo_request")
    world.clock.pass_by(days=40)
    key = await make_key(database, ["qualification:write"])
    late = {"occurred_at": "2026-03-02T13:00:00Z"}
    await world.done("leads/x/touch", late, status=403, headers={"Authorization": f"Bearer {key}"})
    await world.done("leads/x/touch", late)


async def test_lists_are_filtered_and_paged(world: World) -> None:
    for number in range(3):
        await world.lead(f"a{number}", "demo_request")
    headers = await world.capture("b")
    wanted = {"lifecycle": "mql", "account": "acme.com", "source": "demo_request", "since": "2026-03-02T12:00:00Z"}
    await world.look("b", headers)
    page = (await world.api.get("leads", params=wanted | {"limit": 2}, headers=headers)).json()
    rest = (await world.api.get("leads", params=wanted | {"limit": 2, "after": page["next"]})).json()
    assert [item["lead_id"] for item in page["items"] + rest["items"]] == ["a0", "a1", "a2"]
    assert rest["next"] is None
    first = (await world.api.get("queue", params={"limit": 2})).json()
    last = (await world.api.get("queue", params={"limit": 2, "after": first["next"]})).json()
    assert [item["lead_id"] for item in first["items"] + last["items"]] == ["a0", "a1", "a2"]
    for params in ({"prospect": "perhaps"}, {"grade": "E"}, {"lifecycle": "lead"}, {"since": "yesterday"}):
        assert (await world.api.get("leads", params=params)).status_code == 422


# -- settings and rights ---------------------------------------------------------------------------------------------


async def test_reasons_that_the_settings_no_longer_have_are_refused(world: World, database: str) -> None:
    settings = (await world.api.get("settings")).json()
    assert (settings["timezone"], settings["calendar"]) == ("UTC", "months")
    assert "strong_fit" in settings["reasons"]["mark_mql"]
    assert "strong_fit" not in settings["reasons"]["reject"]
    answer = await world.api.put("settings", json={"reasons": {"reject": ["student", "other"]}})
    assert answer.status_code == 200
    changed = (await world.api.get("settings")).json()
    assert changed["reasons"] == settings["reasons"] | {"reject": ["other", "student"]}
    assert changed["defaults"] == settings["defaults"]
    await world.lead("x")
    refused = await world.done("leads/x/reject", {"reason": "spam"}, status=422)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/reason"]
    await world.done("leads/x/reject", {"reason": "student"})
    key = {"Authorization": f"Bearer {await make_key(database, ['qualification:write', 'leads:read'])}"}
    assert (await world.api.put("settings", json={"reasons": {}}, headers=key)).status_code == 403


async def test_evidence_is_for_those_who_may_read_personal_data(world: World, database: str) -> None:
    await world.lead("x")
    await world.done("leads/x/bant", MET)
    key = {"Authorization": f"Bearer {await make_key(database, ['leads:read'])}"}
    bant = (await world.look("x", key))["bant"]
    assert {name: (item["status"], item["evidence"]) for name, item in bant.items()} == dict.fromkeys(
        MET, ("met", None)
    )
    reader = {"Authorization": f"Bearer {await make_key(database, ['leads:read', 'people:read'])}"}
    assert (await world.look("x", reader))["bant"]["need"]["evidence"] == "what need"


# -- scores and models -----------------------------------------------------------------------------------------------


async def test_a_score_explains_itself(world: World) -> None:
    await world.lead("x", "webinar", details={"webinar_id": "w", "attended": True}, email_kind="disposable")
    explained = (await world.api.get("leads/x/score")).json()
    assert [(each["rule"], each["points"], each["counted"]) for each in explained["engagement"]["contributions"]] == [
        ("webinar", 10, "10"),
        ("webinar_attended", 10, "10"),
        ("disposable_address", -30, "-30"),
    ]
    assert {each["decayed_to"] for each in explained["engagement"]["contributions"]} == {"10", "-30"}
    assert {each["event"] for each in explained["engagement"]["contributions"]} == {"capture-1"}
    assert (explained["engagement"]["score"], explained["model_version"]) == ("-10", 1)
    assert (await world.look("x"))["engagement"]["score"] == "-10"
    assert explained["towards_next"] == {"score": "-10", "since": None, "above_line": False}
    before = (await world.api.get("leads/x/score", params={"at": "2026-03-02T11:59:59Z"})).json()
    assert (before["engagement"], before["at"]) == ({"score": "0", "contributions": []}, "2026-03-02T11:59:59Z")
    assert (await world.api.get("leads/x/score", params={"at": "yesterday"})).status_code == 422


async def test_a_score_decays_and_says_what_is_left(world: World) -> None:
    model = DEFAULT.model_dump(mode="json")
    webinar = {"rule": "webinar", "group": "events", "when": {"source": "webinar"}, "points": 80, "half_life_days": 14}
    line = {"at_once": [], "engagement": 50, "grade": "D"}
    await world.done("models", model | {"rules": [webinar], "caps": {}, "line": line}, status=201)
    await world.done("models/2/activate")
    world.clock.pass_by(days=29)
    await world.lead("x", "webinar", engaged_at=NOON)
    for days, left in ((0, "80"), (7, "56.5685"), (14, "40"), (28, "20")):
        at = (NOON + timedelta(days=days)).isoformat()
        explained = (await world.api.get("leads/x/score", params={"at": at})).json()
        (contribution,) = explained["engagement"]["contributions"]
        assert (contribution["points"], contribution["decayed_to"], contribution["model_version"]) == (80, left, 2)
        assert explained["engagement"]["score"] == left
    recorded = await world.look("x")
    assert (recorded["engagement"]["score"], recorded["score_at"]) == ("19.0339", "2026-03-31T12:00:00Z")
    world.clock.pass_by(days=13)
    assert (await world.look("x"))["engagement"]["score"] == "10"
    (row,) = (await world.api.get("leads")).json()["items"]
    assert (row["engagement"], row["score_at"]) == (recorded["engagement"], recorded["score_at"])
    refused = await world.api.post("models", json=model | {"rules": [webinar | {"points": -5}]})
    assert (refused.status_code, "do not decay" in refused.text) == (422, True)


async def test_a_past_score_is_explained_by_the_version_of_then(world: World) -> None:
    await world.lead("x")
    model = DEFAULT.model_dump(mode="json")
    doubled = [rule | {"points": 10} for rule in model["rules"] if rule["rule"] == "newsletter"]
    await world.done("models", model | {"rules": doubled}, status=201)
    await world.done("models/2/activate")
    world.clock.pass_by(hours=1)
    await world.look("x", await world.capture("x", "other", engaged_at=world.clock.instant))
    then = (await world.api.get("leads/x/score", params={"at": NOON.isoformat()})).json()
    now = (await world.api.get("leads/x/score")).json()
    assert [(each["model_version"], each["engagement"]["score"]) for each in (then, now)] == [(1, "5"), (2, "10")]


async def test_after_an_end_a_score_says_what_still_counts(world: World) -> None:
    await world.lead("x", "demo_request")
    await world.done("leads/x/reject", {"reason": "other"})
    explained = (await world.api.get("leads/x/score")).json()
    assert explained["engagement"]["score"] == "50"
    assert [each["towards_next"] for each in explained["engagement"]["contributions"]] == [False]
    assert explained["towards_next"] == {"score": "0", "since": "2026-03-02T12:00:00Z", "above_line": False}


async def test_models_are_data_and_old_scores_stay_explained(world: World) -> None:
    await world.lead("x")
    model = DEFAULT.model_dump(mode="json")
    model["rules"] = [rule | {"points": 50} for rule in model["rules"] if rule["rule"] == "newsletter"]
    model["caps"] = {}
    defined = await world.done("models", model, status=201)
    assert defined.json()["version"] == 2
    listed = (await world.api.get("models")).json()["items"]
    assert [(item["version"], item["active"]) for item in listed] == [(1, True), (2, False)]
    activated = await world.done("models/2/activate")
    waiting = (await world.api.get("queue", headers=fresh(activated))).json()["items"]
    assert waiting == []
    assert (await world.look("x"))["model_version"] == 1
    assert (await world.api.get("leads/x/score")).json()["engagement"]["score"] == "5"
    lead = await world.look("x", await world.capture("x", "other"))
    assert (lead["lifecycle"], lead["model_version"], lead["engagement"]["score"]) == ("mql", 2, "50")
    await world.done("models", model | {"fit": model["fit"] | {"a": 0}}, status=422)


# -- erasure, feed, keys ---------------------------------------------------------------------------------------------


async def test_erasing_a_person_empties_what_was_written_about_the_lead(world: World, database: str) -> None:
    await world.lead("x", "demo_request")
    deal = (await world.handed_over("x", name="Ada's deal"))["opportunity_id"]
    headers = await world.neighbours.intake.publish("person-ada", "person.erased", {"lead_ids": ["x"]})
    lead = await world.look("x", headers)
    assert (lead["lifecycle"], lead["bant"]["budget"]["status"], lead["bant"]["budget"]["evidence"]) == (
        "srl",
        "met",
        None,
    )
    await world.done("leads/x/touch", status=409)
    async with connected(database, search_path="qualification") as engine, engine.connect() as tx:
        for table in ("vault", "exchange.lent"):
            assert (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0  # noqa: S608
    (erased,) = (await world.api.get("events", params={"types": "lead.erased"})).json()["items"]
    assert (erased["data"]["opportunity_ids"], erased["data"]["person_id"]) == ([deal], "ada")


async def test_the_feed_has_where_leads_go_but_no_text(world: World) -> None:
    await world.lead("x")
    await world.handed_over("x", name="Ada's deal")
    page = (await world.api.get("events")).json()
    assert [item["type"] for item in page["items"]] == ["lead.engaged", "lead.mql", "lead.srl"]
    assert [item["data"]["by"] for item in page["items"]] == ["web form", "tester", "tester"]
    assert "Ada's" not in json.dumps(page)


async def test_a_key_without_the_scope_is_refused(world: World, database: str, subtests: pytest.Subtests) -> None:
    for method, path, scopes in [
        ("GET", "leads/x", ["qualification:write"]),
        ("GET", "leads", ["qualification:write"]),
        ("GET", "queue", ["qualification:write"]),
        ("GET", "leads/x/score", ["qualification:write"]),
        ("GET", "models", ["qualification:write"]),
        ("GET", "events", ["leads:read"]),
        ("POST", "leads/x/touch", ["leads:read"]),
        ("POST", "leads/x/bant", ["leads:read"]),
        ("POST", "leads/x/hand-over", ["leads:read"]),
        ("POST", "models/1/activate", ["leads:read"]),
    ]:
        with subtests.test(method=method, path=path, scopes=scopes):
            key = await make_key(database, scopes)
            answer = await world.api.request(
                method, path, json={"owner": "x"}, headers={"Authorization": f"Bearer {key}"}
            )
            assert answer.status_code == 403


async def test_a_late_engagement_does_not_backdate_a_crossing(world: World) -> None:
    await world.lead("x", "demo_request", engaged_at=NOON - timedelta(days=20))
    assert (await world.look("x"))["mql_at"] == "2026-03-02T12:00:00Z"


async def test_a_model_says_what_has_no_effect_and_refuses_unknown_words(world: World) -> None:
    model = DEFAULT.model_dump(mode="json")
    typo = model | {"caps": {"mial": 5}}
    defined = await world.api.post("models", json=typo)
    assert (defined.status_code, [each["code"] for each in defined.json()["warnings"]]) == (201, ["cap_without_rule"])
    tried = (await world.api.post("models/2/dry-run")).json()
    assert tried["warnings"] == defined.json()["warnings"]
    assert (await world.api.post("models/1/dry-run")).json()["warnings"] == []
    wrong = model | {"first_touch": {"by_source": {"demo": 5}, "other": 5}}
    refused = await world.api.post("models", json=wrong)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["pointer"]) == (422, "/first_touch/by_source/demo")
    assert "demo_request" in error["detail"]
