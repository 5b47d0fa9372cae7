"""The web application of the pages: its routes, what stands before every view, and its error pages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from funnelcast.pages import api, forms, rendering, security, sign_in
from funnelcast.pages.api import Api, ApiError
from funnelcast.pages.business_time import BusinessTime
from funnelcast.pages.live import LIVE, Watch
from funnelcast.pages.person import find_person
from funnelcast.pages.screen import Screen, Visit, see_other
from funnelcast.pages.screens import SCREENS
from funnelcast.pages.screens.forecast_beside import RememberedWeeks
from funnelcast.pages.screens.names import RememberedNames
from funnelcast.pages.security import FOLDER
from funnelcast.pages.sessions import OneTimeLinks, Sessions
from funnelcast.pages.welcome import WELCOME
from shared.rules.clock_and_ids import ClockAndIds

log = structlog.get_logger()
Handler = Callable[[Request], Awaitable[Response]]
SYSTEM = ClockAndIds()
FOR_EVER = "public, max-age=31536000, immutable"
NO_SESSIONS = "the database of the sessions does not answer"
BUSY = (429, 502, 503, 504)


@dataclass(frozen=True)
class Pages:
    """The running application."""

    app: Starlette

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    def stop(self) -> None:
        """Ends the streams of open pages."""
        self.app.state.watch.stop()


@asynccontextmanager
async def run_pages(
    services_url: str,
    sessions: Sessions,
    links: OneTimeLinks | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    now: Callable[[], datetime] = SYSTEM.now,
) -> AsyncIterator[Pages]:
    """`services_url`: where the four services answer. `transport`: of a test."""
    async with api.make_client(services_url, transport) as http:
        app = Starlette(
            routes=routes(), exception_handlers={HTTPException: show_http_error, Exception: show_unexpected}
        )
        app.state.http, app.state.sessions, app.state.links = http, sessions, links or OneTimeLinks()
        app.state.business_time, app.state.watch = BusinessTime(), Watch(asyncio.Event())
        app.state.now, app.state.weeks, app.state.names = now, RememberedWeeks(), RememberedNames()
        app.router.redirect_slashes = False
        yield Pages(app)


def routes() -> list[Route]:
    return [
        Route("/", guarded(to_the_pages)),
        Route(FOLDER, guarded(to_the_pages)),
        Route(WELCOME.address, guarded(partial(serve, WELCOME))),
        Route(LIVE.address, guarded(partial(serve, LIVE))),
        Route(f"{FOLDER}/healthz", guarded(answer_alive)),
        Route(f"{FOLDER}/static/{{version}}/{{name}}", guarded(send_file)),
        Route(f"{FOLDER}/sign-in", guarded(sign_in.show_sign_in)),
        Route(f"{FOLDER}/sign-in", guarded(sign_in.sign_in), methods=["POST"]),
        Route(f"{FOLDER}/sign-out", guarded(sign_in.sign_out), methods=["POST"]),
        Route(f"{FOLDER}/enter/{{code}}", guarded(sign_in.use_one_time_link)),
        *(Route(screen.address, guarded(partial(serve, screen)), methods=[screen.method]) for screen in SCREENS),
    ]


def guarded(handler: Handler) -> Handler:
    """Every answer has the protective headers; an error of the API becomes a page in its words."""

    async def handle(request: Request) -> Response:
        try:
            response = await handler(request)
        except ApiError as error:
            response = error_page(request, error)
        except (SQLAlchemyError, OSError) as error:
            log.warning("unavailable", error=type(error).__name__)
            response = error_page(request, ApiError(503, "Service Unavailable", NO_SESSIONS, retry_after=2))
        return security.protect(response)

    return handle


async def to_the_pages(request: Request) -> Response:
    return see_other(f"{FOLDER}/")


async def answer_alive(request: Request) -> Response:
    return PlainTextResponse("alive")


async def send_file(request: Request) -> Response:
    """A stylesheet or a script of our own, for a page of this version: one of another gets the file of now."""
    path = rendering.STATIC / request.path_params["name"]
    is_of_now = request.path_params["version"] == rendering.static_version()
    if path.name not in {each.name for each in rendering.STATIC.iterdir()}:
        raise ApiError(404, "Not Found", "there is no such file")
    return FileResponse(path, headers={"Cache-Control": FOR_EVER} if is_of_now else {})


# -- a screen ------------------------------------------------------------------------------------------------------


async def serve(screen: Screen, request: Request) -> Response:
    """Finds the person, checks what they may do and where a write comes from, and calls the screen's view."""
    session = security.session_of(request)
    request.state.fields = await forms.read_fields(request) if request.method == "POST" else forms.Texts()
    if not session:
        return signed_out(request)
    deadline = asyncio.get_running_loop().time() + api.SECONDS
    caller = Api(request.app.state.http, session, request.query_params.get("after"), deadline)
    try:
        visit = request.state.visit = await make_visit(request, caller, session)
        await check(screen, visit, session)
        return await screen.view(visit)
    except ApiError as error:
        if error.status != sign_in.UNAUTHENTICATED:
            raise
        return signed_out(request)


def signed_out(request: Request) -> Response:
    """A page to sign in, and no trace of the cookie that was forged or has ended."""
    back = sign_in.page_asked_for(request)
    response = sign_in.sign_in_page(request, sign_in.UNAUTHENTICATED, back=back)
    if security.COOKIE in request.cookies:
        security.delete_cookie(request, response)
    return response


async def make_visit(request: Request, caller: Api, session: str) -> Visit:
    person = await find_person(replace(caller, after=None))
    visible = tuple(each for each in SCREENS if each.title and each.lets_in(person))
    zone = await request.app.state.business_time.zone(caller, person)
    return Visit(request, caller, person, security.csrf_token(session), visible, zone, request.state.fields)


async def check(screen: Screen, visit: Visit, session: str) -> None:
    """Raises `ApiError`."""
    if not visit.may(*screen.scopes):
        raise ApiError(403, "Forbidden", f"your key lacks the scope {', '.join(sorted(screen.scopes))}")
    if screen.method == "POST" and not security.is_own_write(visit.request, session, visit.fields["csrf"]):
        raise ApiError(403, "Forbidden", "the form was not sent from one of these pages; go back, reload and try again")


# -- errors --------------------------------------------------------------------------------------------------------


def error_page(request: Request, error: ApiError) -> Response:
    """The page of an error, in the API's own words, with the way to other pages and out. One that may pass by itself is
    asked again after a while."""
    retry = (error.retry_after or 2) if error.status in BUSY and request.method == "GET" else None
    visit: Visit | None = getattr(request.state, "visit", None)
    common = visit.context() if visit else rendering.common_values(request, "UTC")
    values = common | {"error": error, "retry": retry, "typed": forms.typed_into(request)}
    response = HTMLResponse(rendering.render("error.html", values), error.status)
    if retry:
        response.headers["Refresh"] = response.headers["Retry-After"] = str(retry)
    return response


async def show_http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    known = {
        404: ("Not Found", "there is no such page"),
        405: ("Method Not Allowed", "this page takes no such request"),
    }
    return security.protect(error_page(request, ApiError(status, *known.get(status, ("Error", "the request failed")))))


async def show_unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", error=type(error).__name__, exc_info=error)
    return security.protect(error_page(request, ApiError(500, "Error", "an unexpected error; it was logged")))
