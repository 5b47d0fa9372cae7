"""The deals behind a number: those that a node's own deals and the ones below it count in a period."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from funnelcast.pages.api import Api
from funnelcast.pages.formats import in_zone
from funnelcast.pages.question import Question, question_of
from funnelcast.pages.screen import Screen, Visit
from funnelcast.pages.screens.names import names_of_deals, names_of_nodes
from funnelcast.pages.screens.periods import neighbours

PATH = "/deals"
PAGE, MOST = 200, 1000
"""Deals of one category on a page; those that are looked through for a warning."""
UNASSIGNED = "_unassigned"
CATEGORIES = ("closed", "commit", "upside", "pipeline", "omitted")
Deal = Mapping[str, Any]
ONLY: Mapping[str, Callable[[Deal, str], bool]] = {
    "amount_missing": lambda deal, today: deal["amount"] is None,
    "close_date_past": lambda deal, today: deal["category"] != "closed" and deal["close_date"] < today,
    "close_date_missing": lambda deal, today: True,
    "stage_unmapped": lambda deal, today: True,
    "owner_unassigned": lambda deal, today: True,
    "owner_inactive": lambda deal, today: deal["category"] != "closed",
    "currency_missing": lambda deal, today: deal["amount"] is not None,
    "rate_missing": lambda deal, today: deal["amount"] is not None,
}
"""The rule of each warning, by its code: whether it is about this deal, on this business day."""

ASKED = {"owner_inactive": "owner_inactive", "stage_unmapped": "stage_unmapped"}
"""Warnings whose deals the API lists, by their code: the parameter."""
UNDATED = "undated"
ALSO_UNDATED = ("owner_inactive", "owner_unassigned", "stage_unmapped", "amount_missing")
"""Warnings that count deals without a close date, too."""


async def show_deals(visit: Visit) -> Response:
    question = question_of(visit)
    query = visit.query
    categories = [each for each in query["category"].split(",") if each]
    only = query["only"] if query["only"] in ONLY else None
    answer = await visit.api.get("/forecast/v1/rollup", depth=0, **question.parameters)
    node = UNASSIGNED if only == "owner_unassigned" else answer["node"]["node_id"]
    found, following = await find_deals(visit.api, node, question, categories, query["from"], only)
    if only:
        today = in_zone(answer["as_of"], visit.zone).date().isoformat()
        found = [deal for deal in found if ONLY[only](deal, today) and is_in(deal, query["amount_in"])]
    names = await names_of_deals(visit, [deal["opportunity_id"] for deal in found])
    return visit.page(
        "deals.html",
        question=question,
        answer=answer,
        categories=categories,
        all_categories=CATEGORIES,
        only=only,
        deals=found,
        names=names,
        people=await names_of_nodes(visit, [deal["owner"] for deal in found]),
        next=following,
        periods=neighbours(answer["period"]["key"]),
    )


async def find_deals(
    api: Api, node: str, question: Question, categories: Sequence[str], start: str, only: str | None
) -> tuple[list[Deal], str | None]:
    """A page of deals of each part up to one that has more, with where to go on: the part and a place in it."""
    path, found = f"/forecast/v1/rollup/{node}/opportunities", list[Deal]()
    asked = {"period": question.period, "calendar": question.calendar, "limit": MOST if only else PAGE}
    asked |= question.instants
    asked |= {name: "true" for code, name in ASKED.items() if code == only}
    chosen = parts(categories, only)
    first, _, after = start.rpartition(":")
    for part in [*chosen][[*chosen].index(first) if first in chosen else 0 :]:
        page = await api.get(path, after=after, **asked, **chosen[part])
        found += page["items"]
        if page["next"]:
            return found, f"{part}:{page['next']}"
        after = ""
    return found, None


def parts(categories: Sequence[str], only: str | None) -> dict[str, dict[str, str]]:
    """The parts of the list, by name, with the parameters of each: each category by close date, then deals without
    one."""
    dated = (
        {} if only == "close_date_missing" else {category: {"category": category} for category in categories or [""]}
    )
    if only != "close_date_missing" and only not in ALSO_UNDATED:
        return dated
    undated = {f"{UNDATED}:{category}": {"category": category, UNDATED: "true"} for category in categories or [""]}
    return dated | undated


def is_in(deal: Deal, currency: str) -> bool:
    """The empty text is every currency."""
    return not currency or (deal["amount"] is not None and deal["amount"]["currency"] == currency)


SCREENS = (Screen(PATH, show_deals, ("forecast:read",)),)
