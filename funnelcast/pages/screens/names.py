"""Names for ids: of deals, for those who may read them."""

from collections.abc import Collection, Mapping

from funnelcast.pages.screen import Visit

MOST = 1000
"""Of one request."""


async def names_of_deals(visit: Visit, ids: Collection[str]) -> Mapping[str, str]:
    """By id, the deal's name, else its account."""
    if not ids or not visit.may("pipeline:read"):
        return {}
    found = await visit.api.answer("POST", "/pipeline/v1/opportunities/lookup", body={"ids": list(ids)[:MOST]})
    return {item["opportunity_id"]: item["name"] or item["account"] for item in found.body["items"]}
