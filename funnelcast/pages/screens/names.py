"""Names for ids: of deals and of nodes of the organisation, for those who may read them."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from funnelcast.pages.api import Api, ApiError
from funnelcast.pages.screen import Visit

MOST = 1000
"""The most ids of one request."""
SECONDS = 30.0
"""The seconds for which the name of a node is remembered."""
MOST_REMEMBERED = 20_000
NODES = "/forecast/v1/org/lookup"


async def names_of_deals(visit: Visit, ids: Collection[str]) -> Mapping[str, str]:
    """The names of deals, by id: a deal's own, else its account."""
    if not ids or not visit.may("pipeline:read"):
        return {}
    found = await visit.api.request("POST", "/pipeline/v1/opportunities/lookup", body={"ids": list(ids)[:MOST]})
    return {item["opportunity_id"]: item["name"] or item["account"] for item in found.body["items"]}


@dataclass
class RememberedNames:
    """The names of nodes, by session and id, each with until when it holds. None: the person sees no name."""

    known: dict[tuple[str, str], tuple[float, str | None]] = field(default_factory=dict)

    async def find(self, api: Api, ids: Collection[str]) -> Mapping[str, str]:
        now = asyncio.get_running_loop().time()
        wanted = [node for node in ids if self.known.get((api.token, node), (0.0, None))[0] <= now][:MOST]
        if wanted:
            body = (await api.request("POST", NODES, body={"ids": wanted})).body
            names = {item["node_id"]: item["name"] for item in body["items"]}
            if len(self.known) > MOST_REMEMBERED:
                self.known.clear()
            self.known |= {(api.token, node): (now + SECONDS, names.get(node)) for node in wanted}
        found = {node: self.known.get((api.token, node), (now, None))[1] for node in ids}
        return {node: name for node, name in found.items() if name}


async def names_of_nodes(visit: Visit, ids: Collection[str | None]) -> Mapping[str, str]:
    """The names of owners and other nodes, by id; without those that have none. Empty while the forecast does not
    answer: ids do for a list of deals."""
    wanted = dict.fromkeys(node for node in ids if node)
    if not wanted or not visit.may("forecast:read"):
        return {}
    names: RememberedNames = visit.request.app.state.names
    try:
        return await names.find(visit.api, wanted)
    except ApiError as error:
        if error.status == 401:
            raise
        return {}
