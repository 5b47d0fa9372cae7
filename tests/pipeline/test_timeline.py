"""A deal's timeline, in words."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.pipeline.opportunity import events
from services.pipeline.opportunity.timeline import named_amounts, named_days, sentence
from services.pipeline.process.events import ForecastCategory
from shared.rules.money import format_amount
from tests.pipeline.deals import ACME, LOSING, OPENED, PROPOSING, QUALIFIED, QUALIFYING, WINNING, WON, moved
from tests.pipeline.histories import answer_of, past_deal, pipeline

AMOUNT_OR_DAY = re.compile(r"\d+\.\d\d [A-Z]{3}|\d{4}-\d\d-\d\d")
CORRECTED = events.Corrected(
    after=WON._replace(amount=Decimal(90), owner="bob"),
    from_amount=Decimal(100),
    from_currency="EUR",
    from_close_date=WON.close_date,
    from_owner="ann",
    reason="data_correction",
)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (OPENED, "Opened in unqualified from sales, for ann, worth 100.00 EUR"),
        (QUALIFYING, "Qualified, from unqualified to qualified"),
        (PROPOSING, "Moved from qualified to proposal"),
        (WINNING, "Won from qualified, worth 100.00 EUR, closing on 2026-03-31"),
        (LOSING, "Lost from qualified: competitor"),
        (moved("recycle", QUALIFIED, ACME, reason="no_need"), "Recycled from qualified: no need"),
        (moved("reopen", WON, QUALIFIED, reason="other"), "Reopened in qualified: other"),
        (
            events.AmountChanged(after=ACME._replace(amount=None), from_amount=Decimal(5), from_currency="USD"),
            "Amount changed from 5.00 USD to none",
        ),
        (events.CloseDateChanged(after=ACME, from_close_date=None), "Close date changed from none to 2026-03-31"),
        (
            events.CategoryChanged(
                after=ACME, from_category=ForecastCategory.PIPELINE, to_category=ForecastCategory.OMITTED
            ),
            "Category set by hand from pipeline to omitted",
        ),
        (events.Assigned(after=ACME, from_owner="ann", to_owner="bob"), "Assigned from ann to bob"),
        (CORRECTED, "Corrected (data correction): amount from 100.00 EUR to 90.00 EUR, owner from ann to bob"),
        (
            CORRECTED.model_copy(
                update={"after": WON._replace(close_date=date(2026, 3, 1)), "from_owner": "ann"},
            ),
            "Corrected (data correction): close date from 2026-03-31 to 2026-03-01",
        ),
        (events.LeadAttached(after=ACME, lead_id="x"), "Lead x attached"),
        (events.Linked(after=ACME._replace(external_id="erp:7")), "Linked to erp:7"),
        (events.HandOverRefused(lead_id="x", rule="no such pipeline"), "Hand-over of lead x refused: no such pipeline"),
        (events.TextsErased(), "Name and notes erased"),
    ],
)
def test_every_event_has_a_sentence(event: Any, text: str) -> None:
    assert sentence(event) == text
    named = [f"{format_amount(*each)} {each[1]}" for each in named_amounts(event)] + [
        each.isoformat() for each in named_days(event)
    ]
    assert sorted(named) == sorted(AMOUNT_OR_DAY.findall(text))


async def test_the_timeline_of_a_deal_with_its_notes_in_pages(database: str) -> None:
    note = {"reason": "no_need", "note": "They merged with Globex"}
    async with pipeline(database, [past_deal("a", "01-01", ("01-02", "qualified"), ("01-03", "lose", note))]) as client:
        (deal,) = (await answer_of(client, "opportunities"))["items"]
        address = f"opportunities/{deal['opportunity_id']}/timeline"
        items = (await answer_of(client, address))["items"]
        assert [(item["at"], item["by"], item["text"], item["note"]) for item in items] == [
            ("2026-01-01T12:00:00Z", "tester", "Opened in unqualified from sales, for ann", None),
            ("2026-01-02T12:00:00Z", "tester", "Qualified, from unqualified to qualified", None),
            ("2026-01-03T12:00:00Z", "tester", "Lost from qualified: no need", "They merged with Globex"),
        ]
        first = await answer_of(client, address, limit=2)
        rest = await answer_of(client, address, limit=2, after=first["next"])
        assert [*first["items"], *rest["items"]] == items
        assert rest["next"] is None
        answer = await client.get(address)
        assert answer.headers["ETag"] == '"3"'
        assert (await client.get("opportunities/nobody/timeline")).status_code == 404
