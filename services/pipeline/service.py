"""The parts of the pipeline service."""

from services.pipeline import reactions
from services.pipeline.api import (
    batch,
    board,
    changes,
    farming,
    funnel,
    opportunities,
    reassignment,
    settings,
    spend,
    stages,
    stays,
    timeline,
    velocity,
    visible_events,
    volume,
    win_rate,
)
from services.pipeline.events import PARSE, PUBLIC
from services.pipeline.projections import contacts, deal_states, lead_cycles, stage_visits
from services.pipeline.projections import opportunities as opportunity_list
from services.pipeline.projections import spend as spend_entries
from services.pipeline.timers import TIMERS
from services.pipeline.upstream import forecast, qualification
from shared.organisation import org_nodes
from shared.run.service import Service, Upstream
from shared.web.callers.place import Organisation
from shared.web.feed.routes import Feed
from shared.webhooks import routes as webhooks

ORGANISATION = Organisation(
    "forecast",
    org_nodes.within,
    confine=visible_events.confine,
    left_view=visible_events.LeftView,
    leaving=visible_events.LEAVING,
    owners=visible_events.OWNERS,
    is_root=org_nodes.is_root,
)
SERVICE = Service(
    name="pipeline",
    topic="funnelcast.pipeline.v1",
    parse=PARSE,
    scopes=["pipeline:read", "pipeline:write", "pipeline:correct"],
    routers=[
        batch.router,
        reassignment.router,
        changes.router,
        opportunities.router,
        board.router,
        timeline.router,
        stages.router,
        settings.router,
        spend.router,
        funnel.router,
        velocity.router,
        stays.router,
        volume.router,
        win_rate.router,
        farming.router,
        Feed("pipeline", PUBLIC, ["opportunity", "benchmark"], ORGANISATION).router(),
        webhooks.router(PUBLIC),
    ],
    projections=[
        opportunity_list.PROJECTION,
        stage_visits.PROJECTION,
        org_nodes.PROJECTION,
        deal_states.PROJECTION,
        lead_cycles.PROJECTION,
        contacts.PROJECTION,
        spend_entries.PROJECTION,
    ],
    upstream=[
        Upstream("qualification", "funnelcast.qualification.v1", qualification.PARSE),
        Upstream("forecast", "funnelcast.forecast.v1", forecast.PARSE),
    ],
    react=reactions.react,
    reacts_to=["qualification", "forecast"],
    organisation=ORGANISATION,
    timers=TIMERS,
    public=PUBLIC,
    has_webhooks=True,
)
