"""Where the hyper-parameters of an optimizer are, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from torch import Tensor, compiler, tensor

from ..errors import ScheduleError, suggest

BASE = "initial_"
"""What the key of a value at the beginning begins with; torch has `initial_lr`."""

_NAME = re.compile(r"(\w+)(?:\[(\d+)\])?")

Groups = Sequence[dict[str, Any]]
"""The parameter groups of an optimizer."""

Change = tuple["Target", float, float]
"""Where something else wrote, what had been written there, and what was found."""


class Target:
    """A number of one parameter group, such as `lr` or `betas[0]`.

    Args:
        name: The number, as the optimizer calls it.
        place: Which group it is in.
        groups: The parameter groups.
        relative: Whether to write multiples of the number that was there at the beginning, which the group keeps.

    Attributes:
        scale: What the values of the schedule are multiplied by.
        left: What was written last; None before.

    Raises:
        ScheduleError: The group has no such number.
    """

    __slots__ = ("_index", "_key", "_tensor", "_version", "left", "name", "place", "scale")

    def __init__(self, name: str, place: int, groups: Groups, relative: bool) -> None:
        group = groups[place]
        found = _NAME.fullmatch(name)
        if not found or name not in _numbers(group):
            raise _unknown(name, group)
        self.name, self.place = name, place
        self._key, self._index = found[1], int(found[2]) if found[2] else None
        self.scale = self._base(group) if relative else 1.0
        self.left: float | None = None
        self._tensor: Tensor | None = None
        self._version = 0

    def _base(self, group: dict[str, Any]) -> float:
        base = group.setdefault(key_of_base(self.name), copied(group[self._key]))
        return float(base if self._index is None else base[self._index])

    def read(self, groups: Groups) -> Any:
        """What the group holds: a number or a tensor."""
        held = groups[self.place][self._key]
        return held if self._index is None else held[self._index]

    def write(self, groups: Groups, value: float) -> Change | None:
        """Let the group hold a value; a tensor stays the tensor that it is.

        Returns:
            The change, if the group did not hold what was written last.
        """
        left, group, key, index = self.left, groups[self.place], self._key, self._index
        held = group[key]
        self.left = value = value * self.scale
        if held is left and index is None:  # what happens at every step comes first
            group[key] = value
            return None
        several = held
        if index is not None:
            held = several[index]
        change = None if left is None or self._holds(held, left) else (self, left, float(held))
        if isinstance(held, Tensor):
            held.fill_(value)
            self._tensor, self._version = held, held._version
        elif index is None:
            group[key] = value
        else:
            group[key] = type(several)((*several[:index], value, *several[index + 1 :]))
        return change

    def _holds(self, held: Any, left: float) -> bool:
        """Whether what a group holds is a value that was written there."""
        if not isinstance(held, Tensor):
            return bool(held == left)
        if held is self._tensor and held._version == self._version:  # told without asking the device
            return True
        return bool(held.item() == tensor(left, dtype=held.dtype).item())


Curves = list[tuple[Callable[[float], float], list[Target]]]
"""Functions of the step, each with the places where its values are written."""


def write(curves: Curves, groups: Groups, step: float) -> list[Change]:
    """Let the groups hold the values of a step.

    Returns:
        The places that did not hold what was written there last.
    """
    changes = []
    for function, targets in curves:
        value = function(step)
        for target in targets:
            change = target.write(groups, value)
            if change:
                changes.append(change)
    return changes


write_apart: Callable[[Curves, Groups, float], list[Change]] = compiler.disable(write)  # type: ignore[no-untyped-call]
"""The same for tensors, which in the graph of a compiled function would have another constant at each step."""


def key_of_base(name: str) -> str:
    """Where a group keeps what a number was at the beginning: `initial_betas` for `betas[0]`."""
    return BASE + name.partition("[")[0]


def copied(held: Any) -> Any:
    """What a group holds, as it is now."""
    return held.clone() if isinstance(held, Tensor) else held


def copied_rates(groups: Groups) -> list[Any]:
    """The learning rates of all groups, as they are now."""
    if len(groups) == 1:
        rate = groups[0]["lr"]
        return [rate if type(rate) is float else copied(rate)]
    return [copied(group["lr"]) for group in groups]


def _numbers(group: dict[str, Any]) -> list[str]:
    """The names of the numbers that a group holds."""
    return [name for key, held in group.items() if not key.startswith(BASE) for name in _named(key, held)]


def _named(key: str, held: Any) -> Iterator[str]:
    if isinstance(held, int | float | Tensor) and not isinstance(held, bool):
        yield key
    elif isinstance(held, tuple | list) and key != "params":
        for index, one in enumerate(held):
            yield from _named(f"{key}[{index}]", one)


def _unknown(name: str, group: dict[str, Any]) -> ScheduleError:
    known = _numbers(group)
    parts = [other for other in known if other.startswith(f"{name}[")]
    close = parts[0] if parts else suggest(name, known)
    hint = f"did you mean `{close}`?" if close else f"it has {', '.join(known)}"
    return ScheduleError(f"the optimizer has no hyper-parameter `{name}`", hint=hint)
