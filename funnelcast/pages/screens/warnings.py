"""Warnings in the answer to a command, which the page after it shows. Its address has their codes alone: with texts, an
address could make a page say anything."""

from collections.abc import Mapping

from starlette.responses import Response

from funnelcast.pages.api import ApiResponse
from funnelcast.pages.screen import Visit, see_other

TEXTS: Mapping[str, str] = {
    "open_opportunity_on_account": "the account has another open opportunity",
    "owner_unassigned": "the owner is not in the organisation",
    "owner_inactive": "the owner has left the organisation",
}
"""The API's, by code."""


def back_to_page(visit: Visit, written: ApiResponse) -> Response:
    """Redirects from the address of a command to the page of what it changed, with what was written."""
    codes = [each["code"] for each in written.body.get("warnings", ())]
    warned = f"&warned={','.join(codes)}" if codes else ""
    return see_other(f"{visit.request.url.path.rpartition('/')[0]}?done=1&after={written.position}{warned}")


def warnings_for(visit: Visit) -> list[str]:
    return [TEXTS[code] for code in visit.query["warned"].split(",") if code in TEXTS]
