"""The lifecycle as a table: from where, on what, to where. What is not in it does not happen."""

from collections.abc import Mapping
from enum import StrEnum

from services.qualification.lead.events import Lifecycle
from shared.rules.message import Rejected

CAPTURED, MQL, SRL, SQL, NURTURE, REJECTED, CUSTOMER = Lifecycle


class On(StrEnum):
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


TABLE: Mapping[tuple[Lifecycle, On], Lifecycle] = {
    **{(start, On.CROSSED_UP): MQL for start in (CAPTURED, NURTURE, REJECTED, CUSTOMER)},
    **{(start, On.MARK): MQL for start in (CAPTURED, NURTURE, REJECTED, CUSTOMER)},
    (MQL, On.CROSSED_DOWN): CAPTURED,
    (MQL, On.REJECT): REJECTED,
    (MQL, On.NURTURE): NURTURE,
    (CAPTURED, On.REJECT): REJECTED,
    (CAPTURED, On.NURTURE): NURTURE,
    (CAPTURED, On.HAND_OVER): SRL,
    (MQL, On.HAND_OVER): SRL,
    (SRL, On.QUALIFIED): SQL,
    (SRL, On.REFUSED): MQL,
    (SRL, On.ENDED): NURTURE,
    (SQL, On.ENDED): NURTURE,
    (SQL, On.WON): CUSTOMER,
    **{(start, On.REOPENED): SRL for start in (NURTURE, CUSTOMER)},
    **{(start, On.REOPENED_QUALIFIED): SQL for start in (NURTURE, CUSTOMER)},
    (NURTURE, On.REQUALIFY): MQL,
    (REJECTED, On.REQUALIFY): MQL,
}


def allowed(start: Lifecycle, on: On) -> Lifecycle:
    """Where a command leads; raises `Rejected` for a pair that is not in the table."""
    if (start, on) not in TABLE:
        raise Rejected(f"a lead that is {start} cannot {on}")
    return TABLE[start, on]
