"""Signing in with an API key or a one-time link, and signing out."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from funnelcast.pages import forms, rendering, security
from funnelcast.pages.api import ApiError
from funnelcast.pages.screen import see_other
from funnelcast.pages.security import FOLDER

UNAUTHENTICATED, FORBIDDEN = 401, 403
WRONG_KEY = "This key is not valid: it may be mistyped, expired or revoked."
USED_LINK = "This link has been used, or is of an earlier run. Paste a key, or start the demo again for new links."


def sign_in_page(request: Request, status: int, problem: str | None = None, *, back: str = "") -> Response:
    """`back`: the page that was asked for, which is shown after signing in; by default the first one."""
    values = {"problem": problem, "typed": forms.typed_into(request), "back": back}
    values |= rendering.common_values(request, "UTC")
    return HTMLResponse(rendering.render("sign-in.html", values), status)


def page_asked_for(request: Request) -> str:
    """The page that was asked for; None for a form that was sent: its address is not a page."""
    if request.method != "GET":
        return ""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def show_sign_in(request: Request) -> Response:
    return sign_in_page(request, 200)


async def sign_in(request: Request) -> Response:
    """Exchanges a pasted key for a session."""
    if not security.is_same_origin(request):
        return sign_in_page(request, FORBIDDEN, "The form was not sent from this page.")
    fields = await forms.read_fields(request)
    return await with_session(request, fields["key"], WRONG_KEY, back=fields["back"])


async def use_one_time_link(request: Request) -> Response:
    """Signs the person in by a one-time link, from this machine alone."""
    links = request.app.state.links
    key = links.take(request.path_params["code"]) if security.is_on_this_machine(request) else None
    return await with_session(request, key, USED_LINK)


async def with_session(request: Request, key: str | None, problem: str, *, back: str = "") -> Response:
    """`problem`: what the page says when the key is not valid."""
    token = await request.app.state.sessions.start(key) if key else None
    if token is None:
        return sign_in_page(request, UNAUTHENTICATED, problem, back=back)
    response = see_other(back if back.startswith(f"{FOLDER}/") else f"{FOLDER}/")  # to no other host
    security.set_cookie(request, response, token)
    return response


async def sign_out(request: Request) -> Response:
    session = security.session_of(request)
    fields = await forms.read_fields(request)
    if not security.is_own_write(request, session, fields["csrf"]):
        raise ApiError(FORBIDDEN, "Forbidden", "the form was not sent from this page")
    await request.app.state.sessions.end(session)
    response = see_other(f"{FOLDER}/sign-in")
    security.delete_cookie(request, response)
    return response
