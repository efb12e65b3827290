"""Where the hyper-parameters of an optimizer are, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from ..errors import ScheduleError, suggest

_NAME = re.compile(r"(\w+)(?:\[(\d+)\])?")

Groups = Sequence[dict[str, Any]]
"""The parameter groups of an optimizer."""


class Target:
    """A number of one parameter group, such as `lr` or `betas[0]`.

    Args:
        name: The number, as an optimizer calls it.
        place: Which group it is in.
        groups: The parameter groups.

    Attributes:
        scale: What the value of a schedule is multiplied by.

    Raises:
        ScheduleError: The group has no such number.
    """

    __slots__ = ("index", "key", "name", "place", "scale")

    def __init__(self, name: str, place: int, groups: Groups) -> None:
        found = _NAME.fullmatch(name)
        self.name, self.place, self.scale = name, place, 1.0
        self.key = found[1] if found else name
        self.index = int(found[2]) if found and found[2] else None
        if name not in _numbers(groups[place]):
            raise _unknown(name, groups[place])

    def read(self, groups: Groups) -> Any:
        """What the group holds: a number or a tensor."""
        held = groups[self.place][self.key]
        return held if self.index is None else held[self.index]

    def write(self, groups: Groups, value: float) -> None:
        """Let the group hold a multiple of a value; a tensor stays the tensor that it is."""
        value *= self.scale
        group = groups[self.place]
        held = group[self.key]
        if self.index is not None:
            several, held = held, held[self.index]
            if not isinstance(held, Tensor):
                group[self.key] = type(several)(value if i == self.index else x for i, x in enumerate(several))
                return
        if type(held) is not float and isinstance(held, Tensor):
            held.fill_(value)
        else:
            group[self.key] = value


def _numbers(group: dict[str, Any]) -> list[str]:
    """The names of the numbers that a group holds."""
    found = []
    for key, held in group.items():
        if key == "params" or key.startswith("initial_"):
            continue
        if isinstance(held, tuple | list):
            found += [f"{key}[{i}]" for i, one in enumerate(held) if _is_number(one)]
        elif _is_number(held):
            found.append(key)
    return found


def _is_number(held: Any) -> bool:
    return isinstance(held, int | float | Tensor) and not isinstance(held, bool)


def _unknown(name: str, group: dict[str, Any]) -> ScheduleError:
    known = _numbers(group)
    close = suggest(name, known) or next((k for k in known if k.startswith(f"{name}[")), None)
    hint = f"did you mean `{close}`?" if close else f"it has {', '.join(known)}"
    return ScheduleError(f"the optimizer has no hyper-parameter `{name}`", hint=hint)
