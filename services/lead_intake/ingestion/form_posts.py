"""The post of a form becomes a capture, or goes to the quarantine: nothing that a browser posts is lost."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.redaction import redacted_body
from services.lead_intake.form.decider import DECIDER as FORM
from services.lead_intake.form.events import FormSettings
from services.lead_intake.form.post import Post, read_capture, read_post, suspicions
from services.lead_intake.ingestion.capture_request import capture_command, capture_request
from services.lead_intake.ingestion.early_outcomes import with_early
from services.lead_intake.lead.decider import DECIDER as LEAD
from services.lead_intake.lead.lenient import read_leniently
from services.lead_intake.personal_data.mentions import mentions
from services.lead_intake.quarantine import commands
from services.lead_intake.quarantine.decider import DECIDER as QUARANTINE
from services.lead_intake.quarantine.events import Reason
from services.lead_intake.quarantine.state import Waiting
from shared.rules.message import Rejected
from shared.store import event_store
from shared.store.stream import fold_streams
from shared.store.write_request import Step, WriteResult
from shared.web.routing.call import Call
from shared.web.service_context import ServiceContext

UNREADABLE = "neither e-mail address nor phone number can be read"


async def load_form(context: ServiceContext, form_key: str) -> FormSettings | None:
    """The settings of the form; None when there is no such form."""
    stream = FORM.stream(form_key)
    async with context.reads.connect() as tx:
        folded = fold_streams({stream: FORM}, await event_store.read_streams(tx, [stream]))[stream]
    settings: FormSettings | None = folded.state.settings
    return settings


async def take_post(call: Call, form_key: str, settings: FormSettings) -> int:
    """The position of what became of the post: of its capture, or of its quarantine."""
    body, now = await call.request.body(), call.context.clock_and_ids.now()
    try:
        post = read_post(body, {name.lower(): value for name, value in call.request.headers.items()})
    except Malformed as error:
        return await keep_in_quarantine(call, form_key, now, redacted_body(body), "unreadable", str(error))
    kept = {"fields": dict(post.fields), "referrer": post.referrer}
    if reasons := suspicions(post, settings):
        return await keep_in_quarantine(call, form_key, now, kept, "suspicious", "; ".join(reasons))
    try:
        return (await write_capture(call, form_key, settings, post, now)).position
    except (Malformed, ValidationError):
        return await keep_in_quarantine(call, form_key, now, kept, "unreadable", UNREADABLE)


async def write_capture(
    call: Call, form_key: str, settings: FormSettings, post: Post, engaged_at: datetime, external_id: str | None = None
) -> WriteResult:
    """Raises `Malformed`, `ValidationError`."""
    context = call.context
    outcome = read_capture(post.fields, post.referrer, form_key, settings)
    body = read_leniently(dict(outcome.body) | {"external_id": external_id})
    command = capture_command(
        context, body, engaged_at, has_key=False, consent_evidence=outcome.consent_evidence, form_key=form_key
    )
    request = capture_request(context, command)
    steps = [Step(command, claim=request.claim)]
    subject = str(context.clock_and_ids.new_id())
    result = await context.committer.write(call.write_request(LEAD, subject, steps, **request.options))
    return await with_early(call, result)


async def keep_in_quarantine(call: Call, form_key: str, at: datetime, kept: Any, reason: Reason, detail: str) -> int:
    context = call.context
    command = commands.QuarantineDelivery(
        connection_id=None,
        form_key=form_key,
        reason=reason,
        detail=detail,
        received_at=at,
        kept=kept,
        mentions=mentions(context.blind_index, kept),
    )
    subject = str(context.clock_and_ids.new_id())
    request = call.write_request(QUARANTINE, subject, [Step(command)], is_new_stream=True)
    return (await context.committer.write(request)).position


async def take_post_again(call: Call, form_key: str, quarantine_id: str, kept: Any, waiting: Waiting) -> str:
    """The id of the capture of a post that was in quarantine, whatever was suspicious about it. Raises `Rejected` when
    it still yields nothing."""
    settings = await load_form(call.context, form_key)
    if settings is None or not isinstance(kept, dict):
        raise Rejected("read again, it yields nothing: it is no form")
    post = Post(kept["fields"], referrer=kept["referrer"])
    try:
        result = await write_capture(call, form_key, settings, post, waiting.received_at, f"form:{quarantine_id}")
    except (Malformed, ValidationError):
        raise Rejected(f"read again, it yields nothing: {UNREADABLE}") from None
    return str(result.body["capture_id"])
