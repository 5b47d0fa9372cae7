"""Where a person arrives: the first page that they may see."""

from starlette.responses import Response

from funnelcast.pages.screen import Screen, Visit, see_other


async def show_first_page(visit: Visit) -> Response:
    if visit.navigation:
        return see_other(visit.navigation[0].address)
    return visit.page("welcome.html")


WELCOME = Screen("/", show_first_page, scopes=())
