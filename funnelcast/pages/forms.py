"""The fields of a form that a page posted."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from funnelcast.pages import security
from funnelcast.pages.api import ApiError

MEDIA_TYPE = "application/x-www-form-urlencoded"
LARGEST = 64 * 1024
MOST_FIELDS = 200
NOT_TYPED = ("csrf", "etag")


class Texts(dict[str, str]):
    """The texts of a form by name; the empty text for a name without any."""

    def __missing__(self, name: str) -> str:
        return ""


async def read_fields(request: Request) -> Texts:
    """Raises `ApiError` for a body that no page of ours posts."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != MEDIA_TYPE:
        raise ApiError(415, "Unsupported Media Type", f"a form must be posted as {MEDIA_TYPE}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise ApiError(413, "Content Too Large", f"a form has at most {LARGEST} bytes")
    try:
        found = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ApiError(400, "Bad Request", "the form cannot be read") from None
    return Texts({name: value.strip() for name, value in found})


def typed_into(request: Request) -> dict[str, str]:
    """The texts of a form that a screen cannot answer, by name: a page without the form shows them, so that nobody
    types them twice."""
    if not security.is_same_origin(request):
        return {}
    fields: Mapping[str, str] = getattr(request.state, "fields", {})
    return {name: value for name, value in fields.items() if value and name not in NOT_TYPED}
