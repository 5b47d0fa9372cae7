"""The parts of the lead intake service."""

from services.lead_intake.api import (
    activities,
    batch,
    capture_metrics,
    connections,
    export,
    forms,
    leads,
    merges,
    people,
    prospects,
    quarantine,
    settings,
    webhooks,
)
from services.lead_intake.events import PARSE, PUBLIC
from services.lead_intake.projections import capture_counts
from services.lead_intake.projections import connections as connection_list
from services.lead_intake.projections import deals as deals_of_leads
from services.lead_intake.projections import deliveries as delivery_list
from services.lead_intake.projections import forms as form_list
from services.lead_intake.projections import leads as lead_list
from services.lead_intake.projections import quarantine as quarantine_list
from services.lead_intake.upstream import qualification
from shared.run.service import Service, Upstream

SERVICE = Service(
    name="intake",
    topic="funnelcast.lead-intake.v1",
    parse=PARSE,
    scopes=["leads:write", "leads:read", "people:read", "people:erase"],
    routers=[
        batch.router,
        leads.router,
        merges.router,
        people.router,
        export.router,
        prospects.router,
        activities.router,
        connections.router,
        webhooks.router,
        forms.router,
        quarantine.router,
        settings.router,
        capture_metrics.router,
    ],
    projections=[
        lead_list.PROJECTION,
        connection_list.PROJECTION,
        quarantine_list.PROJECTION,
        capture_counts.PROJECTION,
        delivery_list.PROJECTION,
        form_list.PROJECTION,
        deals_of_leads.PROJECTION,
    ],
    upstream=[Upstream("qualification", "funnelcast.qualification.v1", qualification.PARSE)],
    entrances=[webhooks.ENTRANCE, forms.ENTRANCE],
    fast_routes=["/leads"],
    public=PUBLIC,
)
