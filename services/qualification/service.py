"""The parts of the qualification service."""

from services.qualification import reactions
from services.qualification.api import (
    accounts,
    changes,
    dry_run,
    hand_over,
    leads,
    metrics,
    models,
    nurture,
    queue,
    scores,
    settings,
    visible_events,
)
from services.qualification.events import PARSE, PUBLIC
from services.qualification.projections import accounts as account_list
from services.qualification.projections import cycles, deals, routes, timers
from services.qualification.projections import leads as lead_list
from services.qualification.projections import nurture as nurture_moves
from services.qualification.timers import TIMERS
from services.qualification.upstream import forecast, intake, pipeline
from shared.organisation import org_nodes
from shared.run.service import Service, Upstream
from shared.web.callers.place import Organisation
from shared.web.feed.routes import Feed
from shared.webhooks import routes as webhooks

ORGANISATION = Organisation("forecast", org_nodes.within, confine=visible_events.confine, is_root=org_nodes.is_root)
SERVICE = Service(
    name="qualification",
    topic="funnelcast.qualification.v1",
    parse=PARSE,
    scopes=["leads:read", "qualification:write"],
    routers=[
        changes.router,
        leads.router,
        hand_over.router,
        queue.router,
        scores.router,
        models.router,
        dry_run.router,
        settings.router,
        metrics.router,
        nurture.router,
        accounts.router,
        Feed("qualification", PUBLIC, ["lead"], ORGANISATION).router(),
        webhooks.router(PUBLIC),
    ],
    projections=[
        deals.PROJECTION,
        lead_list.PROJECTION,
        timers.PROJECTION,
        routes.PROJECTION,
        org_nodes.PROJECTION,
        cycles.PROJECTION,
        nurture_moves.PROJECTION,
        account_list.PROJECTION,
    ],
    upstream=[
        Upstream("intake", "funnelcast.lead-intake.v1", intake.PARSE),
        Upstream("pipeline", "funnelcast.pipeline.v1", pipeline.PARSE),
        Upstream("forecast", "funnelcast.forecast.v1", forecast.PARSE),
    ],
    react=reactions.react,
    reacts_to=["intake", "pipeline", "forecast"],
    timers=TIMERS,
    organisation=ORGANISATION,
    public=PUBLIC,
    has_webhooks=True,
)
