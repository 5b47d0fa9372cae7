"""Forms on public pages: their settings, and what browsers post. A form's posts need no API key."""

from datetime import datetime
from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel

from services.lead_intake.api.connections import DeliveryRow, Reads, delivery_rows
from services.lead_intake.connectors.posted import MULTIPART, URLENCODED
from services.lead_intake.form import commands
from services.lead_intake.form.decider import DECIDER
from services.lead_intake.form.events import FormSettings
from services.lead_intake.form.snippet import snippet
from services.lead_intake.ingestion import form_posts
from services.lead_intake.projections import deliveries, forms
from shared.rules.message import Missing
from shared.web.callers.access import Caller
from shared.web.errors.problems import NotFound
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Call
from shared.web.routing.entrance import Entrance, EntranceRequest
from shared.web.routing.folded import no_texts
from shared.web.routing.needs import Needs
from shared.web.service_context import ServiceContext

router = APIRouter(tags=["forms"])
Admin = Annotated[Call, Depends(Needs("admin"))]
FormKey = Annotated[str, Path(pattern=r"^[a-z0-9._-]{1,100}$")]
PAGE = "<!doctype html><title>Thank you</title><p>Thank you. Your request was received."


class FormSaved(BaseModel):
    """`path`: where the form is posted to."""

    form_key: str
    path: str
    position: int


class FormView(BaseModel):
    """`snippet`: HTML that can be pasted into a page."""

    form_key: str
    path: str
    settings: FormSettings
    snippet: str


class FormRow(BaseModel):
    """`path`: where the form is posted to. `created_at`: when it was defined first."""

    form_key: str
    path: str
    source: str
    source_detail: str | None
    created_at: datetime


class PostTaken(BaseModel):
    """The same for every post, so that nobody learns which ones are suspicious."""

    received: bool = True


async def admit(context: ServiceContext, request: EntranceRequest) -> Caller:
    settings = await form_posts.load_form(context, request.path)
    if settings is None:
        raise NotFound("there is no such form")
    request.state["form"] = settings
    return Caller(f"form {request.path}", uuid5(NAMESPACE_URL, f"form/{request.path}"), frozenset({"leads:write"}))


ENTRANCE = Entrance("/forms/", frozenset({URLENCODED, MULTIPART}), admit, only="POST")


@router.get("/forms")
async def list_forms(call: Reads, limit: Limit = 100, after: Cursor = None) -> Page[FormRow]:
    """List the forms, in the order in which they were defined first."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        rows = await forms.find(tx, cursor[0] if cursor else None, limit)
    positions = {row["form_key"]: row["position"] for row in rows}
    items = [FormRow.model_validate(row | {"path": path_of(row["form_key"])}) for row in rows]
    return make_page(items, limit, lambda row: [positions[row.form_key]])


@router.put("/forms/{form_key}")
async def define_form(form_key: FormKey, body: commands.DefineForm, call: Admin) -> FormSaved:
    """Define a form, or replace its settings."""
    result = await call.write(DECIDER, form_key, body)
    return FormSaved(form_key=form_key, path=path_of(form_key), position=result.position)


@router.get("/forms/{form_key}")
async def get_form(form_key: FormKey, call: Admin) -> FormView:
    """Get a form's settings, and its HTML."""
    settings = await settings_of(call, form_key)
    url = call.request.url
    html = snippet(f"{url.scheme}://{url.netloc}{path_of(form_key)}", settings)
    return FormView(form_key=form_key, path=path_of(form_key), settings=settings, snippet=html)


@router.get("/forms/{form_key}/deliveries")
async def list_form_deliveries(
    form_key: FormKey, call: Reads, limit: Limit = 100, after: Cursor = None
) -> Page[DeliveryRow]:
    """List what the posts of a form yielded, the newest first."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        rows = await deliveries.of_form(tx, form_key, cursor[0] if cursor else None, limit)
    if not rows and cursor is None:
        await settings_of(call, form_key)
    return make_page(delivery_rows(rows), limit, lambda row: [row.position])


@router.post("/forms/{form_key}", responses={200: {"model": PostTaken}, 303: {"description": "To the form's page"}})
async def take_post(form_key: FormKey, call: Annotated[Call, Depends(Needs("leads:write"))]) -> Response:
    """Take what a browser posts, as a form or by a script that accepts `application/json`. What looks suspicious or
    cannot be read is kept in quarantine, and answered like everything else."""
    settings: FormSettings = call.request.state.form
    position = await form_posts.take_post(call, form_key, settings)
    answer = answer_to(call.request.headers.get("accept", ""), settings)
    answer.headers["X-Position"] = f"{call.context.service}:{position}"
    answer.headers.update(shared_with(call.request.headers.get("origin"), settings))
    return answer


async def settings_of(call: Call, form_key: str) -> FormSettings:
    """Raises `Missing`."""
    settings: FormSettings | None = (await call.fold(DECIDER, form_key, no_texts)).state.settings
    if settings is None:
        raise Missing("there is no such form")
    return settings


def answer_to(accept: str, settings: FormSettings) -> Response:
    if "application/json" in accept and "text/html" not in accept:
        return JSONResponse(PostTaken().model_dump())
    if settings.redirect is not None:
        return RedirectResponse(settings.redirect, 303)
    return HTMLResponse(PAGE)


def shared_with(origin: str | None, settings: FormSettings) -> dict[str, str]:
    """Headers that let a script of the form's own pages read the answer."""
    headers = {"Cache-Control": "no-store", "Vary": "Origin, Accept"}
    is_allowed = origin is not None and (not settings.origins or origin.lower() in settings.origins)
    return headers | ({"Access-Control-Allow-Origin": origin} if is_allowed and origin else {})


def path_of(form_key: str) -> str:
    return f"/intake/v1/forms/{form_key}"
