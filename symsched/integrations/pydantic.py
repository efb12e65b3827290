"""pydantic: `Schedule` and `Plan` as types of fields. There is nothing to call: the classes ask this file."""

from __future__ import annotations

from typing import Any

from ..api import parse
from ..plans import Plan, plan


def core_schema(kind: type) -> Any:
    """The validation of a field: what the class reads goes in, JSON has the canonical text.

    An error is one of the field, with the caret in its message and the `ScheduleError` in its context.
    """
    from pydantic_core import core_schema as core

    read = plan if issubclass(kind, Plan) else parse
    return core.no_info_plain_validator_function(read, serialization=core.to_string_ser_schema(when_used="json"))


def json_schema(kind: type, mode: str) -> dict[str, Any]:
    """What JSON Schema says of a field.

    Args:
        kind: The class.
        mode: "validation" for what is read, "serialization" for what is written.
    """
    numbers = mode == "validation" and not issubclass(kind, Plan)
    return {"type": ["string", "number"] if numbers else "string", "format": "symsched"}
