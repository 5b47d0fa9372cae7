"""A filter that names what is not there is no empty answer without a word."""

from typing import Any

import pytest

from services.forecast.service import SERVICE as FORECAST
from services.pipeline.service import SERVICE as PIPELINE
from services.qualification.service import SERVICE as QUALIFICATION
from tests.running import eventually, running_services

DEAL: dict[str, Any] = {"name": "Renewal", "account": "acme.com", "owner": "guest", "motion": "new_business"}
SILENT = (
    "pipeline/v1/opportunities?stage=negotiation",
    "pipeline/v1/opportunities?owner=ann&stage=won",
    "pipeline/v1/opportunities?owner=guest&outcome=won",
    "pipeline/v1/opportunities?account=acme.com&stage=won",
    "pipeline/v1/metrics/stays?stage=won&qualified=true",
    "pipeline/v1/board?owner=ann",
    "qualification/v1/nurture?reason=bad_timing",
    "qualification/v1/leads?lifecycle=mql",
)
WARNED = {
    "pipeline/v1/opportunities?stage=nope": "stage_unknown",
    "pipeline/v1/opportunities?owner=nobody": "owner_unassigned",
    "pipeline/v1/opportunities?account=nobody.example": "account_unknown",
    "pipeline/v1/metrics/stays?stage=nope&qualified=true": "stage_unknown",
    "pipeline/v1/board?owner=nobody": "owner_unassigned",
    "pipeline/v1/spend?source=nope": "source_unknown",
    "qualification/v1/leads?source=nope": "source_unknown",
    "qualification/v1/nurture?reason=nope": "reason_unknown",
}
LISTS_OF_NODES = ("overrides", "submissions", "snapshots", "quotas")


@pytest.mark.timeout(120)
async def test_an_empty_list_says_which_name_is_not_there(database: str) -> None:
    async with running_services(database, [QUALIFICATION, PIPELINE, FORECAST]) as api:
        placed = await api.put("forecast/v1/org/nodes/ann", json={"name": "Ann", "kind": "person", "parent": None})
        assert placed.status_code == 200
        opened = await api.post("pipeline/v1/opportunities", json=DEAL)
        positions = f"{placed.headers['X-Position']},{opened.headers['X-Position']}"

        async def is_applied() -> bool:
            answer = await api.get("pipeline/v1/opportunities", headers={"X-Min-Position": positions})
            return answer.status_code == 200

        await eventually(is_applied)
        for path in SILENT:
            assert (await api.get(path)).json()["warnings"] == [], path
        for path, code in WARNED.items():
            assert [each["code"] for each in (await api.get(path)).json()["warnings"]] == [code], path
        for name in LISTS_OF_NODES:
            assert (await api.get(f"forecast/v1/{name}?node=ann")).json()["items"] == []
            assert (await api.get(f"forecast/v1/{name}?node=nope")).status_code == 404
