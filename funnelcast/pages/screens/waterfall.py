"""The waterfall: what moved a number from one instant to another, as a picture, a table, and deals."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from funnelcast.pages.api import ApiError, FieldError
from funnelcast.pages.chart import waterfall_chart
from funnelcast.pages.formats import in_zone
from funnelcast.pages.question import BASES
from funnelcast.pages.rendering import address
from funnelcast.pages.screen import Screen, Visit
from funnelcast.pages.screens.names import names_of_deals
from funnelcast.pages.screens.periods import neighbours

PATH = "/waterfall"
VIEWS = ("commit", "upside", "open", "closed")
WORDS: Mapping[str, str] = {
    "new": "New deals",
    "slipped_in": "Slipped in from an earlier period",
    "pulled_in": "Pulled in from a later period",
    "pushed_out": "Pushed out to a later period",
    "pulled_out": "Pulled out to an earlier period",
    "dated": "Got a close date",
    "undated": "Lost their close date",
    "increased": "Increased",
    "decreased": "Decreased",
    "recategorised_in": "Category moved in",
    "recategorised_out": "Category moved out",
    "won": "Won",
    "lost": "Lost",
    "recycled": "Recycled",
    "reopened": "Reopened",
    "corrected": "Corrected",
    "reassigned_in": "Taken over from others",
    "reassigned_out": "Handed to others",
    "org_moved": "People moved",
    "rate_changed": "Exchange rates",
    "override_changed": "Overrides",
    "rounding": "Rounding",
}


async def show_waterfall(visit: Visit) -> Response:
    query = visit.query
    now = in_zone(visit.request.app.state.now(), visit.zone)
    since = query["since"] or f"{now - timedelta(days=7):%Y-%m-%dT%H:%M}"
    asked = {name: query[name] for name in ("period", "node", "currency", "view")}
    asked["basis"] = query["basis"] or BASES[0]  # as on the forecast, overrides count unless asked otherwise
    ends = {"from": end(since, visit.zone, "since"), "to": end(query["until"], visit.zone, "until")}
    answer = await visit.api.get("/forecast/v1/waterfall", **asked, **ends)
    top = await visit.api.get("/forecast/v1/rollup", depth=0, node=answer["node_id"], period=answer["period"]["key"])
    steps = [step for step in answer["steps"] if step["kind"] != "rounding" or not is_zero(step["amount"])]
    chosen = next((step for step in steps if step["kind"] == query["step"]), None)
    deals = [item["opportunity_id"] for item in chosen["opportunities"]] if chosen else []
    return visit.page(
        "waterfall.html",
        answer=answer,
        name=top["node"]["name"] or answer["node_id"],
        steps=steps,
        chart=waterfall_chart(
            answer, steps, WORDS, lambda kind: address(PATH, query, since=since, step=kind) + "#deals"
        ),
        chosen=chosen,
        names=await names_of_deals(visit, dict.fromkeys(deals)),
        since=since,
        until=query["until"],
        kinds=WORDS,
        views=VIEWS,
        periods=neighbours(answer["period"]["key"]),
    )


def is_zero(amount: str) -> bool:
    return not amount.strip("0.")


def end(local: str | None, zone: str, field: str) -> str | None:
    """An instant from a local time; raises `ApiError`."""
    if not local:
        return None
    try:
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except ValueError:
        detail = "must be a day and a time such as 2026-03-31T18:00"
        raise ApiError(422, "Unprocessable Content", detail, [FieldError(field, detail)]) from None


SCREENS = (Screen(PATH, show_waterfall, ("forecast:read",), title="Waterfall"),)
