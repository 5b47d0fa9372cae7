"""Worked examples of consent, over HTTP."""

from typing import Any

import httpx

from tests.running import Clock, fresh

JANE = {"email": "jane@acme.com"}
NEWS = {"source": "newsletter", "person": JANE}


async def unsubscribed(api: httpx.AsyncClient, clock: Clock, person: dict[str, str]) -> httpx.Response:
    body = {"person": person, "kind": "unsubscribed", "occurred_at": clock.now().isoformat()}
    return await api.post("activities", json=body)


async def status(api: httpx.AsyncClient, person_id: str) -> str:
    """The status of the newsletter."""
    person = (await api.get(f"people/{person_id}")).json()
    return str({each["purpose"]: each["status"] for each in person["consents"]}["newsletter"])


async def test_a_denial_holds_until_a_grant_that_names_its_text(api: httpx.AsyncClient, clock: Clock) -> None:
    async def captured(number: int, **consent: Any) -> str:
        body = {"consent": {"purpose": "newsletter"} | consent} if consent else {}
        answer = await api.post("leads", json=NEWS | {"details": {"list": f"list {number}"}} | body)
        return str(answer.json()["person_id"])

    person_id = await captured(1, status="pending")
    found = [await status(api, person_id)]
    clock.pass_by(minutes=1)
    assert (await unsubscribed(api, clock, JANE)).status_code == 200
    found.append(await status(api, person_id))
    for number, consent in enumerate(({"status": "granted"}, {}, {"status": "granted", "text_version": "v2"}), 2):
        clock.pass_by(minutes=1)
        await captured(number, **consent)
        found.append(await status(api, person_id))
    assert found == ["pending", "denied", "denied", "denied", "granted"]


async def test_an_unsubscription_of_nobody_known_makes_no_lead_and_holds_when_they_come(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    unknown = await unsubscribed(api, clock, JANE)
    assert unknown.status_code == 404
    first = await api.post("leads", json=NEWS | {"consent": {"status": "granted", "purpose": "newsletter"}})
    assert len((await api.get("leads", headers=fresh(first))).json()["items"]) == 1
    assert await status(api, first.json()["person_id"]) == "denied"
