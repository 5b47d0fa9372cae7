"""The lifecycle as a table: from where, by which trigger, to where. What is not in it does not happen."""

from collections.abc import Mapping
from enum import StrEnum

from services.qualification.lead.fields import Lifecycle
from shared.rules.message import Rejected

CAPTURED, MQL, SRL, SQL, NURTURE, REJECTED, CUSTOMER = Lifecycle


class Trigger(StrEnum):
    """The names of commands in error messages: "a lead that is srl cannot be rejected"."""

    CROSSED_UP = "cross up"
    CROSSED_DOWN = "cross down"
    MARK = "be marked as MQL"
    REJECT = "be rejected"
    NURTURE = "be nurtured"
    REQUALIFY = "be requalified"
    HAND_OVER = "be handed over"
    REFUSED = "be taken back"
    QUALIFIED = "become SQL"
    ENDED = "lose its deal"
    WON = "become a customer"
    REOPENED = "be reopened"
    REOPENED_QUALIFIED = "be reopened as SQL"


TRANSITIONS: Mapping[tuple[Lifecycle, Trigger], Lifecycle] = {
    **{(start, Trigger.CROSSED_UP): MQL for start in (CAPTURED, NURTURE, REJECTED, CUSTOMER)},
    **{(start, Trigger.MARK): MQL for start in (CAPTURED, NURTURE, REJECTED, CUSTOMER)},
    (MQL, Trigger.CROSSED_DOWN): CAPTURED,
    **{(start, Trigger.REJECT): REJECTED for start in (CAPTURED, MQL, NURTURE)},
    **{(start, Trigger.NURTURE): NURTURE for start in (CAPTURED, MQL, NURTURE)},
    (CAPTURED, Trigger.HAND_OVER): SRL,
    (MQL, Trigger.HAND_OVER): SRL,
    (SRL, Trigger.QUALIFIED): SQL,
    (SRL, Trigger.REFUSED): MQL,
    (SRL, Trigger.ENDED): NURTURE,
    (SQL, Trigger.ENDED): NURTURE,
    (SQL, Trigger.WON): CUSTOMER,
    **{(start, Trigger.REOPENED): SRL for start in (NURTURE, CUSTOMER)},
    **{(start, Trigger.REOPENED_QUALIFIED): SQL for start in (NURTURE, CUSTOMER)},
    (NURTURE, Trigger.REQUALIFY): MQL,
    (REJECTED, Trigger.REQUALIFY): MQL,
}


def target(start: Lifecycle, trigger: Trigger) -> Lifecycle:
    """The state to which a command leads. Raises `Rejected` for a pair that is not in the table."""
    if (start, trigger) not in TRANSITIONS:
        raise Rejected(f"a lead that is {start} cannot {trigger}")
    return TRANSITIONS[start, trigger]
