"""A connection as it is stored, with its secrets."""

from services.lead_intake.connection.decider import DECIDER
from services.lead_intake.connection.events import ConnectionSettings, KindSettings
from services.lead_intake.connection.state import Existing
from services.lead_intake.connectors.delivery import Connection, ConsentQuestion, Kind
from shared.store import event_store, vault
from shared.store.stream import fold_streams
from shared.web.callers.access import CACHE_SPAN
from shared.web.service_context import ServiceContext


async def load_cached(context: ServiceContext, connection_id: str) -> Connection | None:
    """The connection as it was at most a few seconds ago. What this process changes is read anew."""
    now = context.clock_and_ids.now()
    used_until, connection = context.found_at_entrances.get(connection_id) or (now, None)
    if used_until <= now:
        connection = await load(context, connection_id)
        if connection is not None:
            context.found_at_entrances.put(connection_id, (now + CACHE_SPAN, connection))
    found: Connection | None = connection
    return found


async def load(context: ServiceContext, connection_id: str) -> Connection | None:
    """The connection; None when there is none, or it was removed."""
    stream = DECIDER.stream(connection_id)
    async with context.reads.connect() as tx:
        folded = fold_streams({stream: DECIDER}, await event_store.read_streams(tx, [stream]))[stream]
        if not isinstance(folded.state, Existing):
            return None
        sealed = [*folded.state.valid_secrets(context.clock_and_ids.now()), folded.state.verify_token]
        refs = [one.ref for one in sealed if one is not None and one.ref is not None]
        texts = await vault.read(tx, refs)
    token = folded.state.verify_token
    verify_token = texts.get(token.ref, "") if token is not None and token.ref is not None else ""
    secrets = tuple(texts[ref] for ref in refs if ref in texts and (token is None or ref != token.ref))
    return connection_of(folded.state.connector, folded.state.settings, secrets, verify_token)


def connection_of(
    connector: str, settings: ConnectionSettings, secrets: tuple[str, ...], verify_token: str
) -> Connection:
    consent = settings.consent
    return Connection(
        connector,
        secrets,
        verify_token,
        system=settings.system or "",
        kind=kind_of(settings.kind) if settings.kind else None,
        kinds={one: kind_of(kind) for one, kind in settings.kinds.items()},
        fields=settings.fields,
        consent=ConsentQuestion(consent.purpose, consent.text_version) if consent else None,
        public_url=settings.public_url or "",
        redirect_hosts=frozenset(settings.redirect_hosts),
        legacy_signatures=settings.legacy_signatures,
    )


def kind_of(settings: KindSettings) -> Kind:
    return Kind(settings.source, settings.source_detail, settings.details)
