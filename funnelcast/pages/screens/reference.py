"""The reference of an operator: keys, the organisation, calendars, rates, quotas, and scoring models with a dry run."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from funnelcast.pages.api import Api, ApiError

MOST = 100
"""Rows of one list."""
Fields = Mapping[str, Any]
PATHS = {
    "keys": "/access/v1/keys",
    "nodes": "/forecast/v1/org",
    "calendars": "/forecast/v1/calendars",
    "rates": "/forecast/v1/rates",
    "quotas": "/forecast/v1/quotas",
    "models": "/qualification/v1/models",
}
PAGED = ("keys", "nodes", "rates", "quotas")


@dataclass(frozen=True)
class ListAnswer:
    """`refused`: why there are no rows, in the API's words."""

    rows: Sequence[Fields] = ()
    has_more: bool = False
    refused: ApiError | None = None


async def find_lists(api: Api) -> dict[str, ListAnswer]:
    """The lists by name. A service that refuses or is down leaves the others on the page."""
    found = await asyncio.gather(*(find_list(api, name) for name in PATHS))
    return dict(zip(PATHS, found, strict=True))


async def find_list(api: Api, name: str) -> ListAnswer:
    try:
        answer = await api.get(PATHS[name], limit=MOST if name in PAGED else None)
    except ApiError as error:
        if error.status == 401:
            raise
        return ListAnswer(refused=error)
    return ListAnswer(answer["nodes"] if name == "nodes" else answer["items"], bool(answer.get("next")))


def nodes_in(lists: Mapping[str, ListAnswer]) -> list[str | None]:
    """The ids of all nodes that stand in the lists."""
    places = (("keys", "node"), ("nodes", "parent"), ("quotas", "node_id"))
    return [row[name] for rows, name in places for row in lists[rows].rows]
