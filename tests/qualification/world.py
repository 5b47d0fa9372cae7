"""Qualification over HTTP. The other services' events are put on their topics."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.qualification.neighbours import DEAL, Neighbours, captured
from tests.running import Clock

MET: dict[str, Any] = {
    name: {"status": "met", "evidence": f"what {name}"} for name in ("budget", "authority", "need", "timing")
}


@dataclass
class World:
    api: httpx.AsyncClient
    neighbours: Neighbours
    clock: Clock
    captures: int = 0

    async def capture(self, lead_id: str, source: str = "newsletter", **changes: Any) -> dict[str, str]:
        self.captures += 1
        kind = "lead.captured" if self.captures == 1 else "lead.engagement_added"
        data = captured(source, f"capture-{self.captures}", **changes)
        return await self.neighbours.intake.publish(f"lead-{lead_id}", kind, data, self.clock.instant)

    async def lead(self, lead_id: str, source: str = "newsletter", **changes: Any) -> str:
        """Captures the lead and waits until it is recorded."""
        headers = await self.capture(lead_id, source, **changes)
        assert (await self.api.get(f"leads/{lead_id}", headers=headers)).status_code == 200
        return lead_id

    async def done(self, path: str, body: Any = None, *, status: int = 200, **more: Any) -> httpx.Response:
        answer = await self.api.post(path, json=body, **more) if body is not None else await self.api.post(path, **more)
        assert answer.status_code == status, answer.text
        return answer

    async def deal(self, deal: str, kind: str, **changes: Any) -> dict[str, str]:
        data = DEAL | {"command": "qualify", "reason": None} | changes
        return await self.neighbours.pipeline.publish(f"opportunity-{deal}", kind, data, self.clock.instant)

    async def person(self, node: str) -> dict[str, str]:
        placed = {"node": node, "parent": None, "kind": "person", "starts": None, "name": None}
        return await self.neighbours.forecast.publish("org-all", "org.node_placed", placed)

    async def handed_over(self, lead_id: str, **body: Any) -> dict[str, Any]:
        await self.done(f"leads/{lead_id}/bant", MET)
        answer = await self.done(f"leads/{lead_id}/hand-over", {"owner": "ann"} | body, status=201)
        return dict(answer.json())

    async def look(self, lead_id: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        answer = await self.api.get(f"leads/{lead_id}", headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
