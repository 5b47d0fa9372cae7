"""The parts of the forecast service."""

from services.forecast.api import (
    accuracy,
    deals_behind,
    node_names,
    org,
    org_import,
    overrides,
    quotas,
    rates,
    rollup,
    settings,
    snapshots,
    submissions,
    visible_events,
    waterfall,
)
from services.forecast.events import KINDS, PARSE, PUBLIC
from services.forecast.projections import calls
from services.forecast.projections import overrides as override_history
from services.forecast.projections import quotas as quota_history
from services.forecast.projections import rates as rate_history
from services.forecast.projections import settings as setting_changes
from services.forecast.projections import snapshots as locked_weeks
from services.forecast.projections.ledger import org_nodes
from services.forecast.projections.ledger import projection as ledger
from services.forecast.projections.past import opening_balances
from services.forecast.timers import TIMERS
from services.forecast.upstream import pipeline
from shared.run.service import Service, Upstream
from shared.web.callers.place import Organisation
from shared.web.feed.routes import Feed

ORGANISATION = Organisation("forecast", org_nodes.within, visible_events.confine)
SERVICE = Service(
    name="forecast",
    topic="funnelcast.forecast.v1",
    parse=PARSE,
    scopes=["forecast:read", "forecast:write"],
    routers=[
        org_import.router,
        org.router,
        node_names.router,
        rollup.router,
        deals_behind.router,
        settings.router,
        rates.router,
        quotas.router,
        overrides.router,
        submissions.router,
        snapshots.router,
        waterfall.router,
        accuracy.router,
        Feed("forecast", PUBLIC, KINDS, ORGANISATION).router(),
    ],
    projections=[
        ledger.PROJECTION,
        opening_balances.PROJECTION,
        setting_changes.PROJECTION,
        rate_history.PROJECTION,
        quota_history.PROJECTION,
        override_history.PROJECTION,
        calls.PROJECTION,
        locked_weeks.PROJECTION,
    ],
    upstream=[Upstream("pipeline", "funnelcast.pipeline.v1", pipeline.PARSE)],
    timers=TIMERS,
    fast_routes=["/rollup"],
    organisation=ORGANISATION,
    public=PUBLIC,
    passes_watermarks=True,
)
