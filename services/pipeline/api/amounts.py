"""Amounts in the answers of measures: callers with `metrics:read` alone see counts and rates without them."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from shared.store.long_work import build_answer
from shared.web.routing.call import Call

V = TypeVar("V", bound=BaseModel)
IS_AMOUNT = object()
Amount = Annotated[str | None, Field(description="Null without the scope `pipeline:read`"), IS_AMOUNT]
"""Every amount of a measure must have this type: by it `view_for` finds what to hide."""


async def view_for(call: Call, build: Callable[..., V], *arguments: Any) -> V:
    """The view that `build` returns for the arguments, as the caller may see it."""

    def seen_by_caller() -> V:
        view = build(*arguments)
        return view if "pipeline:read" in call.caller.scopes else without_amounts(view)

    return await build_answer(seen_by_caller)


def without_amounts(view: V) -> V:
    """A copy in which each `Amount` is null, at any depth of models and lists of models."""
    fields = type(view).model_fields
    return view.model_copy(update={name: hidden(field, getattr(view, name)) for name, field in fields.items()})


def hidden(field: FieldInfo, value: Any) -> Any:
    if IS_AMOUNT in field.metadata:
        return None
    if isinstance(value, BaseModel):
        return without_amounts(value)
    if isinstance(value, list):
        return [without_amounts(each) if isinstance(each, BaseModel) else each for each in value]
    return value
