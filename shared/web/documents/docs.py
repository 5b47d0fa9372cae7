"""The page that shows a service's OpenAPI document. Its script and style come with the program: a browser loads nothing
from another host."""

from collections.abc import Awaitable, Callable
from importlib.metadata import distribution
from pathlib import Path

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse

PACKAGE = "fastapi-offline"
FOLDER = "fastapi_offline/static"
"""A folder of the package. Only its files are used: the code would add routes of its own."""
SCRIPT, STYLE = "swagger-ui-bundle.js", "swagger-ui.css"
MEDIA_TYPES = {SCRIPT: "text/javascript", STYLE: "text/css"}
PATHS = ("/docs", *(f"/docs/{name}" for name in MEDIA_TYPES))
ICON = "data:,"
"""None; without it, browsers would ask for one."""
POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
SETTINGS = {"validatorUrl": None}
"""Otherwise the document is sent to a public validator."""


def router(service: str) -> APIRouter:
    routes, prefix = APIRouter(include_in_schema=False), f"/{service}/docs"
    page = get_swagger_ui_html(
        openapi_url=f"/{service}/openapi.json",
        title=f"Funnelcast {service}",
        swagger_js_url=f"{prefix}/{SCRIPT}",
        swagger_css_url=f"{prefix}/{STYLE}",
        swagger_favicon_url=ICON,
        swagger_ui_parameters=SETTINGS,
    )

    @routes.get("/docs")
    async def show_documentation() -> HTMLResponse:
        return HTMLResponse(page.body, headers={"Content-Security-Policy": POLICY})

    for name in MEDIA_TYPES:
        routes.add_api_route(f"/docs/{name}", asset(name))
    return routes


def asset(name: str) -> Callable[[], Awaitable[FileResponse]]:
    file = Path(str(distribution(PACKAGE).locate_file(f"{FOLDER}/{name}")))

    async def send_asset() -> FileResponse:
        return FileResponse(file, media_type=MEDIA_TYPES[name], headers={"Cache-Control": "public, max-age=86400"})

    return send_asset
