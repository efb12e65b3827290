"""The table of primitives: the few functions that the language cannot say itself.

Their signatures, kinds and documentation stand in `grammar/prelude/` like those of all others, with the body
`primitive`. The function here gets the place of the call and the parameters by name. They are defined in
`symsched.ramps`, `symsched.composition`, `symsched.branching` and `symsched.elementary`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .operands import Value

Neighbours = Literal["open", "closed", "repeated", "operands", "unread"]


@dataclass(frozen=True)
class Primitive:
    """How a primitive is worked out.

    Attributes:
        work_out: Called with `span` and the parameters by name; an unread one with the elaborator, the call, the scope.
        neighbours: `open`: stages among the arguments see the neighbours of the call. `closed`: they see none.
            `repeated`: they see none, and to reach for what comes next is an error.
            `operands`: like the operands of arithmetic, where stages see none and numbers do. `unread`: the arguments
            are not worked out beforehand.
    """

    work_out: Callable[..., Value]
    neighbours: Neighbours


PRIMITIVES: dict[tuple[str, str], Primitive] = {}
"""By module and name."""


def primitive(
    name: str, module: str = "core", neighbours: Neighbours = "open"
) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Enter a function into the table."""

    def enter(function: Callable[..., Value]) -> Callable[..., Value]:
        PRIMITIVES[module, name] = Primitive(function, neighbours)
        return function

    return enter
