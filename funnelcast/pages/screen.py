"""A screen: an address with the view that answers it. A module of `screens` declares one or more of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from funnelcast.pages import rendering
from funnelcast.pages.api import Api
from funnelcast.pages.forms import Texts
from funnelcast.pages.person import Person
from funnelcast.pages.security import FOLDER

View = Callable[["Visit"], Awaitable[Response]]


@dataclass(frozen=True)
class Screen:
    """`path` lies below the folder of the pages. `scopes`: all that the person needs. `title`: in the navigation, None
    for a screen that is reached from others. A POST is checked to come from one of our own pages.
    `works_with`: scopes without which it is nobody's first page.
    `is_company_wide`: the API refuses it to a key that is tied to a place in the organisation."""

    path: str
    view: View
    scopes: tuple[str, ...]
    title: str | None = None
    method: Literal["GET", "POST"] = "GET"
    is_company_wide: bool = False
    works_with: tuple[str, ...] = ()

    def lets_in(self, person: Person) -> bool:
        return person.may(*self.scopes) and not (self.is_company_wide and person.is_tied)

    @property
    def address(self) -> str:
        return f"{FOLDER}{self.path}"


@dataclass(frozen=True)
class Visit:
    """One request of a signed-in person. `fields`: of the form that was posted. `zone`: the business time zone."""

    request: Request
    api: Api
    person: Person
    csrf: str
    navigation: tuple[Screen, ...]
    zone: str
    fields: Texts

    def may(self, *scopes: str) -> bool:
        return self.person.may(*scopes)

    @property
    def query(self) -> Texts:
        """The parameters of the address."""
        return Texts(self.request.query_params)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """An HTML page. Amounts and times in it are written by the locale of the browser, in the business zone."""
        return HTMLResponse(rendering.render(template, self.context() | values), status)

    def context(self) -> dict[str, Any]:
        return rendering.common_values(self.request, self.zone) | {
            "person": self.person,
            "csrf": self.csrf,
            "navigation": self.navigation,
            "query": self.query,
            "fields": self.fields,
        }


def see_other(address: str) -> Response:
    return RedirectResponse(address, 303)
