"""Functions that printed modules of several frameworks have, with the name of the framework to be put in."""

from __future__ import annotations

COMMON = {
    "_floor_divide": """
def _floor_divide(x: Any, y: Any) -> Any:
    whole = xp.floor(x / y)
    rest = x - whole * y
    whole = xp.where(rest * y < 0, whole - 1, whole)
    return xp.where((rest - y) * y >= 0, whole + 1, whole)
""",
    "_modulo": """
def _modulo(x: Any, y: Any) -> Any:
    return x - _floor_divide(x, y) * y
""",
    "_magnitude": """
def _magnitude(x: Any) -> Any:
    # Unlike that of `abs`, its derivative at 0 is not 0.
    return xp.where(x < 0, -x, x)
""",
    "_minimum": """
def _minimum(x: Any, y: Any) -> Any:
    return xp.where(x < y, x, y)
""",
    "_maximum": """
def _maximum(x: Any, y: Any) -> Any:
    return xp.where(x > y, x, y)
""",
}
"""Helpers that read alike in several frameworks, whose name stands for `xp`."""


def common(xp: str, *names: str) -> dict[str, str]:
    """The text of some helpers for a framework."""
    return {name: COMMON[name].replace("xp.", f"{xp}.") for name in names}
