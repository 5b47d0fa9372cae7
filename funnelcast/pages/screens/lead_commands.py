"""The commands that a lead's state allows, each with the fields of its form."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from funnelcast.pages.person import Person
from funnelcast.pages.screens.deal_commands import CommandForm, Field

BANT = ("budget", "authority", "need", "timing")
OPEN, WITH_DEAL, SET_ASIDE = ("captured", "mql"), ("srl", "sql"), ("nurture", "rejected")
Reasons = Mapping[str, Sequence[str]]
NOTE = Field("note", "Note", "note", required=False)


def allowed_commands(lead: Mapping[str, Any], reasons: Reasons, person: Person) -> list[CommandForm]:
    """The commands that the person and the state allow; the service decides once more."""
    if not person.may("qualification:write"):
        return []
    lifecycle = lead["lifecycle"]
    return [*claims(lead), *hand_overs(lead), *lifecycle_commands(lifecycle, reasons)]


def claims(lead: Mapping[str, Any]) -> Iterator[CommandForm]:
    if lead["sdr"] is not None:
        yield CommandForm("release-claim", "Give the lead back")
    elif lead["lifecycle"] == "mql" or lead["revisit_due_at"]:
        yield CommandForm("claim", "Claim")
    if lead["lifecycle"] in (*OPEN, *WITH_DEAL):
        yield CommandForm("touch", "Record a contact")


def hand_overs(lead: Mapping[str, Any]) -> Iterator[CommandForm]:
    if lead["lifecycle"] not in OPEN:
        return
    yield CommandForm(
        "hand-over",
        "Hand over to a rep",
        (
            Field("owner", "Owner", "text"),
            Field("name", "Name of the deal", "text", required=False),
            Field("account", "Account", "text", value=lead["account"] or "", required=False),
            Field("amount", "Amount", "money", required=False),
            Field("close_date", "Expected to close on", "date", required=False),
        ),
    )


def lifecycle_commands(lifecycle: str, reasons: Reasons) -> Iterator[CommandForm]:
    def reason(name: str) -> Field:
        return Field("reason", "Reason", "choice", reasons[name])

    if lifecycle in (*OPEN, "nurture"):
        revisit = Field("revisit_on", "Look at it again on", "date", required=False)
        yield CommandForm("nurture", "Nurture", (reason("nurture"), revisit, NOTE))
        yield CommandForm("reject", "Reject", (reason("reject"), NOTE))
    if lifecycle in SET_ASIDE:
        yield CommandForm("requalify", "Requalify")
    if lifecycle in ("captured", "customer"):
        yield CommandForm("mark-mql", "Mark as MQL", (reason("mark_mql"), NOTE))


def bant_body(known: Mapping[str, Mapping[str, Any]], fields: Mapping[str, str]) -> dict[str, Any]:
    """The answers that the form changed."""
    body: dict[str, Any] = {}
    for name in BANT:
        status, evidence = fields.get(name, ""), fields.get(f"{name}_evidence", "")
        if status != known[name]["status"] or evidence not in ("", known[name]["evidence"]):
            body[name] = {"status": status} | ({"evidence": evidence} if evidence else {})
    return body
