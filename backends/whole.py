"""Whole numbers in formulas: what is computed without rounding, and remainders whose divisor is no float."""

from __future__ import annotations

from fractions import Fraction

from .. import constants
from .operations import Node, Operations, number_of

WHOLE = {
    "step", "param", "const", "add", "sub", "neg", "abs", "magnitude", "floor", "ceil", "round", "floordiv", "mod",
    "min", "max", "where", "guard", "lt", "le", "eq", "ne", "and", "search", "take",
}  # fmt: skip
"""Operations that give whole numbers for whole steps, as far as their constants are whole."""

SMALL = 1024
"""Up to here the step may be multiplied: steps up to 2**43 stay exact."""


def is_whole(node: Node) -> bool:
    """Whether an operation is computed exactly where the step and the parameters are whole."""
    seen, stack = {node}, [node]
    while stack:
        node = stack.pop()
        if node.name not in WHOLE and not (node.name == "mul" and getattr(node.args[0].value, "denominator", 0) == 1):
            return False
        new = [a for a in node.args if a not in seen]
        seen.update(new)
        stack.extend(new)
    return True


def modulo(low: Operations, time: Node, divisor: Node) -> Node:
    """The remainder; of whole numbers with a number after it, where the divisor or a factor of the time is no float."""
    if time.name == "mod" and time.args[1] is divisor:
        return time
    found = _in_parts(low, time, divisor)
    if found is None:
        return low.op("mod", time, divisor)
    top, bottom, part = found
    rest = low.mul(low.const(Fraction(part.numerator)), low.op("mod", top, bottom))
    return low.div(rest, low.const(Fraction(part.denominator)))


def quotient(low: Operations, time: Node, divisor: Node) -> Node:
    """How often the divisor is in a time."""
    found = _in_parts(low, time, divisor)
    return low.op("floordiv", *((time, divisor) if found is None else found[:2]))


def _in_parts(low: Operations, time: Node, divisor: Node) -> tuple[Node, Node, Fraction] | None:
    """A whole time and a whole divisor, and what one of their parts is; None where they are whole already."""
    factor, inner = low.factored(time)
    length = number_of(divisor) if divisor.name == "const" else None
    if not isinstance(length, Fraction) or length <= 0 or not is_whole(inner):
        return None
    parts = factor / length
    if (factor == 1 and constants.is_float(length)) or not 0 < parts.numerator < SMALL:
        return None
    return (
        low.mul(low.const(Fraction(parts.numerator)), inner),
        low.const(Fraction(parts.denominator)),
        length / parts.denominator,
    )
