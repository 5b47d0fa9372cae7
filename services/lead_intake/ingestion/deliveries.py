"""The outcomes of a delivery become captures; everything else that must not be lost goes to the quarantine."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import ValidationError

from services.lead_intake.connectors import outcomes
from services.lead_intake.connectors.outcomes import Element, Outcome
from services.lead_intake.connectors.reader import system_of
from services.lead_intake.ingestion import early_outcomes, known_people
from services.lead_intake.ingestion.capture_request import capture_command, capture_request
from services.lead_intake.ingestion.receipt import OutcomeResult, Receipt
from services.lead_intake.lead import decider as lead
from services.lead_intake.lead.lenient import read_leniently
from services.lead_intake.personal_data.mentions import mentions
from services.lead_intake.quarantine import commands
from services.lead_intake.quarantine import decider as quarantine
from services.lead_intake.quarantine.events import Reason
from shared.rules.message import MAX_CLOCK_AHEAD, Missing, Rejected
from shared.store.aliases import BlindIndex
from shared.store.write_request import Step, WriteResult
from shared.web.routing.call import Call

LONGEST_DETAIL = 200


async def take_elements(call: Call, receipt: Receipt, elements: Sequence[Element]) -> list[OutcomeResult]:
    """The result of each outcome, in order. Captures are taken before activities of their persons."""
    outcomes_of = [(element, number, one) for element in elements for number, one in enumerate(element.outcomes)]
    taken: dict[int, OutcomeResult] = {}
    for are_captures in (True, False):
        phase = [n for n, (_, _, one) in enumerate(outcomes_of) if isinstance(one, outcomes.Capture) is are_captures]
        captured = {outcomes_of[n][0].pointer: result.capture_id for n, result in taken.items()}
        results = (take_outcome(call, receipt, *in_submission(outcomes_of[n], captured)) for n in phase)
        taken |= zip(phase, await gather(*results), strict=True)
    return [taken[n] for n in range(len(outcomes_of))]


def in_submission(
    found: tuple[Element, int, Outcome], captured: Mapping[str, str | None]
) -> tuple[Element, int, Outcome]:
    """An activity without an id that came with a submission is repeated with it, and has an id by its capture."""
    element, number, outcome = found
    capture_id = captured.get(element.pointer)
    if isinstance(outcome, outcomes.Activity) and outcome.external_id is None and capture_id is not None:
        return element, number, replace(outcome, external_id=f"capture:{capture_id}/{outcome.kind}")
    return found


async def take_outcome(call: Call, receipt: Receipt, element: Element, number: int, outcome: Outcome) -> OutcomeResult:
    match outcome:
        case outcomes.Ignored():
            return OutcomeResult(ignored=True)
        case outcomes.Capture():
            return await take_capture(call, receipt, element, number, outcome)
        case outcomes.NeedsLookup():
            ids = ", ".join(sorted(outcome.ids))
            detail = f"to be looked up at the vendor: {ids}"
            return await keep_until_captured(call, receipt, element, outcome, "needs_lookup", detail)
        case outcomes.Unreadable():
            return await keep_in_quarantine(call, receipt, element, "unreadable", outcome.reason)
        case outcomes.Activity() if outcome.undone:
            return await keep_in_quarantine(
                call, receipt, element, "not_taken", f"the activity {outcome.kind}, taken back"
            )
        case outcomes.Activity() | outcomes.ProfileChange() | outcomes.IdentityChange() | outcomes.Erasure():
            return await take_person_outcome(call, receipt, element, outcome)


async def take_capture(
    call: Call, receipt: Receipt, element: Element, number: int, outcome: outcomes.Capture
) -> OutcomeResult:
    try:
        result = await write_capture(call, receipt, element, number, outcome)
    except ValidationError as error:
        pointers = sorted({"/".join(str(step) for step in one["loc"]) for one in error.errors(include_input=False)})
        return await keep_in_quarantine(call, receipt, element, "unreadable", f"cannot be read: {', '.join(pointers)}")
    except Rejected:
        return await keep_in_quarantine(
            call, receipt, element, "contradicts", "its id was used before, with another content"
        )
    return OutcomeResult(
        (await early_outcomes.with_early(call, result)).position, capture_id=str(result.body["capture_id"])
    )


async def take_person_outcome(
    call: Call, receipt: Receipt, element: Element, outcome: known_people.PersonOutcome
) -> OutcomeResult:
    """Records what a known person did, or a suppression of an unknown one. Others wait: the person may be captured
    yet."""
    what = known_people.described(outcome)
    try:
        result = await known_people.record(call, receipt, outcome)
    except ValidationError:
        return await keep_in_quarantine(call, receipt, element, "not_taken", f"{what}, whose person is not named")
    except Missing:
        if isinstance(outcome, outcomes.Activity) and not outcome.awaited:
            return OutcomeResult(ignored=True)
        by_id_alone = isinstance(outcome, outcomes.Activity) and not outcome.person.has_address
        reason: Reason = "needs_lookup" if by_id_alone else "not_taken"
        return await keep_until_captured(call, receipt, element, outcome, reason, f"{what}, of nobody known yet")
    except Rejected as refusal:
        return await keep_in_quarantine(call, receipt, element, "not_taken", f"{what}: {refusal}")
    return OutcomeResult((await early_outcomes.with_early(call, result)).position, is_activity=True)


async def keep_until_captured(
    call: Call, receipt: Receipt, element: Element, outcome: Outcome, reason: Reason, detail: str
) -> OutcomeResult:
    """Keeps the element in quarantine until its capture comes, which may be there already."""
    kept = await keep_in_quarantine(call, receipt, element, reason, detail)
    released = await early_outcomes.await_capture(call, outcome, kept.quarantine_id) if kept.quarantine_id else None
    if released is not None:
        is_activity = not isinstance(outcome, outcomes.NeedsLookup)
        return OutcomeResult(released, is_activity=is_activity, ignored=not is_activity)
    return kept


async def write_capture(
    call: Call, receipt: Receipt, element: Element, number: int, outcome: outcomes.Capture
) -> WriteResult:
    """Raises `ValidationError`, `Rejected`."""
    context = call.context
    name = external_id(context.blind_index, receipt, element, number, outcome)
    body = read_leniently(dict(outcome.body) | {"external_id": name})
    engaged_at = body.occurred_at or receipt.received_at
    if engaged_at > receipt.received_at + MAX_CLOCK_AHEAD:
        engaged_at = receipt.received_at
    command = capture_command(
        context,
        body,
        engaged_at,
        has_key=False,
        connection_id=receipt.connection_id,
        consent_evidence=outcome.consent_evidence,
        repeats_within=None if body.occurred_at else element.repeats_within,
    )
    request = capture_request(context, command, vendor_person_id=outcome.vendor_person_id)
    subject = str(context.clock_and_ids.new_id())
    return await context.committer.write(
        call.write_request(lead.DECIDER, subject, [Step(command, claim=request.claim)], **request.options)
    )


async def take_element_again(call: Call, receipt: Receipt, element: Element, quarantine_id: str) -> list[str] | None:
    """The ids of the captures of an element that was in quarantine, and that had activities perhaps; None when it still
    yields nothing."""
    captures, yielded = list[str](), False
    for number, outcome in enumerate(element.outcomes):
        try:
            match outcome:
                case outcomes.Capture():
                    result = await write_capture_again(call, receipt, element, number, outcome, quarantine_id)
                    captures.append(str(result.body["capture_id"]))
                case outcomes.Activity() if outcome.undone:
                    continue
                case outcomes.Activity() | outcomes.ProfileChange() | outcomes.IdentityChange() | outcomes.Erasure():
                    await known_people.record(call, receipt, outcome)
                case _:
                    continue
        except (ValidationError, Missing, Rejected):
            return None
        yielded = True
    return captures if yielded else None


async def write_capture_again(
    call: Call, receipt: Receipt, element: Element, number: int, outcome: outcomes.Capture, quarantine_id: str
) -> WriteResult:
    """Makes the same capture as if it were delivered once more. What contradicts an earlier submission with its id
    becomes a capture of its own, since somebody decided so. Raises `ValidationError`, `Rejected`."""
    try:
        return await write_capture(call, receipt, element, number, outcome)
    except Rejected:
        named = replace(element, identity=f"quarantine {quarantine_id}", repeats_within=None)
        body = {name: value for name, value in outcome.body.items() if name != "external_id"}
        return await write_capture(call, receipt, named, number, replace(outcome, body=body))


def reason_not_taken(element: Element) -> str:
    reasons = [one.reason for one in element.outcomes if isinstance(one, outcomes.Unreadable | outcomes.Ignored)]
    return "; ".join(reasons) or "there is nothing in it that can be taken"


def external_id(
    blind_index: BlindIndex, receipt: Receipt, element: Element, number: int, outcome: outcomes.Capture
) -> str | None:
    """The vendor's, or one made of the element's content. Keyed, because the content is personal data. None where equal
    elements are repetitions for some minutes only: then the rule for second clicks decides."""
    if outcome.external_id is not None or element.repeats_within is not None:
        return outcome.external_id
    return f"{system_of(receipt.connection)}:{blind_index.digest(f'{element.identity} {number}'.encode())}"


async def keep_in_quarantine(
    call: Call, receipt: Receipt, element: Element, reason: Reason, detail: str
) -> OutcomeResult:
    """An element that is there already stays."""
    index = call.context.blind_index
    quarantine_id = index.digest(f"{receipt.connection_id} {element.identity}".encode())[:32]
    command = commands.QuarantineDelivery(
        connection_id=receipt.connection_id,
        reason=reason,
        detail=" ".join(detail.split())[:LONGEST_DETAIL],
        received_at=receipt.received_at,
        kept=element.kept,
        mentions=mentions(index, element.kept),
    )
    result = await call.context.committer.write(call.write_request(quarantine.DECIDER, quarantine_id, [Step(command)]))
    return OutcomeResult(result.position, quarantine_id=quarantine_id)
