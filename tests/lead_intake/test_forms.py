"""Forms on public pages: how a browser's post is read, what is suspicious, and that nothing is lost."""

import re
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.posted import multipart_fields
from services.lead_intake.form import commands, events
from services.lead_intake.form.decider import DECIDER
from services.lead_intake.form.post import Post, read_capture, read_post, suspicions
from services.lead_intake.form.snippet import snippet
from services.lead_intake.form.state import Form
from tests.lead_intake.test_webhooks import quarantined
from tests.running import Clock, fresh, make_key
from tests.spec import Given

PAGE = "https://www.acme.com"
SETTINGS: dict[str, Any] = {
    "source": "demo_request",
    "fields": {"mail": "email", "your-name": "full_name", "agree": "consent", "question": "message"},
    "consent": {"purpose": "news", "text_version": "2"},
    "origins": [PAGE],
    "redirect": f"{PAGE}/thanks",
    "honeypot": "nickname",
    "least_seconds": 3,
}
FILLED = {"mail": "jane@acme.com", "your-name": "Jane Doe", "agree": "yes", "question": "Please call me"}
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


def settings(**changes: Any) -> events.FormSettings:
    return events.FormSettings.model_validate(SETTINGS | changes)


def command(**changes: Any) -> commands.DefineForm:
    return commands.DefineForm.model_validate(SETTINGS | changes)


def given(*history: events.FormEvent) -> Given[commands.DefineForm, Form, events.FormEvent]:
    return Given(DECIDER, history)


def multipart(*fields: tuple[str, str], boundary: str = "xx") -> bytes:
    parts = (f"--{boundary}\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n" for name, value in fields)
    return ("".join(parts) + f"--{boundary}--\r\n").encode()


# -- the settings ----------------------------------------------------------------------------------------------------


def test_settings_are_replaced_whole_and_the_same_ones_add_nothing() -> None:
    defined = events.FormDefined(settings=settings())
    given().when(command()).then(defined)
    given(defined).when(command()).then()
    given(defined).when(command(honeypot=None)).then(events.FormDefined(settings=settings(honeypot=None)))


async def test_settings_that_make_no_sense_are_refused_with_the_field(
    api: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for field, value in [
        ("origins", ["www.acme.com"]),
        ("origins", [f"{PAGE}/page"]),
        ("redirect", "javascript:alert(1)"),
        ("redirect", "https://www.acme.com\\@elsewhere.com"),
        ("honeypot", "mail"),
        ("least_seconds", -1),
        ("details", {"list": "monthly"}),
        ("fields", {"mail": "no such meaning"}),
    ]:
        with subtests.test(field=field, value=value):
            body = SETTINGS | ({"source": "other"} if field == "details" else {}) | {field: value}
            answer = await api.put("forms/demo", json=body)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"].startswith(f"/{field}")


# -- what a browser posts --------------------------------------------------------------------------------------------


def test_a_urlencoded_and_a_multipart_post_are_the_same() -> None:
    body = multipart(*((f'name="{name}"', value) for name, value in FILLED.items()))
    form = read_post(urlencode(FILLED).encode(), {"content-type": URLENCODED["Content-Type"], "origin": PAGE})
    parts = read_post(body, {"content-type": "multipart/form-data; boundary=xx", "origin": PAGE})
    assert form == parts == Post(FILLED, PAGE)


def test_the_parts_of_a_post_keep_line_breaks_and_escaped_names_and_of_a_file_its_name() -> None:
    body = multipart(('name="a%22b"', "one\r\ntwo"), ('name="cv"; filename="Jané.pdf"', "%PDF"), ("name=c", "3"))
    fields = list(multipart_fields(body, 'multipart/form-data; boundary="xx"'))
    assert fields == [('a"b', "one\r\ntwo"), ("cv", "Jané.pdf"), ("c", "3")]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--xx\r\n", "multipart/form-data; boundary=xx"),
        (b"--xx\r\n\r\n\r\nvalue\r\n--xx--", "multipart/form-data; boundary=xx"),
        (b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--xx--', "multipart/form-data; boundary=xx"),
        (b"mail=1", "multipart/form-data"),
        (b"mail=%ff", "application/x-www-form-urlencoded"),
        (b"mail=%00", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_form_is_malformed(body: bytes, content_type: str) -> None:
    with pytest.raises(Malformed):
        read_post(body, {"content-type": content_type})


@generated(st.binary(max_size=300), st.sampled_from(["multipart/form-data; boundary=x", "a/b"]))
def test_no_bytes_raise_anything_else(body: bytes, content_type: str) -> None:
    with suppress(Malformed):
        assert all(value.strip() for value in read_post(body, {"content-type": content_type}).fields.values())


def test_a_capture_has_what_the_fields_mean_and_the_parameters_of_the_page() -> None:
    fields = FILLED | {"landing_url": f"{PAGE}/?utm_campaign=spring", "_seconds": "9", "nickname": "bot"}
    body = read_capture(fields, None, "demo", settings()).body
    assert body["person"] == {"email": "jane@acme.com", "first_name": "Jane", "last_name": "Doe"}
    assert body["consent"] == {"status": "granted", "purpose": "news", "text_version": "2"}
    assert body["details"] == {"message": "Please call me"}
    assert body["campaign"]["utm_campaign"] == "spring"


@pytest.mark.parametrize(
    ("more", "origin", "expected"),
    [
        ({}, PAGE, 0),
        ({}, None, 0),
        ({}, "null", 0),
        ({"_seconds": "3.0"}, PAGE.upper(), 0),
        ({"_seconds": "2.9"}, PAGE, 1),
        ({"_seconds": "nan"}, PAGE, 1),
        ({"nickname": "bot"}, PAGE, 1),
        ({"nickname": "bot", "_seconds": "0.1"}, "https://elsewhere.com", 3),
    ],
)
def test_a_post_is_suspicious_for_each_sign_that_no_person_made_it(
    more: dict[str, str], origin: str | None, expected: int
) -> None:
    assert len(suspicions(Post(FILLED | more, origin), settings())) == expected


def test_the_snippet_asks_in_the_order_of_people_and_hides_what_the_page_fills() -> None:
    fields = {"ok": "consent", "m": "message", "utm": "utm_source", "site": "domain", "mail": "email", "n": "full_name"}
    html = snippet("https://leads.acme.com/intake/v1/forms/demo", settings(fields=fields))
    names = re.findall(r'name="(\w+)"', html)
    assert [name for name in names if name in fields] == ["n", "mail", "site", "utm", "m", "ok"]
    assert '<input type="hidden" name="utm">' in html
    assert '<input type="text" name="site">' in html


def test_the_snippet_escapes_names_and_has_every_field() -> None:
    html = snippet("https://leads.acme.com/intake/v1/forms/demo", settings(fields={'a"b': "email", "c": "message"}))
    assert 'action="https://leads.acme.com/intake/v1/forms/demo"' in html
    assert '<input type="email" name="a&quot;b" required>' in html
    assert '<textarea name="c"></textarea>' in html
    assert 'name="nickname" tabindex="-1"' in html


# -- over HTTP -------------------------------------------------------------------------------------------------------


async def post(api: httpx.AsyncClient, *, origin: str = PAGE, accept: str = "text/html", **more: str) -> httpx.Response:
    headers = URLENCODED | {"Origin": origin, "Accept": accept, "Authorization": ""}
    return await api.post("forms/demo", content=urlencode(FILLED | more), headers=headers)


async def leads(api: httpx.AsyncClient, after: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get("leads", headers=fresh(after))).json()["items"]
    return found


async def test_a_post_becomes_a_capture_and_a_second_click_adds_nothing(api: httpx.AsyncClient) -> None:
    saved = await api.put("forms/demo", json=SETTINGS)
    assert (saved.status_code, saved.json()["path"]) == (200, "/intake/v1/forms/demo")
    first, again = await post(api), await post(api)
    assert (first.status_code, first.headers["Location"]) == (again.status_code, again.headers["Location"])
    assert (first.status_code, first.headers["Location"]) == (303, f"{PAGE}/thanks")
    (row,) = await leads(api, again)
    (capture,) = (await api.get(f"leads/{row['lead_id']}")).json()["captures"]
    assert (capture["source"], capture["form_key"], capture["connection_id"]) == ("demo_request", "demo", None)
    assert capture["texts"] == {"message": "Please call me", "consent_evidence": "agree"}


async def test_a_suspicious_post_is_answered_alike_kept_whole_and_released_once_at_its_own_time(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    await api.put("forms/demo", json=SETTINGS)
    sent_at = clock.now()
    good = await post(api, mail="bob@acme.com")
    bad = await post(api, nickname="bot", _seconds="0.2")
    same = ("status_code", "text")
    assert [getattr(good, name) for name in same] == [getattr(bad, name) for name in same]
    assert good.headers.keys() == bad.headers.keys()
    (row,) = await quarantined(api, bad)
    assert (row["reason"], row["form_key"], row["connection_id"]) == ("suspicious", "demo", None)
    assert row["detail"] == "a field was filled that people do not see; it was filled faster than people can"
    kept = (await api.get(f"quarantine/{row['quarantine_id']}")).json()["delivery"]["fields"]
    assert kept == FILLED | {"nickname": "bot", "_seconds": "0.2"}
    clock.pass_by(hours=2)
    released = await api.post(f"quarantine/{row['quarantine_id']}/release")
    again = await api.post(f"quarantine/{row['quarantine_id']}/release")
    assert released.json()["captures"] == again.json()["captures"]
    (jane,) = (lead for lead in await leads(api, released) if lead["external_id"])
    (capture,) = (await api.get(f"leads/{jane['lead_id']}")).json()["captures"]
    assert [capture["capture_id"]] == released.json()["captures"]
    assert capture["engaged_at"] == sent_at.isoformat().replace("+00:00", "Z")


async def test_what_cannot_be_read_waits_until_the_settings_are_put_right(api: httpx.AsyncClient) -> None:
    await api.put("forms/demo", json=SETTINGS | {"fields": {}})
    posted = await post(api)
    (row,) = await quarantined(api, posted)
    assert row["reason"] == "unreadable"
    assert (await api.post(f"quarantine/{row['quarantine_id']}/release")).status_code == 409
    await api.put("forms/demo", json=SETTINGS)
    assert len((await api.post(f"quarantine/{row['quarantine_id']}/release")).json()["captures"]) == 1
    garbage = await api.post("forms/demo", content=b"%ff", headers=URLENCODED)
    assert garbage.status_code == 303
    (row,) = await quarantined(api, garbage)
    assert (await api.post(f"quarantine/{row['quarantine_id']}/release")).status_code == 409


async def test_a_script_of_the_page_may_read_the_answer_and_others_may_not(api: httpx.AsyncClient) -> None:
    await api.put("forms/demo", json=SETTINGS | {"redirect": None})
    script = await post(api, accept="application/json")
    assert (script.status_code, script.json()) == (200, {"received": True})
    assert script.headers["Access-Control-Allow-Origin"] == PAGE
    other = await post(api, origin="https://elsewhere.com", accept="application/json")
    assert (other.status_code, other.json()) == (200, {"received": True})
    assert "Access-Control-Allow-Origin" not in other.headers
    page = await api.post("forms/demo", files={"cv": b"%PDF"}, data=FILLED)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


async def test_settings_need_a_key_and_posts_need_a_form(api: httpx.AsyncClient) -> None:
    assert (await api.put("forms/demo", json=SETTINGS, headers={"Authorization": ""})).status_code == 401
    assert (await api.get("forms/demo", headers={"Authorization": ""})).status_code == 401
    assert (await api.get("forms/demo")).status_code == 404
    assert (await post(api)).status_code == 404
    await api.put("forms/demo", json=SETTINGS)
    assert (await api.post("forms/demo", json=FILLED)).status_code == 415
    shown = (await api.get("forms/demo")).json()
    assert shown["settings"]["redirect"] == f"{PAGE}/thanks"
    assert 'action="http://test/intake/v1/forms/demo"' in shown["snippet"]


async def test_forms_are_listed_in_the_order_of_their_definition_with_what_was_posted(
    api: httpx.AsyncClient, database: str
) -> None:
    await api.put("forms/demo", json=SETTINGS)
    await api.put("forms/news", json=SETTINGS | {"source": "newsletter"})
    await api.put("forms/demo", json=SETTINGS | {"source": "contact_form", "source_detail": "footer"})
    await post(api)
    posted = await post(api, nickname="bot")
    listed = (await api.get("forms", headers=fresh(posted))).json()["items"]
    assert [(row["form_key"], row["source"], row["source_detail"]) for row in listed] == [
        ("demo", "contact_form", "footer"),
        ("news", "newsletter", None),
    ]
    assert listed[0]["path"] == "/intake/v1/forms/demo"
    first = (await api.get("forms", params={"limit": 1})).json()
    second = (await api.get("forms", params={"limit": 1, "after": first["next"]})).json()
    assert [*first["items"], *second["items"]] == listed
    assert second["next"] is None
    yielded = (await api.get("forms/demo/deliveries")).json()["items"]
    assert [row["outcome"] for row in yielded] == ["quarantined", "captured"]
    assert yielded[1]["lead_id"]
    assert (await api.get("forms/news/deliveries")).json()["items"] == []
    assert (await api.get("forms/none/deliveries")).status_code == 404


async def test_who_reads_leads_sees_the_forms_and_who_captures_them_decides_on_the_quarantine(
    api: httpx.AsyncClient, database: str
) -> None:
    await api.put("forms/demo", json=SETTINGS)
    (row,) = await quarantined(api, await post(api, nickname="bot"))
    release = f"quarantine/{row['quarantine_id']}/release"
    for scopes, lists, releases in ((["leads:read"], 200, 403), (["leads:write"], 403, 200)):
        key = {"Authorization": f"Bearer {await make_key(database, scopes)}"}
        assert (await api.get("forms", headers=key)).status_code == lists
        assert (await api.get("connections", headers=key)).status_code == lists
        assert (await api.get("forms/demo", headers=key)).status_code == 403
        assert (await api.post(release, headers=key)).status_code == releases
