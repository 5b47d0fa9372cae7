"""The deals behind a number of the measures: the list whose address the API gives with the number."""

from starlette.responses import Response

from funnelcast.pages.api import ApiError
from funnelcast.pages.rendering import address
from funnelcast.pages.screen import Screen, Visit
from funnelcast.pages.screens.names import names_of_deals, names_of_nodes
from funnelcast.pages.security import FOLDER

PATH, DEALS = "/metrics/deals", "opportunities"
LISTS = (DEALS, "stays")


def path_of_list(link: str) -> str:
    """The page of a list of the API."""
    path, _, query = link.partition("?")
    return f"{FOLDER}{PATH}?of={path.rpartition('/')[2]}&{query}"


async def show_measured_deals(visit: Visit) -> Response:
    kind = visit.query["of"] or DEALS
    if kind not in LISTS:
        raise ApiError(404, "Not Found", "there is no such list")
    asked = {name: value for name, value in visit.query.items() if name not in ("of", "next", "after")}
    parameters = asked | {"after": visit.query["next"]}
    found = (await visit.api.request("GET", f"/pipeline/v1/metrics/{kind}", parameters=parameters)).body
    shown = {name: value for name, value in asked.items() if name != "limit"}
    owners = [visit.query["owner"], *(deal["owner"] for deal in found["items"])]
    return visit.page(
        "measured-deals.html",
        kind=kind,
        shown=shown,
        deals=found["items"],
        names=await names_of_deals(visit, [deal["opportunity_id"] for deal in found["items"]]),
        people=await names_of_nodes(visit, owners),
        following=address(PATH, visit.query, next=found["next"]) if found["next"] else None,
    )


SCREENS = (Screen(PATH, show_measured_deals, ("pipeline:read",)),)
