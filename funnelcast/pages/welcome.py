"""The page at which a person arrives: the first that they work with."""

from starlette.responses import Response

from funnelcast.pages.screen import Screen, Visit, see_other


async def show_first_page(visit: Visit) -> Response:
    first = sorted(visit.navigation, key=lambda screen: not visit.may(*screen.works_with))
    return see_other(first[0].address) if first else visit.page("welcome.html")


WELCOME = Screen("/", show_first_page, scopes=())
