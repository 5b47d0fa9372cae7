"""Amounts in the answers of measures: callers with `metrics:read` alone see counts and rates without them."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from shared.web.call import Call

V = TypeVar("V", bound=BaseModel)
IS_AMOUNT = object()
Amount = Annotated[str | None, Field(description="Null without the scope `pipeline:read`"), IS_AMOUNT]
"""Every amount of a measure must have this type: by it `view_for` finds what to hide."""


def view_for(call: Call, view: V) -> V:
    """The view as the caller may see it."""
    return view if "pipeline:read" in call.caller.scopes else without_amounts(view)


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
