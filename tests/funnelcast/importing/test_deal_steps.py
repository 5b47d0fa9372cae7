import pytest

from funnelcast.importing.files.row import InvalidRow, Skipped
from funnelcast.importing.mappings import kinds_of
from funnelcast.importing.record import MappedRecord
from tests.funnelcast.importing.mapped import Body, commands, export_context, facts, map_rows, mapped, row_of

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


def test_a_change_from_row_to_row_is_a_fact_of_its_own_before_the_step() -> None:
    record = mapped(
        MAPPING,
        step("Lead", 1),
        step("Proposal", 2, Value="6", Rep="zoe"),
        step("Mail", 3, Value="6", Rep="zoe", Expected="2017-05-01T00:00:00Z"),
    )
    assert [(fact["command"], fact["occurred_at"][14:16]) for fact in facts(record)] == [
        ("open", "01"),
        ("set-amount", "02"),
        ("assign", "02"),
        ("enter_stage", "02"),
        ("set-close-date", "03"),
    ]
    assert record.notes == ["Mail: ignored, as the mapping says"]


def test_a_deal_that_begins_with_its_end_is_opened_and_qualified_at_that_moment() -> None:
    record = mapped(MAPPING, step("Won", 1))
    assert commands(record) == ["open", "enter_stage", "win"]
    assert len({fact["occurred_at"] for fact in facts(record)}) == 1


def test_a_change_after_the_end_is_a_correction_if_the_mapping_follows_it() -> None:
    rows = step("Lead", 1), step("Lost", 2), step("Mail", 3, Value="9")
    record = mapped(MAPPING, *rows)
    assert commands(record) == ["open", "lose", "correct"]
    assert record.notes == [
        "amount changed after the end: corrected",
        "Mail after the end: ignored, as the mapping says",
    ]
    unfollowed = mapped(MAPPING.replace("[amount, close_date, owner]", "[]"), *rows)
    assert commands(unfollowed) == ["open", "lose"]
    assert "amount changed after the end: not taken, the mapping does not follow it" in unfollowed.notes


def test_a_deal_that_goes_on_after_its_end_is_reopened() -> None:
    record = mapped(
        MAPPING, step("Proposal", 1), step("Lost", 2), step("Lead", 3), step("Won", 4), step("Won", 5, Value="7")
    )
    assert commands(record) == ["open", "lose", "reopen", "enter_stage", "win", "correct"]
    assert facts(record)[2] == {
        "command": "reopen",
        "reason": "other",
        "close_date": "2017-01-02",
        "occurred_at": "2017-01-02T10:03:00Z",
    }
    assert facts(record)[-1]["amount"] == {"amount": "7", "currency": "EUR"}
    assert {"reopened", "Won again: ended already"} <= set(record.notes)


def test_a_win_closes_on_the_close_date_of_its_row() -> None:
    won = facts(mapped(MAPPING, step("Proposal", 1), step("Won", 2, Expected="2016-12-31T12:00:00Z")))[-1]
    assert (won["command"], won["close_date"]) == ("win", "2016-12-31")


@pytest.mark.parametrize(("order", "minutes"), [("newest_first", (3, 2, 1)), ("by_date", (2, 3, 1))])
def test_rows_may_stand_in_another_order(order: str, minutes: tuple[int, int, int]) -> None:
    stages = {1: "Lead", 2: "Proposal", 3: "Won"}
    mapping = MAPPING.replace("owner]}", f"owner], order: {order}}}")
    assert commands(mapped(mapping, *(step(stages[n], n) for n in minutes))) == ["open", "enter_stage", "win"]


@pytest.mark.parametrize(
    ("rows", "reason", "line"),
    [
        ([step("Lead", 5), step("Proposal", 4)], "lies before", 3),
        ([step("Lead", 5), step("Signed", 6)], "Stage 'Signed' is not among", 3),
        ([step("Lead", 5), step("Mail", 6, At="yesterday")], "At 'yesterday': a date written as iso is expected", 3),
    ],
)
def test_one_row_that_cannot_be_taken_refuses_the_deal_and_is_named(rows: list[Body], reason: str, line: int) -> None:
    with pytest.raises(InvalidRow, match=reason) as refused:
        mapped(MAPPING, *rows)
    assert refused.value.row is not None
    assert refused.value.row.line == line


def test_ignored_rows_alone_are_no_deal() -> None:
    skipped = map_rows(MAPPING, step("Mail", 1))
    assert skipped == Skipped(1, "deals none of whose rows moves them: ignored, as the mapping says")


# -- change logs -----------------------------------------------------------------------------------------------------

LOG = """\
mapping: acme
kind: opportunities
dates: {formats: [YYYY-MM-DD], timezone: UTC}
money: {currency: EUR}
fields:
  {id: ID, name: ID, account: Company, owner: Rep, stage: Stage, amount: Value, close_date: Close, opened: Made, at: At}
history:
  order: newest_first
  changes:
    {field: Field, old: Old, new: New, fields: {StageName: stage, Amount: amount, Owner: owner, Close: close_date}}
stages: {Lead: unqualified, Proposal: proposal, Won: won, Lost: {lost: no_budget}}
"""
PRESENT = {
    "ID": "7",
    "Company": "W",
    "Rep": "zoe",
    "Stage": "Won",
    "Value": "9",
    "Close": "2017-05-05",
    "Made": "2017-01-01",
}


def change(day: str, field: str, old: str, new: str) -> Body:
    return PRESENT | {"At": day, "Field": field, "Old": old, "New": new}


def test_a_change_log_tells_the_whole_history() -> None:
    record = mapped(
        LOG,
        change("2017-02-03", "StageName", "Proposal", "Won"),
        change("2017-01-20", "Amount", "5", "9"),
        change("2017-01-10", "Owner", "ada", "zoe"),
        change("2017-01-05", "StageName", "Lead", "Proposal"),
        change("2017-01-02", "Next step", "", "call"),
    )
    opened, *others = facts(record)
    assert (opened["stage"], opened["owner"], opened["amount"]["amount"], opened["close_date"]) == (
        "unqualified",
        "ada",
        "5",
        "2017-05-05",
    )
    assert [(fact["command"], fact["occurred_at"][5:10]) for fact in others] == [
        ("enter_stage", "01-05"),
        ("assign", "01-10"),
        ("set-amount", "01-20"),
        ("win", "02-03"),
    ]
    assert record.notes == ["changes of Next step: ignored, as the mapping says"]


@pytest.mark.parametrize(
    ("field", "old", "new", "reason"),
    [
        ("Amount", "5", "-9", "New '-9' is negative"),
        ("StageName", "Lead", "Signed", "New 'Signed' is not among the words"),
        ("Close", "", "soon", "New 'soon': a date written as YYYY-MM-DD is expected"),
    ],
)
def test_a_value_of_a_change_log_is_refused_with_the_column_in_which_it_stands(
    field: str, old: str, new: str, reason: str
) -> None:
    with pytest.raises(InvalidRow, match=reason):
        mapped(LOG, change("2017-01-20", field, old, new))


def test_a_deal_that_is_open_again_closes_on_the_day_that_the_log_expects() -> None:
    record = mapped(
        LOG,
        change("2017-02-10", "StageName", "Won", "Proposal"),
        change("2017-02-03", "StageName", "Proposal", "Won"),
        change("2017-01-05", "StageName", "Lead", "Proposal"),
    )
    won, reopened = facts(record)[-2:]
    assert (won["command"], won["close_date"]) == ("win", "2017-02-03")
    assert (reopened["command"], reopened["close_date"]) == ("reopen", "2017-05-05")


def test_a_change_log_without_old_values_begins_with_the_first_ones() -> None:
    mapping = LOG.replace("old: Old, ", "")
    record = mapped(
        mapping, change("2017-02-03", "StageName", "", "Won"), change("2017-01-05", "StageName", "", "Proposal")
    )
    assert [fact.get("stage", fact["command"]) for fact in facts(record)] == ["proposal", "win"]


# -- bpi2012 ---------------------------------------------------------------------------------------------------------


def loan(*events: tuple[str, str, str]) -> MappedRecord:
    (kind,) = kinds_of("bpi2012", "opportunities")
    map_record, _ = kind.open(export_context())
    cells = ({"activity": name, "resource": who, "timestamp": f"2011-10-30T{at}"} for name, who, at in events)
    whole = {"case_id": "173691", "amount_req": "5000"}
    record = map_record(tuple(row_of(n, whole | each) for n, each in enumerate(cells, 2)))
    assert isinstance(record, MappedRecord)
    return record


def test_a_new_offer_moves_a_loan_back_and_events_of_one_instant_keep_their_order() -> None:
    record = loan(
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
    assert [fact.get("to_stage", fact["command"]) for fact in facts(record)] == [
        "open",
        "preaccepted",
        "assign",
        "accepted",
        "offer_sent",
        "offer_returned",
        "offer_sent",
        "offer_returned",
        "win",
    ]
    assert facts(record)[0] | {"occurred_at": None} == {
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
    assert record.notes == [
        "O_SENT again: in offer_sent already",
        "A_REGISTERED: ignored, as the mapping says",
        "A_ACTIVATED after the end: ignored, as the mapping says",
    ]


@pytest.mark.parametrize(("end", "reason"), [("A_DECLINED", "no_fit"), ("A_CANCELLED", "no_response")])
def test_a_loan_that_is_not_given_is_lost(end: str, reason: str) -> None:
    record = loan(("A_SUBMITTED", "112", "02:30:00.000+02:00"), (end, "112", "02:40:00.000+02:00"))
    assert facts(record)[-1] == {"command": "lose", "reason": reason, "occurred_at": "2011-10-30T00:40:00Z"}
