"""A small language for schedules and a compiler for it.

    >>> import symsched as ss
    >>> lr = ss.parse("warmup(linear, 500) >> cosine(1e-3, 1e4)")
    >>> lr(250)
    0.0005

Importing this package imports nothing else: not SymPy, not NumPy, no framework. Every function of the prelude
(`symsched list`) is an attribute.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import available_backends as available_backends
    from .api import compile as compile
    from .api import emit as emit
    from .api import latex as latex
    from .api import parse as parse
    from .errors import ScheduleError as ScheduleError
    from .picture import plot as plot
    from .plans import Plan as Plan
    from .plans import plan as plan
    from .schedule import Schedule as Schedule
    from .tree import t as t

_HOMES = {
    "Plan": "plans",
    "Schedule": "schedule",
    "ScheduleError": "errors",
    "available_backends": "api",
    "compile": "api",
    "emit": "api",
    "latex": "api",
    "parse": "api",
    "plan": "plans",
    "plot": "picture",
    "t": "tree",
}
"""The module of each public name."""

__all__ = [
    "Plan",
    "Schedule",
    "ScheduleError",
    "available_backends",
    "compile",
    "emit",
    "latex",
    "parse",
    "plan",
    "plot",
    "t",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    if not name.startswith("_") and find_spec(f"{__name__}.{name}") is None:
        library = import_module(f"{__name__}.library")
        try:
            return library.function(name)
        except KeyError:
            pass
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *import_module(f"{__name__}.library").names()])
