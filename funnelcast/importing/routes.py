"""The addresses by kind of export: where its records are sent and where they are seen."""

from collections.abc import Mapping
from functools import partial

import httpx

from funnelcast.importing.lead_sending import LeadSender
from funnelcast.importing.org_sending import OrgSender
from funnelcast.importing.quota_sending import QuotaSender
from funnelcast.importing.record import Kind
from funnelcast.importing.sending import BatchSender, Route, Sender, ShownBy


def batches(path: str, http: httpx.AsyncClient) -> Sender:
    return BatchSender(http, path)


def organisation(http: httpx.AsyncClient) -> Sender:
    return OrgSender(http)


def quotas(http: httpx.AsyncClient) -> Sender:
    return QuotaSender(http)


def leads(http: httpx.AsyncClient) -> Sender:
    return LeadSender(http)


FORECAST = ShownBy("/forecast/v1/rollup", {"depth": 0})
PIPELINE = ShownBy("/pipeline/v1/opportunities", {"limit": 1})
INTAKE = ShownBy("/intake/v1/leads", {"limit": 1})
QUALIFICATION = ShownBy("/qualification/v1/leads", {"limit": 1})
ROUTES: Mapping[Kind, Route] = {
    "opportunities": Route("pipeline", partial(batches, "/pipeline/v1/opportunities/batch"), [PIPELINE, FORECAST]),
    "org": Route("forecast", organisation, [FORECAST]),
    "quotas": Route("forecast", quotas, [FORECAST]),
    "leads": Route("intake", leads, [INTAKE, QUALIFICATION]),
}
