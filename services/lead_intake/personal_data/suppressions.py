"""Suppressions of unknown addresses, found by the blind index of the address."""

from services.lead_intake.lead.commands import RecordActivity
from services.lead_intake.lead.contact import mailbox
from services.lead_intake.suppression.commands import SuppressAddress
from services.lead_intake.suppression.decider import DECIDER
from shared.store.aliases import BlindIndex
from shared.store.write_request import AliasReference, Step, WriteResult
from shared.web.routing.call import Call


async def suppress(call: Call, email: str | None, activity: RecordActivity) -> WriteResult | None:
    """Records a suppression of the address; None when the activity suppresses nothing, or there is no e-mail
    address."""
    kind = activity.kind
    if email is None or (kind != "unsubscribed" and kind != "bounced"):
        return None
    command = SuppressAddress(
        activity_id=activity.activity_id,
        kind=kind,
        engaged_at=activity.engaged_at,
        external_id=activity.external_id,
        connection_id=activity.connection_id,
        purpose=activity.purpose,
    )
    context, alias = call.context, suppression_alias(call.context.blind_index, email)
    subject = str(context.clock_and_ids.new_id())
    request = call.write_request(
        DECIDER, subject, [Step(command)], resolve_by=[alias], also_claim=[alias], is_new_stream=True
    )
    return await context.committer.write(request)


def suppression_alias(blind_index: BlindIndex, email: str) -> str:
    return blind_index.index("suppressed", mailbox(email))


def suppression_of(blind_index: BlindIndex, email: str | None) -> dict[str, AliasReference]:
    """A reference for the context of a capture: to the suppression of its e-mail address."""
    return {} if email is None else {"suppression": AliasReference(DECIDER, suppression_alias(blind_index, email))}
