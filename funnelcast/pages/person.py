"""The person who is signed in: what the API says that they may do."""

from dataclasses import dataclass

from funnelcast.pages.api import Api, ApiError

SERVICES = ("forecast", "pipeline", "qualification", "intake")
UNKNOWN = 404


@dataclass(frozen=True)
class Person:
    """`node`: the place in the organisation that the person is confined to, or belongs to. `is_tied`: whether the
    key is confined to it."""

    name: str
    scopes: frozenset[str]
    node: str | None = None
    is_tied: bool = False

    @property
    def confined_to(self) -> str | None:
        return self.node if self.is_tied else None

    def may(self, *scopes: str) -> bool:
        return self.scopes.issuperset(scopes)


async def find_person(api: Api) -> Person:
    """Asks the first service that answers. Raises `ApiError`, with status 401 for a session that has ended."""
    for service in SERVICES[:-1]:
        try:
            return person_of(await api.get(f"/{service}/v1/me"))
        except ApiError as error:
            if error.status < 500:
                raise
    return person_of(await api.get(f"/{SERVICES[-1]}/v1/me"))


def person_of(body: dict[str, object]) -> Person:
    scopes, node = body["scopes"], body.get("node") or body.get("owner")
    allowed = frozenset(map(str, scopes if isinstance(scopes, list) else ()))
    return Person(str(body["name"]), allowed, str(node) if node else None, body.get("node") is not None)
