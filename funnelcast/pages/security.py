"""The rules for the browser: headers of every answer, the session's cookie, and proof that a write comes from
one of our own pages."""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from shared.web.callers.sessions import LIFETIME

COOKIE = "funnelcast_session"
TOKEN = re.compile(r"fs_[A-Za-z0-9_-]{40,60}")
"""An API key is none: it must never stand in a cookie."""
FOLDER = "/pages"
"""The folder of the pages: the services have the other prefixes. The cookie is sent to this folder alone."""
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NOT_STORED = "no-store"


def protect(response: Response) -> Response:
    """Adds the headers. What depends on the person is not stored by anybody."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", NOT_STORED)
    return response


def is_loopback(host: str | None) -> bool:
    if host in (None, "localhost"):
        return host == "localhost"
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


def is_on_this_machine(request: Request) -> bool:
    """The client and the address that it used are of this machine."""
    return is_loopback(request.url.hostname) and request.client is not None and is_loopback(request.client.host)


def session_of(request: Request) -> str:
    """The token in the cookie, empty when there is none or it cannot be one."""
    token = request.cookies.get(COOKIE, "")
    return token if TOKEN.fullmatch(token) else ""


def set_cookie(request: Request, response: Response, token: str) -> None:
    """`Secure` wherever the address is not of this machine, though a proxy in front may have ended TLS."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        path=FOLDER,
        secure=not is_loopback(request.url.hostname),
        httponly=True,
        samesite="strict",
    )


def delete_cookie(request: Request, response: Response) -> None:
    secure = not is_loopback(request.url.hostname)
    response.delete_cookie(COOKIE, path=FOLDER, secure=secure, httponly=True, samesite="strict")


def csrf_token(session: str) -> str:
    """The token of one session: whoever cannot read its cookie cannot make it."""
    return hmac.new(session.encode(), b"write from a page", sha256).hexdigest()


def is_same_origin(request: Request) -> bool:
    """Whether the browser says that a page of this origin sent the request; a request without both headers is
    refused."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def is_own_write(request: Request, session: str, token: str) -> bool:
    return is_same_origin(request) and hmac.compare_digest(csrf_token(session).encode(), token.encode())
