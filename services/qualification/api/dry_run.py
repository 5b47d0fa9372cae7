"""The dry run of a scoring model."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.api.changes import Writes
from services.qualification.api.models import Version
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.dry_run import Crossings, DryRun
from services.qualification.lead.state import Lead, State
from services.qualification.model.decider import ALL
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.model.state import Models
from services.qualification.model.warnings import ModelWarning, warnings_of
from services.qualification.projections import leads
from shared.rules.message import Missing
from shared.store.prefetch import prefetch
from shared.web.routing.call import Call
from shared.web.routing.folded import no_texts

router = APIRouter(tags=["models"])
CHUNK = 100
"""Leads that are scored in a row. Other requests are served in between."""


class CrossingsView(BaseModel):
    """Numbers of leads by the grade that the version gives them (`unknown` without one), and by the source of their
    first capture. `examples`: the ids of up to ten of them."""

    by_grade: dict[str, int]
    by_source: dict[str, int]
    examples: list[str]


class DryRunView(BaseModel):
    """`would_rise`, `would_fall`: how many of all `leads` lie below the line now and above that of `version`, or the
    other way round. Each would cross it with its next engagement, even if that gave no points. `warnings`: of caps and
    rules of the version that have no effect."""

    version: int
    at: datetime
    leads: int
    would_rise: int
    would_fall: int
    rising: CrossingsView
    falling: CrossingsView
    warnings: list[ModelWarning]


@router.post("/models/{version}/dry-run")
async def try_model(version: Version, call: Writes) -> DryRunView:
    """Score all leads by a version of the model, and count those that would cross its line. It changes nothing."""
    models = (await call.fold(MODEL, ALL, no_texts, may_be_new=True)).state
    if version not in models.versions:
        raise Missing(f"there is no version {version}")
    at = call.context.clock_and_ids.now()
    warnings = list(warnings_of(models.versions[version]))
    return dry_run_view(version, at, await dry_run(call, models, version, at), warnings)


async def dry_run(call: Call, models: Models, version: int, at: datetime) -> DryRun:
    """All leads in one snapshot."""
    result, model = DryRun(), models.versions[version]
    async with call.read() as tx, aclosing(prefetch(all_leads(call, tx))) as chunks:
        async for states in chunks:
            for lead_id, state in states.items():
                if isinstance(state, Lead):
                    result.add(lead_id, state, models, model, at)
    return result


async def all_leads(call: Call, tx: AsyncConnection) -> AsyncGenerator[Mapping[str, State]]:
    """The states of all leads, a chunk at a time."""
    last: str | None = None
    while found := await leads.ids_after(tx, last, CHUNK):
        yield await call.states(tx, DECIDER, [lead_id for lead_id, merged_into in found if merged_into is None])
        last, _ = found[-1]


def dry_run_view(version: int, at: datetime, result: DryRun, warnings: list[ModelWarning]) -> DryRunView:
    return DryRunView(
        version=version,
        at=at,
        leads=result.leads,
        would_rise=result.rise.count,
        would_fall=result.fall.count,
        rising=crossings_view(result.rise),
        falling=crossings_view(result.fall),
        warnings=warnings,
    )


def crossings_view(crossings: Crossings) -> CrossingsView:
    return CrossingsView(
        by_grade=dict(sorted(crossings.by_grade.items())),
        by_source=dict(sorted(crossings.by_source.items())),
        examples=crossings.examples,
    )
