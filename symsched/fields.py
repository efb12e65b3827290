"""What libraries ask a class for that is the type of a field in a configuration."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Field:
    """A class whose values pydantic reads and writes as texts."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return _pydantic().core_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        made: dict[str, Any] = _pydantic().json_schema(cls, handler.mode)
        return made


def _pydantic() -> Any:
    """The file of pydantic, which the compiler knows by name only."""
    return import_module(f"{__package__}.integrations").load("pydantic")
