"""The queue of those who work leads: who comes next, until when, and whose it is."""

from urllib.parse import quote

from starlette.responses import Response

from funnelcast.pages.api import ApiError
from funnelcast.pages.rendering import address
from funnelcast.pages.screen import Screen, Visit, see_other

PATH = "/queue"
READS, WRITES = ("leads:read",), ("leads:read", "qualification:write")
ACTIONS = ("claim", "touch")
PAGE = 50


async def show_queue(visit: Visit, refused: ApiError | None = None) -> Response:
    """`refused`: why the last command was not done."""
    query = visit.query
    found = await visit.api.get("/qualification/v1/queue", sdr=query["sdr"], after=query["from"], limit=PAGE)
    return visit.page(
        "queue.html",
        refused.status if refused else 200,
        leads=found["items"],
        following=found["next"],
        refused=refused,
        may_work=visit.may(*WRITES),
        is_done=query["done"] == "1",
    )


async def work_on_lead(visit: Visit) -> Response:
    """Claims a lead for the person, or records that they contacted it."""
    action = visit.request.path_params["action"]
    if action not in ACTIONS:
        raise ApiError(404, "Not Found", "the queue knows no such command")
    path = f"/qualification/v1/leads/{quote(visit.request.path_params['lead_id'], safe='')}/{action}"
    try:
        written = await visit.api.request("POST", path, body={})
    except ApiError as error:
        if not error.is_refusal:
            raise
        return await show_queue(visit, error)
    return see_other(address(PATH, sdr=visit.query["sdr"], done=1, after=written.position))


SCREENS = (
    Screen(PATH, show_queue, READS, title="Queue", is_company_wide=True, works_with=WRITES),
    Screen(f"{PATH}/{{lead_id}}/{{action}}", work_on_lead, WRITES, method="POST"),
)
