"""The demo company's past, in a store that may hold nothing, half of it, all of it, or something else."""

from datetime import datetime, timedelta

import typer

from funnelcast.demo.company import Company
from funnelcast.demo.seed import Parts, There, found, heads, tell
from funnelcast.failure import Failed

REMEMBERED = timedelta(hours=71)
"""As long as answers are kept, what was said is known by its key."""


async def have(parts: Parts, firm: Company, now: datetime) -> bool:
    """Whether the store holds the company, whole, afterwards: into one that holds something else nothing is told."""
    there, began = await found(parts, firm)
    match there:
        case There.NOTHING:
            typer.echo("Telling the services of a company that never was …", err=True)
            await tell(parts, firm, now)
        case There.HALF if began is not None:
            typer.echo("The story was cut off while it was told: going on with it …", err=True)
            await go_on(parts, firm, began, now)
        case There.WHOLE:
            typer.echo("The demo company is there already, its past stays as it is", err=True)
            return True
        case _:
            typer.echo("There are events of something else already, so there is no demo company here", err=True)
            return False
    typer.echo(f"{sum((await heads(parts)).values())} events", err=True)
    return True


async def go_on(parts: Parts, firm: Company, began: datetime, now: datetime) -> None:
    if now - began > REMEMBERED:
        raise Failed(
            f"the demo company was half told at {began:%Y-%m-%d %H:%M}, too long ago to go on: "
            "`up --demo` on another folder tells it anew"
        )
    await tell(parts, firm, began)
