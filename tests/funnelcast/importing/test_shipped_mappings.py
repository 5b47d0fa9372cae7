"""Exports as the systems write them: each shipped mapping on a made file of that shape."""

from pathlib import Path
from typing import Any

import pytest

from funnelcast.importing.files.row import Rejected, Skipped
from funnelcast.importing.mappings import FILES, kinds_of
from funnelcast.importing.reading import Source, open_export, read_records

SALESFORCE = """"Opportunity Owner","Account Name","Opportunity Name","Stage","Amount","Close Date","Created Date","Type","Opportunity ID"
"Ann Lee","Acme, Inc.","Rollout","Closed Won","1,250.50","2/15/2024","1/5/2024","New Business","006A1"
"Ann Lee","Acme, Inc.","Upgrade","Closed Lost","","3/1/2024","1/9/2024","Existing Business","006A2"
"Bob Roe","Globex","Pilot","Proposal/Price Quote","900.00","6/30/2024","2/1/2024 3:00 PM","","006A3"

"Confidential Information - Do Not Distribute"
"Copyright (c) 2000-2024 salesforce.com, inc. All rights reserved."
"""
SALESFORCE_HISTORY = """Opportunity Owner,Opportunity Name,Account Name,From Stage,To Stage,Amount,Close Date,Last Modified,Opportunity ID
Ann Lee,Rollout,Acme,,Prospecting,1000,3/31/2024,1/5/2024 9:00 AM,006A1
Ann Lee,Rollout,Acme,Prospecting,Proposal/Price Quote,1200,3/31/2024,1/20/2024 9:00 AM,006A1
Ann Lee,Rollout,Acme,Proposal/Price Quote,Closed Won,1250,2/14/2024,2/15/2024 9:00 AM,006A1
"""
SALESFORCE_CHANGES = """Opportunity Name,Account Name,Opportunity Owner,Stage,Amount,Close Date,Created Date,Opportunity ID,Edit Date,Field / Event,Old Value,New Value
Rollout,Acme,Ann Lee,Closed Won,1250,2/15/2024,1/5/2024,006A1,2/15/2024 9:00 AM,Stage,Prospecting,Closed Won
Rollout,Acme,Ann Lee,Closed Won,1250,2/15/2024,1/5/2024,006A1,2/10/2024 9:00 AM,Amount,1000,1250
Rollout,Acme,Ann Lee,Closed Won,1250,2/15/2024,1/5/2024,006A1,1/5/2024 9:00 AM,Created.,,
"""
HUBSPOT = """Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Create Date,Associated Company,Deal Type,Pipeline
101,Rollout,Closed Won (Sales Pipeline),2024-02-15 10:00,Ann Lee,1250.5,2024-01-05 09:30,Acme,New Business,Sales Pipeline
102,Pilot,Contract Sent (Sales Pipeline),2024-06-30 00:00,,900,2024-02-01 15:00,,,Sales Pipeline
103,Renewal,closed lost,2024-03-01 10:00,Ann Lee,,2024-01-09 09:30,Acme,Existing Business,Sales Pipeline
"""
PIPEDRIVE = """Deal - ID,Deal - Title,Deal - Organization,Deal - Owner,Deal - Stage,Deal - Status,Deal - Value,Deal - Currency of Value,Deal - Deal created,Deal - Won time,Deal - Lost time,Deal - Expected close date
1,Rollout,Acme,Ann Lee,Negotiations Started,Won,1250.5,EUR,2024-01-05 09:30:00,2024-02-15 10:00:00,,
2,Pilot,,Ann Lee,Proposal Made,Open,900,USD,2024-02-01 15:00:00,,,2024-06-30
3,Renewal,Acme,Bob Roe,Contact Made,Lost,0,EUR,2024-01-09 09:30:00,,2024-03-01 10:00:00,
4,Gone,Acme,Bob Roe,Contact Made,Deleted,0,EUR,2024-01-09 09:30:00,,,
"""
PIPEDRIVE_CHANGES = """deal_id,field_key,old_value,new_value,time
1,stage,Qualified,Proposal Made,2024-01-20 10:00:00
1,value,1000,1250.5,2024-02-01 10:00:00
1,status,open,won,2024-02-15 10:00:00
"""
ZOHO = """Record Id,Deal Name,Account Name,Deal Owner,Amount,Stage,Closing Date,Created Time,Modified Time,Type
zcrm_1,Rollout,Acme,Ann Lee,1250.5,Closed Won,2024-02-15,2024-01-05 09:30:00,2024-02-15 10:00:00,New Business
zcrm_2,Pilot,,Ann Lee,900,Negotiation/Review,2024-06-30,2024-02-01 15:00:00,2024-02-20 10:00:00,-None-
zcrm_3,Renewal,Acme,Bob Roe,,Closed-Lost to Competition,2024-03-01,2024-01-09 09:30:00,2024-03-01 10:00:00,Existing Business
"""
ODOO = """External ID,Opportunity,Customer,Salesperson,Stage,Expected Revenue,Expected Closing,Created on,Closed Date,Active,Lost Reason
crm_1,Rollout,Acme,Ann Lee,Won,1250.5,,2024-01-05 09:30:00,2024-02-15 10:00:00,True,
crm_2,Pilot,,,Proposition,900.0,2024-06-30,2024-02-01 15:00:00,,True,
crm_3,Renewal,Acme,Bob Roe,Qualified,0.0,,2024-01-09 09:30:00,2024-03-01 10:00:00,False,Went silent
"""
DYNAMICS = """(Do Not Modify) Opportunity,Topic,Potential Customer,Est. close date,Est. revenue,Owner,Status,Status Reason,Created On,Actual Close Date,Actual Revenue,Pipeline Phase
a-1,Rollout,Acme,3/31/2024,"1,000.00",Ann Lee,Won,Won,1/5/2024 9:30 AM,2/15/2024,"1,250.50",4-Close
a-2,Pilot,,6/30/2024,900.00,Ann Lee,Open,In Progress,2/1/2024 3:00 PM,,,3-Propose
a-3,Renewal,Acme,3/31/2024,,Bob Roe,Lost,Out-Sold,1/9/2024 9:30 AM,3/1/2024,,1-Qualify
"""
WON = ("won", "2024-02-15", "1250.5")


def histories(folder: Path, name: str, content: str) -> tuple[list[Any], int]:
    """The facts of each deal, and how many rows are skipped."""
    file = folder / "export.csv"
    file.write_text(content, encoding="utf-8")
    found, skipped = list[Any](), 0
    for one in read_records(open_export(Source(file, kinds_of(name, "opportunities"), "EUR"))):
        assert not isinstance(one, Rejected), one.reason
        if isinstance(one, Skipped):
            skipped += one.rows
        else:
            found.append(one[1].bodies[0]["facts"])
    return found, skipped


def last(facts: Any, name: str) -> Any:
    return next((fact[name] for fact in reversed(facts) if name in fact), None)


@pytest.mark.parametrize(
    ("name", "content", "stage", "reason"),
    [
        ("salesforce", SALESFORCE, "proposal", "other"),
        ("hubspot", HUBSPOT, "negotiation", "other"),
        ("pipedrive", PIPEDRIVE, "proposal", "other"),
        ("zoho", ZOHO, "negotiation", "competitor"),
        ("odoo", ODOO, "proposal", "other"),
        ("dynamics", DYNAMICS, "proposal", "competitor"),
    ],
)
def test_a_won_an_open_and_a_lost_deal_are_read(
    tmp_path: Path, name: str, content: str, stage: str, reason: str
) -> None:
    found, _ = histories(tmp_path, name, content)
    by_end = {facts[-1]["command"]: facts for facts in found}
    won, lost = by_end["win"], by_end["lose"]
    still = next(facts for facts in found if facts[-1]["command"] not in ("win", "lose"))
    assert (won[-1]["close_date"], float(last(won, "amount")["amount"])) == ("2024-02-15", 1250.5)
    assert (won[0]["account"].partition(",")[0], won[0]["owner"]) == ("Acme", "ann-lee")
    assert (last(still, "to_stage"), still[0]["close_date"]) == (stage, "2024-06-30")
    assert (lost[-1]["reason"], last(lost, "close_date")) == (reason, "2024-03-01")


def test_what_a_system_says_of_kind_and_currency_is_taken(tmp_path: Path) -> None:
    found, skipped = histories(tmp_path, "pipedrive", PIPEDRIVE)
    assert ({facts[0]["amount"]["currency"] for facts in found}, skipped) == ({"EUR", "USD"}, 1)
    found, _ = histories(tmp_path, "salesforce", SALESFORCE)
    assert [facts[0]["motion"] for facts in found] == ["new_business", "existing_business", "new_business"]


def test_the_histories_of_salesforce_and_pipedrive_are_read(tmp_path: Path) -> None:
    ((opened, *others),), _ = histories(tmp_path, "salesforce", SALESFORCE_HISTORY)
    assert (opened["stage"], others[-1]["close_date"]) == ("unqualified", "2024-02-14")
    assert [fact["command"] for fact in others] == ["set-amount", "enter_stage", "set-amount", "set-close-date", "win"]
    ((opened, *others),), _ = histories(tmp_path, "salesforce", SALESFORCE_CHANGES)
    assert (opened["amount"]["amount"], opened["occurred_at"][:10]) == ("1000", "2024-01-05")
    assert [fact["command"] for fact in others] == ["set-amount", "enter_stage", "win"]
    (tmp_path / "deals.csv").write_text(PIPEDRIVE)
    ((opened, *others),), _ = histories(tmp_path, "pipedrive", PIPEDRIVE_CHANGES)
    assert (opened["name"], opened["stage"], opened["amount"]["amount"]) == ("Rollout", "unqualified", "1000")
    assert [fact["command"] for fact in others] == ["enter_stage", "set-amount", "win"]


@pytest.mark.parametrize("name", FILES)
def test_every_shipped_file_is_a_mapping(name: str) -> None:
    assert kinds_of(name, "opportunities")
