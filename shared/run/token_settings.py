"""The settings for tokens of an identity provider."""

from collections.abc import Awaitable, Callable

from shared.run.settings import Settings
from shared.web.callers.access import Caller


def make_caller_by_token(settings: Settings) -> Callable[[str], Awaitable[Caller | None]] | None:
    """The function from a token to its caller; None unless the settings name an issuer."""
    issuer, audience, source = settings.token_issuer, settings.token_audience, settings.token_keys
    if not (issuer and audience and source):
        return None
    # The library of tokens and its cryptography take 10 MiB and a quarter of a second, which most processes can save.
    from shared.web.callers.bearer_tokens import BearerTokens, TokenRules  # noqa: PLC0415
    from shared.web.callers.issuer_keys import IssuerKeys  # noqa: PLC0415

    rules = TokenRules(issuer, audience, settings.token_node_claim, settings.token_scopes_claim)
    return BearerTokens(rules, IssuerKeys(source, frozenset(settings.token_algorithms.split(",")))).caller
