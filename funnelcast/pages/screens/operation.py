"""Operation: health, parked keys, webhooks with their dead letters, settings, and what an operator looks up."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from funnelcast.pages.api import Api, ApiError
from funnelcast.pages.rendering import address
from funnelcast.pages.screen import Screen, Visit, see_other
from funnelcast.pages.screens.names import names_of_nodes
from funnelcast.pages.screens.reference import find_lists, nodes_in
from funnelcast.pages.screens.setting_history import SettingStep, setting_steps

PATH = "/operation"
NEEDS, TRIES = ("admin",), ("admin", "qualification:write")
SERVICES = ("intake", "qualification", "pipeline", "forecast")
WITH_WEBHOOKS = ("pipeline", "qualification")
PARKED_ACTIONS = ("release", "skip")
MOST_WEBHOOKS, MOST_DEAD = 50, 100
DONE = {"replayed": "The dead letters are sent again.", "requested": "It was requested, and happens soon."}
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class ServicePart:
    """`refused`: why the service did not answer. `settings`: None for a person who may not read them."""

    name: str
    health: Fields | None = None
    parked: Sequence[Fields] = ()
    settings: Fields | None = None
    refused: ApiError | None = None

    @property
    def failing(self) -> list[str]:
        """The parts that are not well."""
        details = self.health["details"] if self.health else {}
        return [name for name, detail in details.items() if not detail["ok"]]

    @property
    def changes(self) -> list[SettingStep] | None:
        """The changes of the settings; None where the service has no history of them."""
        return setting_steps(self.settings) if self.settings and "history" in self.settings else None

    @property
    def lag(self) -> int | None:
        """Events of other services that are not applied yet."""
        details: Mapping[str, Any] = self.health["details"] if self.health else {}
        events: int | None = details.get("lag", {}).get("events")
        return events


async def show_operation(visit: Visit, refused: ApiError | None = None, dry_run: Fields | None = None) -> Response:
    """`refused`: why the last command was not done. `dry_run`: what a scoring model would change."""
    parts = await asyncio.gather(*(find_service(visit.api, name) for name in SERVICES))
    answering = [part.name for part in parts if part.health and part.name in WITH_WEBHOOKS]
    webhooks = await find_webhooks(visit, answering) if visit.may("events:read") else None
    lists = await find_lists(visit.api)
    return visit.page(
        "operation.html",
        refused.status if refused else 200,
        parts=parts,
        parked=[(part.name, each) for part in parts for each in part.parked],
        webhooks=webhooks,
        lists=lists,
        people=await names_of_nodes(visit, nodes_in(lists)),
        dry_run=dry_run,
        may_try=visit.may(*TRIES),
        refused=refused,
        done=DONE.get(visit.query["done"]),
    )


async def find_service(api: Api, name: str) -> ServicePart:
    """A service that is not ready has a page all the same."""
    try:
        health = await api.get(f"/{name}/readyz")
        parked = (await api.get(f"/{name}/v1/parked"))["items"]
    except ApiError as error:
        return ServicePart(name, refused=error)
    return ServicePart(name, health, parked, await api.get_if_allowed(f"/{name}/v1/settings"))


async def find_webhooks(visit: Visit, services: Sequence[str]) -> list[tuple[str, Fields, Sequence[Fields]]]:
    """The webhooks, each with its service and its dead letters."""
    found = []
    for service in services:
        path = f"/{service}/v1/webhooks"
        for each in (await visit.api.get(path, limit=MOST_WEBHOOKS))["items"]:
            dead = await visit.api.get(f"{path}/{each['webhook_id']}/deliveries", status="dead", limit=MOST_DEAD)
            found.append((service, each, dead["items"]))
    return found


# -- commands ------------------------------------------------------------------------------------------------------


async def replay_dead_letters(visit: Visit) -> Response:
    found = quote(visit.request.path_params["webhook_id"], safe="")
    path = f"/{service_of(visit)}/v1/webhooks/{found}/replay"
    return await send(visit, path, {"status": "dead"}, "replayed")


async def decide_on_parked_key(visit: Visit) -> Response:
    action = visit.request.path_params["action"]
    if action not in PARKED_ACTIONS:
        raise ApiError(404, "Not Found", "a parked key knows no such command")
    body = {name: visit.fields[name] for name in ("subscription", "source", "key")}
    return await send(visit, f"/{service_of(visit)}/v1/parked/{action}", body, "requested")


async def try_model(visit: Visit) -> Response:
    """Scores all leads by a version of the model. It changes nothing, so that its result stands on the page itself."""
    version = quote(visit.request.path_params["version"], safe="")
    try:
        tried = await visit.api.request("POST", f"/qualification/v1/models/{version}/dry-run")
    except ApiError as error:
        if not error.is_refusal:
            raise
        return await show_operation(visit, error)
    return await show_operation(visit, dry_run=tried.body)


def service_of(visit: Visit) -> str:
    """Raises `ApiError`."""
    name = str(visit.request.path_params["service"])
    if name not in SERVICES:
        raise ApiError(404, "Not Found", "there is no such service")
    return name


async def send(visit: Visit, path: str, body: Fields, done: str) -> Response:
    try:
        await visit.api.request("POST", path, body=body)
    except ApiError as error:
        if not error.is_refusal:
            raise
        return await show_operation(visit, error)
    return see_other(address(PATH, done=done))


SCREENS = (
    Screen(PATH, show_operation, NEEDS, title="Operation", is_company_wide=True),
    Screen(f"{PATH}/{{service}}/webhooks/{{webhook_id}}", replay_dead_letters, (*NEEDS, "events:read"), method="POST"),
    Screen(f"{PATH}/models/{{version}}/dry-run", try_model, TRIES, method="POST"),
    Screen(f"{PATH}/{{service}}/parked/{{action}}", decide_on_parked_key, NEEDS, method="POST"),
)
