"""The part of an element that is kept: everything but secrets, in texts that can be stored."""

import hashlib
import json
import re

from services.lead_intake.connectors.delivery import Json
from services.lead_intake.connectors.values import encodable
from services.lead_intake.lead.classification import words

SECRET_NAMES = words("""
    googlekey joinurl starturl registrationurl password h323password pstnpassword encryptedpassword cancelurl
    rescheduleurl profiletoken captchasettings grecaptcharesponse hcaptcharesponse cfturnstileresponse accesstoken
    authtoken clientsecret verifytoken webhooktoken apikey secret""")
"""Plain names of fields whose value lets somebody in, or lets them act for a person."""
SEPARATORS = re.compile(r"[\W_]+")
URL_TOKEN = re.compile(
    r"([?&](?:secret|token|tk|pwd|key|access_token|api_key|signature|sig)=)[^&#\s\"]+", re.IGNORECASE
)
UNPARSED = re.compile(r'("(?:google_key|join_url|start_url|password|cancel_url|reschedule_url|secret)"\s*:\s*")[^"]*')


def plain_name(name: str) -> str:
    """Letters and digits in lower case: vendors and owners spell the same name in many ways."""
    folded = name.casefold()
    return folded if folded.isalnum() else SEPARATORS.sub("", folded)


def redacted(value: Json) -> Json:
    if isinstance(value, dict):
        return {
            encodable(name): redacted(inner) for name, inner in value.items() if plain_name(name) not in SECRET_NAMES
        }
    if isinstance(value, list):
        return [redacted(inner) for inner in value]
    return without_url_tokens(encodable(value)) if isinstance(value, str) else value


def without_url_tokens(text: str) -> str:
    return URL_TOKEN.sub(r"\1", text) if "=" in text else text


def redacted_body(body: bytes) -> str:
    """The part to keep of a body that cannot be parsed. What is no UTF-8 is read byte by byte, so that the bytes can be
    had again."""
    try:
        text = encodable(body.decode())
    except UnicodeDecodeError:
        text = encodable(body.decode("latin-1"))
    return without_url_tokens(UNPARSED.sub(r"\1", text))


def digest(value: Json) -> str:
    """Equal for equal values, whatever the order of their names."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
