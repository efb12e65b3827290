"""What else an argument can be: shapes, lists, flags, options. (Schedules and numbers are in `symsched.stages`.)"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from . import limits
from .errors import ScheduleError, Span
from .stages import Condition, Number, Signal


@dataclass(frozen=True)
class Shape:
    """An easing curve with its parameters filled in; `curve(u)` is the curve at a progress."""

    name: str
    curve: Callable[[Signal], Signal]
    is_geometric: bool = False
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Pair:
    """A keyframe, or an entry of a map."""

    key: Value
    value: Value
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Items:
    """A list; `size` counts the items of the lists in it too."""

    items: tuple[Value, ...]
    span: Span | None = field(default=None, compare=False)
    size: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        size = 1 + sum(getattr(item, "size", 1) for item in self.items)
        if size > limits.NODES:
            raise ScheduleError(f"this list has more than {limits.NODES} items, which is the limit", None, self.span)
        object.__setattr__(self, "size", size)


@dataclass(frozen=True)
class Flag:
    """`true` or `false`, also of a comparison that is decided."""

    value: bool
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Option:
    """One of the names that a parameter offers."""

    name: str
    options: tuple[str, ...] = field(compare=False)
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Nothing:
    """`none`."""

    span: Span | None = field(default=None, compare=False)


Value = Signal | Shape | Pair | Items | Flag | Option | Nothing | Condition


def describe(value: Value) -> str:
    """A value in an error message."""
    match value:
        case Number():
            from .wording import number_text

            return number_text(value.value)
        case Signal():
            return "a schedule"
        case Shape():
            return f"the shape `{value.name}`"
        case Pair():
            return "a pair"
        case Items():
            return "a list"
        case Flag():
            return "true" if value.value else "false"
        case Option():
            return f"`{value.name}`"
        case Nothing():
            return "none"
        case _:
            return "a comparison"
