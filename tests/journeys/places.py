"""A small organisation with deals, and callers who are confined to its nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from funnelcast.serving.services import SCOPES
from tests.running import eventually, fresh, make_key

PARENTS = {"company": None, "a": "company", "b": "company", "r1": "a", "r2": "a", "r3": "b", "gone": "b"}
OPPORTUNITIES = "/pipeline/v1/opportunities"


@dataclass
class Company:
    """`api`: with a key that may do everything. `database`: for keys."""

    api: httpx.AsyncClient
    database: str
    keys: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        answer = await self.api.request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    async def place(self, node: str, parent: str | None) -> httpx.Response:
        body = {"name": f"Name of {node}", "kind": "person" if parent else "unit", "parent": parent}
        return await self.send("PUT", f"/forecast/v1/org/nodes/{node}", body)

    async def build(self) -> None:
        for node, parent in PARENTS.items():
            await self.place(node, parent)
        ended = await self.send("DELETE", "/forecast/v1/org/nodes/gone")
        for service in ("pipeline", "qualification"):
            path = "opportunities" if service == "pipeline" else "leads"
            await self.api.get(f"/{service}/v1/{path}", headers=fresh(ended))
        await eventually(self.is_known)

    async def is_known(self) -> bool:
        answers = [await self.call("company", "GET", path) for path in (OPPORTUNITIES, "/qualification/v1/leads")]
        return all(answer.status_code == 200 for answer in answers)

    async def key(self, node: str | None, scopes: Any = SCOPES) -> str:
        name = f"tied to {node}"
        if name not in self.keys:
            self.keys[name] = await make_key(self.database, scopes, name=name, node=node)
        return self.keys[name]

    async def owned_key(self, owner: str, scopes: Sequence[str]) -> dict[str, str]:
        """The header of a key that belongs to a person and is tied to no node."""
        key = await make_key(self.database, scopes, name=f"key of {owner}", owner=owner)
        return {"Authorization": f"Bearer {key}"}

    async def call(
        self, node: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """A call with a key that is tied to the node."""
        known = {"Authorization": f"Bearer {await self.key(node)}", **(headers or {})}
        return await self.api.request(method, path, json=body, headers=known)

    async def deal(self, owner: str, **fields: Any) -> httpx.Response:
        body = {"name": f"Deal of {owner}", "account": f"{owner}.example", "owner": owner, "motion": "new_business"}
        amount = {"amount": "1000.00", "currency": "EUR"}
        return await self.send("POST", OPPORTUNITIES, body | {"amount": amount} | fields)
