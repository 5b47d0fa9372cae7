from pathlib import Path

import pytest

from funnelcast.importing.export import Row, Unfit
from funnelcast.importing.mapping import Beside, Mapped
from funnelcast.importing.mappings import part_of
from tests.funnelcast.importing.mapped import Body, facts, mapped

MAPPING = """\
mapping: acme
kind: opportunities
dates: {formats: [iso], timezone: UTC}
money: {currency: EUR}
fields: {id: ID, name: ID, account: Company, owner: Rep, stage: Stage, at: At, amount: Value, close_date: Expected}
history: {follow: [amount, close_date, owner]}
stages: {Lead: unqualified, Proposal: proposal, Won: won, Lost: {lost: no_budget}}
ignored: [Mail]
"""


def step(stage: str, minute: int, **more: str) -> Body:
    at = f"2017-01-02T10:{minute:02}:00Z"
    return {"ID": "7", "Company": "W", "Rep": "ada", "Stage": stage, "At": at, "Value": "5", "Expected": ""} | more


def commands(told: Mapped) -> list[str]:
    return [fact["command"] for fact in facts(told)]


def test_a_change_from_row_to_row_is_a_fact_of_its_own_before_the_step() -> None:
    told = mapped(
        MAPPING,
        step("Lead", 1),
        step("Proposal", 2, Value="6", Rep="zoe"),
        step("Mail", 3, Value="6", Rep="zoe", Expected="2017-05-01T00:00:00Z"),
    )
    assert [(fact["command"], fact["occurred_at"][14:16]) for fact in facts(told)] == [
        ("open", "01"),
        ("set-amount", "02"),
        ("assign", "02"),
        ("enter_stage", "02"),
        ("set-close-date", "03"),
    ]
    assert told.notes == ["Mail: means nothing here, passed over"]


def test_a_deal_that_begins_with_its_end_is_opened_and_qualified_at_that_moment() -> None:
    told = mapped(MAPPING, step("Won", 1))
    assert commands(told) == ["open", "enter_stage", "win"]
    assert len({fact["occurred_at"] for fact in facts(told)}) == 1


def test_what_comes_after_the_end_is_counted_if_it_means_nothing() -> None:
    told = mapped(MAPPING, step("Lead", 1), step("Lost", 2), step("Mail", 3, Value="9"))
    assert commands(told) == ["open", "lose"]
    assert told.notes == [
        "amount changed after the end: not taken",
        "Mail after the end: means nothing here, passed over",
    ]


@pytest.mark.parametrize(
    ("rows", "reason", "line"),
    [
        ([step("Lead", 1), step("Lost", 2), step("Proposal", 3)], "Proposal comes after the deal has ended", 4),
        ([step("Lead", 5), step("Proposal", 4)], "lies before", 3),
        ([step("Lead", 5), step("Signed", 6)], "Stage 'Signed' is none of", 3),
        ([step("Lead", 5), step("Mail", 6, At="yesterday")], "At 'yesterday' is not written as iso", 3),
    ],
)
def test_one_row_that_cannot_be_taken_refuses_the_deal_and_is_named(rows: list[Body], reason: str, line: int) -> None:
    with pytest.raises(Unfit, match=reason) as refused:
        mapped(MAPPING, *rows)
    assert refused.value.row is not None
    assert refused.value.row.line == line


def test_only_what_means_nothing_is_no_deal() -> None:
    with pytest.raises(Unfit, match="none of its rows means anything here"):
        mapped(MAPPING, step("Mail", 1))


# -- bpi2012 ---------------------------------------------------------------------------------------------------------


def loan(*events: tuple[str, str, str]) -> Mapped:
    part = part_of("bpi2012", "opportunities")
    to_commands, _ = part.open(Beside(Path(), "USD"))
    told = ({"activity": name, "resource": who, "timestamp": f"2011-10-30T{at}"} for name, who, at in events)
    return to_commands([Row(n, {"case_id": "173691", "amount_req": "5000", **each}) for n, each in enumerate(told, 2)])


def test_a_new_offer_moves_a_loan_back_and_events_of_one_instant_keep_their_order() -> None:
    told = loan(
        ("A_SUBMITTED", "112", "02:30:00.000+02:00"),
        ("A_PREACCEPTED", "112", "02:10:00.000+01:00"),
        ("A_ACCEPTED", "10862", "11:00:00.000+01:00"),
        ("O_SENT", "10862", "12:00:00.000+01:00"),
        ("O_SENT_BACK", "11049", "13:00:00.000+01:00"),
        ("O_SENT", "10862", "14:00:00.000+01:00"),
        ("O_SENT", "10862", "14:00:00.000+01:00"),
        ("O_SENT_BACK", "11049", "15:00:00.000+01:00"),
        ("A_REGISTERED", "10629", "16:00:00.000+01:00"),
        ("A_APPROVED", "10629", "16:00:00.000+01:00"),
        ("A_ACTIVATED", "10629", "16:00:00.000+01:00"),
    )
    assert [fact.get("to_stage", fact["command"]) for fact in facts(told)] == [
        "open",
        "preaccepted",
        "assign",
        "accepted",
        "offer_sent",
        "offer_returned",
        "offer_sent",
        "offer_sent",
        "offer_returned",
        "win",
    ]
    assert facts(told)[0] | {"occurred_at": None} == {
        "command": "open",
        "name": "Loan 173691",
        "account": "applicant 173691",
        "owner": "112",
        "motion": "new_business",
        "amount": {"amount": "5000", "currency": "EUR"},
        "pipeline": "loans",
        "stage": "submitted",
        "occurred_at": None,
    }
    assert told.notes == [
        "O_SENT again: in offer_sent already, no move",
        "A_REGISTERED: means nothing here, passed over",
        "A_ACTIVATED after the end: means nothing here, passed over",
    ]


@pytest.mark.parametrize(("end", "reason"), [("A_DECLINED", "no_fit"), ("A_CANCELLED", "no_response")])
def test_a_loan_that_is_not_given_is_lost(end: str, reason: str) -> None:
    told = loan(("A_SUBMITTED", "112", "02:30:00.000+02:00"), (end, "112", "02:40:00.000+02:00"))
    assert facts(told)[-1] == {"command": "lose", "reason": reason, "occurred_at": "2011-10-30T00:40:00Z"}
