"""The business time zone, in which pages write times. It changes seldom, and is the same for everybody."""

import asyncio
from dataclasses import dataclass

from funnelcast.pages.api import Api, ApiError
from funnelcast.pages.person import Person

SECONDS = 30.0
"""The seconds for which it is remembered."""
UTC = "UTC"
ROUTES = (
    ("forecast:read", "/forecast/v1/calendars"),
    ("pipeline:read", "/pipeline/v1/reasons"),
    ("leads:read", "/qualification/v1/reasons"),
)
"""The routes that contain it, by the scope that they need. Confined callers may read them."""


@dataclass
class BusinessTime:
    known: str = UTC
    until: float = 0.0

    async def zone(self, api: Api, person: Person) -> str:
        """The business time zone; as it was last read, when it cannot be read now."""
        now = asyncio.get_running_loop().time()
        path = next((path for scope, path in ROUTES if person.may(scope)), None)
        if path is not None and now >= self.until:
            try:
                self.known, self.until = str((await api.get(path))["timezone"]), now + SECONDS
            except ApiError as error:
                if error.status == 401:
                    raise
        return self.known
