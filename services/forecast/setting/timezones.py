"""Names of time zones, as the locked copy of the IANA database has them."""

from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import AfterValidator, Field


@cache
def timezone_names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text().split())


def known_timezone(name: str) -> str:
    if name not in timezone_names():
        raise ValueError("must be a time zone of the IANA database, such as Europe/Berlin or UTC")
    return name


Timezone = Annotated[str, Field(max_length=100), AfterValidator(known_timezone)]
