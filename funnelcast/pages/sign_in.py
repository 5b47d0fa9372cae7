"""Signing in with an API key or a one-time link, and signing out."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from funnelcast.pages import forms, rendering, security
from funnelcast.pages.api import Api, ApiError
from funnelcast.pages.person import find_person
from funnelcast.pages.screen import see_other
from funnelcast.pages.security import FOLDER

UNAUTHENTICATED, FORBIDDEN = 401, 403
WRONG_KEY = "This key is not valid: it may be mistyped, expired or revoked."
USED_LINK = "This link has been used, or is of an earlier run. Paste a key, or start the demo again for new links."


def sign_in_page(request: Request, status: int, problem: str | None = None) -> Response:
    values = rendering.common_values(request, "UTC") | {"problem": problem}
    return HTMLResponse(rendering.render("sign-in.html", values), status)


async def show_sign_in(request: Request) -> Response:
    return sign_in_page(request, 200)


async def sign_in(request: Request) -> Response:
    """Exchanges a pasted key for a session, when the services accept the key."""
    if not security.is_same_origin(request):
        return sign_in_page(request, FORBIDDEN, "The form was not sent from this page.")
    key = (await forms.read_fields(request)).get("key", "")
    try:
        await find_person(Api(request.app.state.http, key.encode("ascii", "replace").decode()))
    except ApiError as error:
        if error.status == UNAUTHENTICATED:
            return sign_in_page(request, UNAUTHENTICATED, WRONG_KEY)
        raise
    return await with_session(request, key)


async def use_one_time_link(request: Request) -> Response:
    """From this machine alone."""
    links = request.app.state.links
    key = links.take(request.path_params["code"]) if security.is_on_this_machine(request) else None
    if key is None:
        return sign_in_page(request, UNAUTHENTICATED, USED_LINK)
    return await with_session(request, key)


async def with_session(request: Request, key: str) -> Response:
    response = see_other(f"{FOLDER}/")
    security.set_cookie(request, response, await request.app.state.sessions.start(key))
    return response


async def sign_out(request: Request) -> Response:
    session = request.cookies.get(security.COOKIE, "")
    fields = await forms.read_fields(request)
    if not security.is_own_write(request, session, fields.get("csrf", "")):
        raise ApiError(FORBIDDEN, "Forbidden", "the form was not sent from this page")
    await request.app.state.sessions.end(session)
    response = see_other(f"{FOLDER}/sign-in")
    security.delete_cookie(request, response)
    return response
