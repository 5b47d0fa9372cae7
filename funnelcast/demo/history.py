"""The company's history in a store: written into an empty one, resumed in a partial one, never added to other data."""

from datetime import datetime, timedelta

import httpx
import typer

from funnelcast.demo.company import Company
from funnelcast.demo.seed import Contexts, SeedState, find_seed_state, read_heads, seed
from funnelcast.failure import Failed

RESUMABLE_FOR = timedelta(hours=71)
"""A little less than the lifetime of idempotency keys, by which a repeated write is recognised."""


async def ensure_seeded(contexts: Contexts, company: Company, http: httpx.AsyncClient, now: datetime) -> bool:
    """Whether the store holds the complete history afterwards. A store with other events is left as it is.
    `http`: with a key that may make connections, and capture leads."""
    state, began = await find_seed_state(contexts, company)
    match state:
        case SeedState.EMPTY:
            typer.echo("Writing the history of the demo company …", err=True)
            await seed(contexts, company, http, now)
        case SeedState.PARTIAL if began is not None:
            typer.echo("The history of the demo company is incomplete: resuming it …", err=True)
            await resume(contexts, company, http, began, now)
        case SeedState.COMPLETE:
            typer.echo("The demo company exists already, its history stays as it is", err=True)
            return True
        case _:
            typer.echo("The store holds other events, so there is no demo company here", err=True)
            return False
    typer.echo(f"{sum((await read_heads(contexts)).values())} events", err=True)
    return True


async def resume(contexts: Contexts, company: Company, http: httpx.AsyncClient, began: datetime, now: datetime) -> None:
    if now - began > RESUMABLE_FOR:
        raise Failed(
            f"the history of the demo company was begun at {began:%Y-%m-%d %H:%M}, too long ago to resume it: "
            "run `up --demo` on another folder"
        )
    await seed(contexts, company, http, began)
