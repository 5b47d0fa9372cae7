"""A client that makes each service tell the others all that it has to tell."""

from dataclasses import dataclass
from typing import Any

import httpx

from shared.rules.clock_and_ids import ClockAndIds
from tests.running import fresh

MET = {"status": "met", "evidence": "said so"}
BANT = {"budget": MET, "authority": MET, "need": MET, "timing": MET}
EUROS = {"amount": "100.00", "currency": "EUR"}


@dataclass
class World:
    """Speaks to all four services."""

    api: httpx.AsyncClient

    async def send(self, method: str, path: str, body: Any = None, after: httpx.Response | None = None) -> Any:
        headers = fresh(after) if after else {}
        answer = await self.api.request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    async def lead(self, name: str, **more: Any) -> httpx.Response:
        person = {"email": f"{name}@contract.example", "job_title": "Head of Sales"}
        body = {"source": "demo_request", "person": person, "details": {"message": "call me"}} | more
        answer: httpx.Response = await self.send("POST", "/intake/v1/leads", body)
        return answer

    async def handed_over(self, who: str, **body: Any) -> str:
        lead = await self.lead(who, company={"domain": f"{who}.example", "employees": 40, "country": "DE"})
        place = f"/qualification/v1/leads/{lead.json()['lead_id']}"
        await self.send("GET", place, after=lead)
        await self.send("POST", f"{place}/touch")
        await self.send("POST", f"{place}/bant", BANT)
        answer = await self.send("POST", f"{place}/hand-over", body)
        return str(answer.json()["opportunity_id"])

    async def deal(self, opportunity_id: str, *commands: tuple[str, dict[str, Any]]) -> None:
        for command, body in commands:
            await self.send("POST", f"/pipeline/v1/opportunities/{opportunity_id}/{command}", body)

    async def arrived(self, opportunity_id: str) -> None:
        head = (await self.api.get("/qualification/v1/events", params={"limit": 1})).json()["head"]
        wait = {"X-Min-Position": f"qualification:{head}", "Prefer": "wait=30"}
        answer = await self.api.get(f"/pipeline/v1/opportunities/{opportunity_id}", headers=wait)
        assert answer.is_success, answer.text

    async def live(self) -> None:
        """Everything that one service tells another happens at least once."""
        for node, parent in (("company", None), ("ann", "company")):
            body = {"name": node, "kind": "unit" if parent is None else "person", "parent": parent}
            await self.send("PUT", f"/forecast/v1/org/nodes/{node}", body)
        await self.send("PUT", "/forecast/v1/settings", {"timezone": "Europe/Berlin"})
        loans = {"pipeline": "loans", "stages": [{"stage": "asked"}], "first_qualified": "asked"}
        await self.send("PUT", "/pipeline/v1/stages", loans)
        deal = await self.handed_over("ada", owner="ann", name="Ada's deal", amount=EUROS, close_date="2030-01-31")
        await self.arrived(deal)
        await self.deal(
            deal,
            ("qualify", {}),
            ("advance", {"to_stage": "proposal"}),
            ("set-amount", {"amount": None}),
            ("set-amount", {"amount": EUROS}),
            ("set-close-date", {"close_date": "2030-02-28"}),
            ("set-category", {"category": "commit"}),
            ("assign", {"owner": "bob"}),
            ("link", {"external_id": "crm:1"}),
            ("win", {}),
            ("correct", {"owner": "ann", "reason": "other"}),
            ("reopen", {"reason": "other", "close_date": "2030-03-31"}),
            ("lose", {"reason": "competitor", "note": "they were cheaper"}),
        )
        recycled = await self.handed_over("bob", owner="ann")
        await self.arrived(recycled)
        attached = await self.lead("cleo")
        place = f"/qualification/v1/leads/{attached.json()['lead_id']}"
        await self.send("GET", place, after=attached)
        await self.send("POST", f"{place}/bant", BANT)
        head = (await self.api.get("/pipeline/v1/events", params={"limit": 1})).json()["head"]
        wait = {"X-Min-Position": f"pipeline:{head}", "Prefer": "wait=30"}
        assert (await self.api.get("/qualification/v1/leads", headers=wait)).is_success
        await self.send("POST", f"{place}/hand-over", {"opportunity_id": recycled})
        await self.arrived(recycled)
        await self.deal(recycled, ("recycle", {"reason": "bad_timing"}))
        await self.handed_over("dora", owner="ann", pipeline="unknown")
        eve, finn = [(await self.lead(name)).json()["lead_id"] for name in ("eve", "finn")]
        await self.send("POST", f"/intake/v1/leads/{finn}/merge", {"into": eve})
        await self.send("POST", f"/intake/v1/leads/{finn}/unmerge")
        clicked = {"lead_id": eve, "kind": "email_clicked", "occurred_at": ClockAndIds().now().isoformat()}
        await self.send("POST", "/intake/v1/activities", clicked)
        await self.send("POST", "/intake/v1/prospects", {"company": {"domain": "prospect.example"}})
        await self.send("DELETE", "/forecast/v1/org/nodes/ann")
        again = await self.lead("ada", source="webinar", details={"webinar_id": "w1", "attended": True, "minutes": 30})
        await self.send("DELETE", f"/intake/v1/people/{again.json()['person_id']}")
