"""Every route that takes a body, with one that is taken. A route without one fails the test that counts them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.routing import APIRoute

from funnelcast.serving.services import SERVICES
from shared.web.common_routes import operations

MET = {"status": "met", "evidence": "said so"}
EUR = {"amount": "1000.00", "currency": "EUR"}
JANE = {
    "email": "jane@acme.com",
    "phone": "+4930901820",
    "first_name": "Jane",
    "last_name": "Doe",
    "job_title": "Head of Sales",
}
LEAD = {
    "source": "demo_request",
    "source_detail": "spring",
    "person": JANE,
    "company": {"name": "Acme", "domain": "acme.com", "country": "DE", "industry": "steel", "employees": 250},
    "consent": {"status": "granted", "purpose": "news", "text_version": "2", "at": "2026-02-20T12:00:00Z"},
    "campaign": {
        "utm_source": "s",
        "utm_medium": "m",
        "utm_campaign": "c",
        "utm_term": "t",
        "utm_content": "c",
        "click_id": "x",
        "landing_url": "https://acme.com/a?b=c",
    },
    "occurred_at": "2026-02-20T12:00:00Z",
    "external_id": "crm:1",
    "details": {"message": "Call me", "budget": EUR, "timeline": "soon", "role": "boss", "product": "p", "seats": 5},
}
DEAL = {
    "name": "Acme, 25 seats",
    "account": "acme.com",
    "owner": "ann",
    "amount": EUR,
    "amount_estimated": False,
    "close_date": "2026-06-30",
    "motion": "new_business",
    "approach": "hunting",
    "pipeline": "default",
    "stage": "unqualified",
    "product": "p",
    "external_id": "crm:1",
    "occurred_at": "2026-02-20T12:00:00Z",
}
FACTS = [
    {"command": "open"} | {name: value for name, value in DEAL.items() if name != "external_id"},
    {"command": "enter_stage", "to_stage": "qualified", "occurred_at": "2026-02-20T12:00:00Z"},
    {"command": "win", "amount": EUR, "close_date": "2026-02-20", "occurred_at": "2026-02-20T12:00:00Z"},
]
SIZES = {"bands": [{"at_least": 10, "points": 5}], "unknown": 0}
ROLE = {"points": {"director": 10}, "other": 1, "unknown": 0}
INDUSTRY, COUNTRY = ROLE | {"points": {"steel": 10}}, ROLE | {"points": {"DE": 10}}
MODEL = {
    "fit": {"role": ROLE, "employees": SIZES, "industry": INDUSTRY, "country": COUNTRY, "a": 30, "b": 20, "c": 10},
    "rules": [{"rule": "demo", "group": "hands", "when": {"source": "demo_request", "attended": True}, "points": 50}],
    "caps": {"hands": 100},
    "line": {"at_once": ["demo_request"], "engagement": 50, "grade": "C"},
    "bant": ["budget"],
    "first_touch": {"by_source": {"demo_request": 60}, "other": 60},
}
CONNECTION = {
    "name": "our tool",
    "source": "webinar",
    "source_detail": "spring",
    "details": {"webinar_id": "w1", "attended": True, "minutes": 40},
    "kinds": {"form-1": {"source": "other", "source_detail": "autumn", "details": {}}},
    "fields": {"contact.email": "email"},
    "consent": {"purpose": "news", "text_version": "2"},
    "system": "shop",
    "public_url": "https://acme.com/a",
    "redirect_hosts": ["acme.com"],
    "legacy_signatures": False,
}
WEBHOOK = {"url": "https://127.0.0.1:9/hook", "types": ["*"], "description": "our dialler"}
HAVE_WEBHOOKS = [name for name, service in SERVICES.items() if service.has_webhooks]
FORM = {
    "source": "webinar",
    "source_detail": "spring",
    "details": {"webinar_id": "w1", "attended": True, "minutes": 40},
    "fields": {"mail": "email", "agree": "consent"},
    "consent": {"purpose": "news", "text_version": "2"},
    "origins": ["https://www.acme.com"],
    "redirect": "https://www.acme.com/thanks",
    "honeypot": "nickname",
    "least_seconds": 3,
}
PARKED = {"subscription": "reactions", "source": "intake", "key": "lead-1"}
THEN = "2026-02-20T12:00:00Z"


@dataclass(frozen=True)
class Good:
    """`body` is taken with one of `answers` when `before` was done on the same lead or deal."""

    body: Any
    before: Sequence[tuple[str, Any]] = ()
    answers: Sequence[int] = (200, 201)
    lines: str = ""
    """Where the body is a text of lines: its media type."""
    again: Mapping[str, Any] = field(default_factory=dict)
    takes_key: bool = True
    """Whether an Idempotency-Key is taken."""


QUALIFIED: tuple[str, Any] = ("qualify", {})
WON = ("win", {"close_date": "2026-03-02"})
BANT = ("bant", {"budget": MET, "authority": MET, "need": MET, "timing": MET})
OF_A_DEAL: Mapping[str, Good] = {
    "qualify": Good({"bant": {"budget": MET, "need": MET}, "to_stage": "qualified"}),
    "advance": Good({"to_stage": "negotiation"}, [QUALIFIED]),
    "set-amount": Good({"amount": EUR, "amount_estimated": True}),
    "set-close-date": Good({"close_date": "2026-09-30"}),
    "set-category": Good({"category": "commit"}, [QUALIFIED]),
    "assign": Good({"owner": "bob"}),
    "win": Good({"amount": EUR, "close_date": "2026-03-02"}, [QUALIFIED]),
    "lose": Good({"reason": "no_need", "note": "they said"}),
    "recycle": Good({"reason": "no_need", "note": "they said"}),
    "reopen": Good({"reason": "other", "close_date": "2026-09-30", "note": "again"}, [QUALIFIED, WON]),
    "correct": Good(
        {"amount": EUR, "close_date": "2026-03-01", "owner": "bob", "reason": "other", "note": "typo"},
        [QUALIFIED, WON],
    ),
    "link": Good({"external_id": "erp:7"}),
}
HAND_OVER = {name: DEAL[name] for name in ("owner", "name", "account", "motion", "pipeline", "product", "amount")}
OF_A_LEAD: Mapping[str, Good] = {
    "bant": Good({"budget": MET, "authority": MET, "need": MET, "timing": {"status": "unknown"}}),
    "mark-mql": Good({"reason": "other", "note": "a friend"}, [("reject", {"reason": "spam"})]),
    "reject": Good({"reason": "spam", "note": "so"}),
    "nurture": Good({"reason": "bad_timing", "revisit_on": "2026-09-30", "note": "later"}),
    "requalify": Good({}, [("reject", {"reason": "spam"})]),
    "claim": Good({"sdr": "sam"}),
    "release-claim": Good({}, [("claim", {})]),
    "touch": Good({}),
    "hand-over": Good(HAND_OVER | {"close_date": "2026-06-30"}, [BANT]),
}
# The settings come last: they change what other routes take.
GOOD: Mapping[str, Good] = {
    "POST /intake/v1/leads": Good(LEAD),
    "POST /intake/v1/leads/batch": Good(LEAD, answers=[200], lines="application/x-ndjson"),
    "POST /intake/v1/activities": Good(
        {
            "person": JANE,
            "lead_id": None,
            "kind": "unsubscribed",
            "occurred_at": "2026-02-20T12:00:00Z",
            "external_id": "crm:2",
            "subject": "webinar",
            "purpose": "news",
        },
        answers=[200, 404],
    ),
    "POST /intake/v1/leads/{lead_id}/link": Good({"external_id": "erp:7"}, answers=[200, 404]),
    "POST /intake/v1/leads/{lead_id}/merge": Good({"into": "another"}, answers=[404]),
    "POST /intake/v1/leads/{lead_id}/unmerge": Good(None, answers=[404, 409]),
    "POST /intake/v1/people/lookup": Good({"ids": ["someone"], "email": None}),
    "POST /intake/v1/people/{person_id}/consents": Good(
        {"purpose": "news", "status": "granted", "text_version": "2", "evidence": "said so", "at": THEN}, answers=[404]
    ),
    "POST /intake/v1/connections": Good(
        CONNECTION | {"connector": "generic", "secret": "a-long-secret", "verify_token": "a-verify-token"}
    ),
    "PATCH /intake/v1/connections/{connection_id}": Good(CONNECTION),
    "POST /intake/v1/connections/{connection_id}/rotate-secret": Good({"secret": "another-secret"}),
    "POST /intake/v1/prospects": Good({"person": JANE, "company": LEAD["company"]}),
    "PUT /intake/v1/forms/{form_key}": Good(FORM),
    "POST /intake/v1/quarantine/{quarantine_id}/release": Good(None, answers=[404]),
    "POST /intake/v1/quarantine/{quarantine_id}/discard": Good({"reason": "spam"}, answers=[404]),
    "POST /qualification/v1/models": Good(MODEL),
    "POST /qualification/v1/models/{version}/activate": Good(None),
    "POST /qualification/v1/models/{version}/dry-run": Good(None),
    "POST /pipeline/v1/opportunities": Good(DEAL),
    "POST /pipeline/v1/opportunities/lookup": Good({"ids": ["deal-1"]}),
    "POST /pipeline/v1/opportunities/batch": Good(
        {"external_id": "crm:1", "facts": FACTS}, answers=[200], lines="application/x-ndjson"
    ),
    "POST /pipeline/v1/opportunities/exports/batch": Good(
        {"external_id": "crm:1", "steps": [{"stage": "proposal", "owner": "ann", "amount": EUR, "reason": "other"}]},
        answers=[200],
        lines="application/x-ndjson",
    ),
    "PUT /pipeline/v1/stages": Good(
        {
            "pipeline": "loans",
            "stages": [{"stage": "asked", "category": "pipeline"}, {"stage": "granted", "category": "commit"}],
            "first_qualified": "granted",
            "won": "paid",
            "lost": "denied",
        }
    ),
    "PUT /forecast/v1/org/nodes/{node_id}": Good(
        {"name": "Acme", "kind": "unit", "parent": None, "from": "2020-01-01T00:00:00Z"}
    ),
    "POST /forecast/v1/org/lookup": Good({"ids": ["acme"]}),
    "POST /forecast/v1/org/import": Good(
        "id,name,kind,parent,from\nacme,Acme,unit,,2020-01-01\n", answers=[200], lines="text/csv"
    ),
    **{f"POST /pipeline/v1/opportunities/{{opportunity_id}}/{name}": good for name, good in OF_A_DEAL.items()},
    **{f"POST /qualification/v1/leads/{{lead_id}}/{name}": good for name, good in OF_A_LEAD.items()},
    **{
        f"POST /{service}/v1/parked/{wish}": Good(PARKED, answers=[404])
        for service in SERVICES
        for wish in ("release", "skip")
    },
    **{f"POST /{service}/v1/webhooks": Good(WEBHOOK | {"from_position": 0}) for service in HAVE_WEBHOOKS},
    **{f"POST /{service}/v1/webhooks/{{webhook_id}}/rotate-secret": Good(None) for service in HAVE_WEBHOOKS},
    **{f"POST /{service}/v1/webhooks/{{webhook_id}}/test": Good(None) for service in HAVE_WEBHOOKS},
    **{
        f"POST /{service}/v1/webhooks/{{webhook_id}}/replay": Good({"from_position": 0}, answers=[202])
        for service in HAVE_WEBHOOKS
    },
    **{f"PATCH /{service}/v1/webhooks/{{webhook_id}}": Good(WEBHOOK | {"enabled": False}) for service in HAVE_WEBHOOKS},
    "PUT /forecast/v1/rates/{currency}/{day}": Good(
        {"rate": "0.9217", "per": "CHF", "source": "ecb", "quote": "1.0849"}
    ),
    "PUT /forecast/v1/rates/{currency}/plan/{year}": Good({"rate": "0.9", "per": "CHF"}),
    "PUT /forecast/v1/quotas/{node_id}/{period}": Good({"amount": EUR, "motion": "new_business", "from": THEN}),
    "PUT /forecast/v1/overrides/{node_id}/{period}/{column}": Good({"amount": EUR, "note": "sure"}),
    "POST /forecast/v1/submissions": Good(
        {
            "node": "acme",
            "period": "2026-Q1",
            "week": "2026-Q1-W05",
            "amounts": {"commit": EUR, "upside": EUR, "pipeline": EUR},
            "note": "sure",
        }
    ),
    "POST /forecast/v1/snapshots": Good(
        {"node": "acme", "period": "2026-Q1", "week": "2026-Q1-W06"}, answers=[201, 409]
    ),
    "PUT /forecast/v1/calendars/{key}": Good({"starts_month": 2, "pattern": "4-5-4"}),
    "PUT /forecast/v1/settings": Good({"currency": "EUR", "timezone": "UTC"}),
    "PUT /intake/v1/settings": Good({"reasons": {"discard": ["spam", "other"]}}),
    "PUT /qualification/v1/settings": Good(
        {
            "reasons": {"reject": ["no_need", "other"], "mark_mql": ["other"]},
            "business_hours": {
                "days": ["mon", "tue"],
                "opens": "09:00",
                "closes": "17:30",
                "holidays": ["2026-12-25"],
            },
        }
    ),
    "POST /pipeline/v1/stages/move-deals": Good(
        {"from_stage": "unqualified-2", "to_stage": "unqualified", "occurred_at": THEN}, takes_key=False
    ),
    "POST /pipeline/v1/opportunities/reassign": Good(
        {"from": "zoe", "to": "bob", "occurred_at": THEN}, takes_key=False
    ),
    "POST /pipeline/v1/spend": Good(
        {
            "from": "2026-02-01",
            "to": "2026-02-28",
            "source": "webinar",
            "kind": "marketing",
            "amount": EUR,
            "external_id": "erp:1",
        }
    ),
    "PUT /pipeline/v1/settings": Good(
        {
            "reasons": {"lose": ["no_need", "other"], "correct": ["other"]},
            "benchmarks": {
                "minimum_sample": 10,
                "bands": [
                    {
                        "measure": "win_rate",
                        "source": "webinar",
                        "motion": "new_business",
                        "low": "0.25",
                        "high": "0.35",
                    }
                ],
            },
        }
    ),
}


def routes(*methods: str) -> Iterator[tuple[str, APIRoute]]:
    """The routes of all services, as `POST /intake/v1/leads`; not those at entrances, whose callers have no key."""
    for service in SERVICES.values():
        for router in [*service.routers, operations.router]:
            for route in router.routes:
                if isinstance(route, APIRoute):
                    for method in sorted((route.methods or set()) & {*methods}):
                        if not any(each.serves(method, route.path) for each in service.entrances):
                            yield f"{method} /{service.name}/v1{route.path}", route
