"""Constants with names: `WARMUP_STEPS = 500` and `END = WARMUP_STEPS + COSINE_STEPS`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from operator import add, mul, sub, truediv

from .. import constants
from .lowering import Program
from .operations import Node, number_of
from .ranges import walk

LAST = 1000
"""The place of constants that are computed, behind the numbers of the text."""


class Label(Node):
    """A constant with a name.

    Attributes:
        label: The name, in lower case.
        origin: The formula that computes it from others, None for a number of the text.
        is_exact: Whether the formula gives the bits of the constant; if not, it is a comment.
        is_whole: Whether it is a whole number of steps, and no value.
        place: Where the number stands in the text, among its numbers; those that are computed come after them.
    """

    __slots__ = ("is_exact", "is_whole", "label", "origin", "place")

    def __init__(self, label: str, value: Fraction, is_whole: bool, place: int = LAST) -> None:
        super().__init__("const", (), value)
        self.label, self.is_whole, self.place = label, is_whole, place
        self.origin: Node | None = None
        self.is_exact = True

    @classmethod
    def computed(cls, label: str, value: Fraction, origin: Node) -> Label:
        """A constant that is computed from others."""
        rounded = (not n.is_whole if isinstance(n, Label) else n.name == "over" for n in _walk(origin))
        made, number = cls(label, value, not any(rounded)), computed(origin)
        if math.isfinite(number):
            made.origin, made.is_exact = origin, number == constants.nearest_float(value)
        return made


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for arg in node.args:
        yield from _walk(arg)


def roots(program: Program) -> list[Node | None]:
    """The formulas of a program: values, ends, and the steps inside."""
    return [node for s in program.segments for node in (s.value, s.until, s.inside)]


def label_names(program: Program) -> list[str]:
    """The names of the constants of a program, and of those that they are computed from."""
    found: dict[str, None] = {}
    stack = [node for node in roots(program) if node is not None]
    while stack:
        for node in walk(stack.pop()):
            if isinstance(node, Label) and node.label not in found:
                found[node.label] = None
                stack += [node.origin] if node.origin is not None else []
    return list(found)


def scaled(node: Node, factor: Fraction) -> Node:
    if factor.numerator != 1:
        node = Node("mul", (Node("const", (), Fraction(factor.numerator)), node))
    if factor.denominator == 1:
        return node
    whole = computed(node)
    is_whole = whole.is_integer() and (whole / factor.denominator).is_integer()
    return Node("part" if is_whole else "over", (node, Node("const", (), Fraction(factor.denominator))))


def scaled_name(factor: Fraction, name: str) -> str:
    words = {Fraction(1): "", Fraction(1, 2): "half_", Fraction(2): "twice_"}
    if factor in words:
        return words[factor] + name
    times, over = (
        f"_{word}_{n}" if n != 1 else "" for word, n in (("times", factor.numerator), ("over", factor.denominator))
    )
    return name + times + over


_COMPUTED = {"add": add, "sub": sub, "mul": mul, "over": truediv, "part": truediv}


def computed(node: Node) -> float:
    """What a target computes from a formula of constants, in double precision; nan where a part of it is not finite."""
    if node.name == "const":
        return constants.nearest_float(number_of(node))
    a, b = (computed(x) for x in node.args)
    is_known = math.isfinite(a) and math.isfinite(b) and (b or _COMPUTED[node.name] is not truediv)
    return float(_COMPUTED[node.name](a, b)) if is_known else math.nan
