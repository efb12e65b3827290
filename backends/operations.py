"""The operations that numeric targets print, and how they are put together: constants fold, nothing is written twice."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import sympy
from sympy import Expr

from .. import constants, tree


class Node:
    """One operation. Equal operations are the same object, so that shared parts are found by identity.

    Attributes:
        name: `const`, `step`, `param`, or the name of an operation.
        args: The operands.
        value: The number of a `const`, the name of a `param`, the numbers of a table; else None.
    """

    __slots__ = ("args", "name", "value")

    def __init__(self, name: str, args: tuple[Node, ...], value: object = None) -> None:
        self.name, self.args, self.value = name, args, value

    def __repr__(self) -> str:
        inside = ", ".join(map(repr, self.args)) if self.args else self.value
        return f"{self.name}({inside})"


class Operations:
    """Makes operations; `code` turns a tree into them by the rules of `rules.py`."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[object, ...], Node] = {}
        self.step = self.op("step")

    def op(self, name: str, *args: Node, value: object = None) -> Node:
        key = (name, value, *args)
        if key not in self.nodes:
            self.nodes[key] = Node(name, args, value)
        return self.nodes[key]

    def const(self, value: Fraction | float) -> Node:
        if isinstance(value, float) and math.isfinite(value):
            value = Fraction(value)
        return self.op("const", value="nan" if value != value else value)

    def add(self, left: Node, right: Node) -> Node:
        if left.name == right.name == "const":
            return self.const(number_of(left) + number_of(right))
        for one, other in ((left, right), (right, left)):
            if one.name == "const" and one.value == 0:
                return other
            if one.name == "neg":
                return self.op("sub", other, one.args[0])
        if right.name == "const" and number_of(right) < 0:
            return self.op("sub", left, self.const(-number_of(right)))
        return self.op("add", left, right)

    def sub(self, left: Node, right: Node) -> Node:
        return self.add(left, self.neg(right))

    def neg(self, node: Node) -> Node:
        if node.name == "const":
            return self.const(-number_of(node))
        if node.name == "sub":
            return self.op("sub", *reversed(node.args))
        return node.args[0] if node.name == "neg" else self.op("neg", node)

    def mul(self, left: Node, right: Node) -> Node:
        if right.name == "const" and left.name != "const":
            left, right = right, left
        if left.name == "const":
            if right.name == "const":
                return self.const(number_of(left) * number_of(right))
            if left.value in (0, 1, -1):
                return left if left.value == 0 else right if left.value == 1 else self.neg(right)
        return self.op("mul", left, right)

    def div(self, left: Node, right: Node) -> Node:
        if right.name == "const" and right.value == 1:
            return left
        if left.name == "const" and left.value == 0 and right.name == "const" and right.value != 0:
            return left
        return self.op("div", left, right)

    def square(self, node: Node) -> Node:
        return self.op("mul", node, node)

    def where(self, condition: Node, yes: Node, no: Node) -> Node:
        return yes if yes is no else self.op("where", condition, yes, no)

    # Formulas

    def code(self, expr: Expr, clocks: dict[Expr, Node]) -> Node:
        """The operations of a tree without cuts; `clocks` says what stands for the step and for the time in a cycle."""
        if expr in clocks:
            return clocks[expr]
        if isinstance(expr, sympy.Rational):
            return self.const(tree.fraction(expr))
        if expr.is_Symbol:
            return self.op("param", value=expr.name)
        if not any(node.is_Symbol for node in tree.walk(expr)):
            return self.const(constants.fraction_of(expr))
        return RULES[type(expr)](self, expr, clocks)

    def ratio(self, factor: Fraction, expr: Expr, clocks: dict[Expr, Node]) -> Node | None:
        """`factor` times a time or a progress as one division of whole numbers, or None if it is no such thing."""
        taken = as_time(expr)
        if taken is None:
            return None
        time, length = taken
        if isinstance(length, sympy.Rational):
            factor /= tree.fraction(length)
        top = self.code(time, clocks)
        if max(factor.numerator.bit_length(), factor.denominator.bit_length()) > 53:
            return self.mul(self.const(factor), top)
        if factor.numerator < 0:
            top, factor = self.neg(top), -factor
        result = self.div(self.mul(self.const(Fraction(factor.numerator)), top), self.const(Fraction(factor.denominator)))
        return result if isinstance(length, sympy.Rational) else self.div(result, self.length(length, clocks))

    def length(self, expr: Expr, clocks: dict[Expr, Node]) -> Node:
        """A length that is a divisor: one that depends on a parameter may be 0, where the formula does not apply."""
        node = self.code(expr, clocks)
        if node.name == "const":
            return node
        one = self.const(Fraction(1))
        return self.where(self.op("lt", self.const(Fraction(0)), node), node, one)


def as_time(expr: Expr) -> tuple[Expr, Expr] | None:
    """A difference of steps and what it is divided by: the clock, `t - 500`, `(10500 - t)/10000`."""
    if expr == tree.t or isinstance(expr, tree.Elapsed | tree.CycleTime):
        return expr, tree.ONE
    if isinstance(expr, tree.Progress):
        clock, start, length = expr.args
        return tree.elapsed(clock, start), length
    rest = _complement(expr)
    if rest is not None:
        clock, start, length = rest.args
        return tree.subtract(tree.add(start, length), clock), length
    return None


def _complement(expr: Expr) -> tree.Progress | None:
    """p where the tree is 1 - p."""
    if isinstance(expr, sympy.Add) and len(expr.args) == 2 and expr.args[0] == 1:
        rest = tree.negate(expr.args[1])
        return rest if isinstance(rest, tree.Progress) else None
    return None


def number_of(node: Node) -> Fraction | float:
    """The number of a constant."""
    return math.nan if node.value == "nan" else node.value  # type: ignore[return-value]


Rule = Callable[[Operations, Expr, dict[Expr, Node]], Node]

RULES: dict[type, Rule] = {}
"""How each kind of node of a tree is computed; filled by `rules.py`."""
