"""The model that all parts of a mapping have in common."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,50}$")]
Text = Annotated[str, StringConstraints(min_length=1)]


class MappingModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Misplaced(ValueError):
    """`path`: the keys from the model down to the one to blame."""

    def __init__(self, path: Sequence[str], text: str) -> None:
        super().__init__(text)
        self.path = path


def as_list(value: Any) -> Any:
    """A single text stands for a list of one."""
    return [value] if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(as_list)]
