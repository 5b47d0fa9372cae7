"""Whether a body fits what the OpenAPI document says of a route."""

from dataclasses import dataclass

import jsonschema_rs
import orjson

from tests.fuzz.document import Document


@dataclass(frozen=True)
class Fits:
    validator: jsonschema_rs.Validator | None

    @classmethod
    def of(cls, document: Document, route: str, *, formats: bool = True) -> "Fits":
        method, path = route.split(" ")
        content = document["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
        schema = next((each["schema"] for each in content.values()), None)
        if schema is None:
            return cls(None)
        whole = schema | {"components": document["components"]}
        return cls(jsonschema_rs.validator_for(whole, validate_formats=formats))

    def body(self, body: bytes) -> bool:
        try:
            value = orjson.loads(body)
        except ValueError:
            return False
        return self.validator is None or self.validator.is_valid(value)
