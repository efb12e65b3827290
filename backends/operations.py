"""The operations that numeric targets print. Constants fold as they are put together, and nothing is kept twice."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
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


FOLDED: dict[str, Callable[[float], float]] = {
    name: getattr(math, name)
    for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "tanh", "floor", "ceil")
}
"""Functions of a constant that can appear while operations are put together; those of the tree are folded exactly."""


class Operations:
    """Makes operations; `code` turns a tree into them by the table of rules."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[object, ...], Node] = {}
        self.inner = 0  # how many choices inside a formula are around
        self.spans: dict[tuple[Fraction, Fraction | None], int] = {}
        self.known: dict[tuple[object, ...], tuple[Node, dict[Expr, Node]]] = {}
        self.within(Fraction(0), None)
        self.fixed: dict[Expr, bool] = {}
        self.step = self.op("step")

    def within(self, start: Fraction, stop: Fraction | None) -> None:
        """What is made from now on applies from one step to another."""
        self.time = start, stop
        self.span = self.spans.setdefault(self.time, len(self.spans))

    def op(self, name: str, *args: Node, value: object = None) -> Node:
        if args and args[0].name == "const" and name in FOLDED:
            with suppress(ValueError, OverflowError):
                return self.const(FOLDED[name](constants.nearest_float(number_of(args[0]))))
        return self._once((name, value, *args), name, args, value)

    def const(self, value: Fraction | float) -> Node:
        if not isinstance(value, Fraction):
            if not math.isfinite(value):
                return self.op("const", value="nan" if value != value else float(value))
            value = Fraction(value)
        return self._once(value.as_integer_ratio(), "const", (), value)  # whose hash is quick, and a fraction's is not

    def _once(self, key: tuple[object, ...], name: str, args: tuple[Node, ...], value: object) -> Node:
        node = self.nodes.get(key)
        if node is None:
            node = self.nodes[key] = Node(name, args, value)
        return node

    def add(self, left: Node, right: Node) -> Node:
        if left.name == right.name == "const":
            return self.const(number_of(left) + number_of(right))
        if left.name == "const" or left.name == "neg":
            left, right = right, left
        if right.name == "const":
            if right.value == 0:
                return left
            if left.name == "neg":
                return self.op("sub", right, left.args[0])
            if number_of(right) < 0:
                return self.op("sub", left, self.const(-number_of(right)))
        if right.name == "neg":
            return (
                self.neg(self.add(left.args[0], right.args[0]))
                if left.name == "neg"
                else self.op("sub", left, right.args[0])
            )
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
        if left.name == right.name == "const" and right.value not in (0, "nan"):
            return self.const(number_of(left) / number_of(right))
        return self.op("div", left, right)

    def square(self, node: Node) -> Node:
        return self.op("square", node)

    def where(self, condition: Node, yes: Node, no: Node) -> Node:
        return yes if yes is no else self.op("where", condition, yes, no)

    def factored(self, node: Node) -> tuple[Fraction, Node]:
        """A factor, and the operation that it multiplies; a number that is added takes its part of the factor."""
        if node.name == "neg":
            factor, inner = self.factored(node.args[0])
            return -factor, inner
        if node.name in ("mul", "div"):
            number, rest = _finite(node.args[node.name == "div"]), node.args[node.name == "mul"]
            if number:
                factor, inner = self.factored(rest)
                return (factor * number if node.name == "mul" else factor / number), inner
        if node.name in ("add", "sub"):
            for place, number in enumerate(map(_finite, node.args)):
                factor, inner = self.factored(node.args[1 - place]) if number else (Fraction(1), node)
                if number and factor not in (1, -1):
                    sides = [inner, inner]
                    sides[place] = self.const(number / factor)
                    return factor, (self.add if node.name == "add" else self.sub)(*sides)
        if node.name == "guard":
            applies, time, inside = node.args
            factor, inner = self.factored(time)
            if factor != 1:
                return factor, self.op("guard", applies, inner, self.mul(self.const(1 / factor), inside))
        return Fraction(1), node

    # Formulas

    def code(self, expr: Expr, clocks: dict[Expr, Node]) -> Node:
        """The operations of a tree without cuts; `clocks` says what stands for the step and for the time in a cycle."""
        if expr in clocks:
            return clocks[expr]
        if isinstance(expr, sympy.Rational):
            return self.const(tree.fraction(expr))
        if expr.is_Symbol:
            return self.op("param", value=expr.name)
        if self.is_fixed(expr):
            return self.const(constants.fraction_of(expr))
        key = expr, id(clocks), self.inner, self.span
        known = self.known.get(key)
        if known is None:  # the clocks are kept as well, so that no others come to have their id
            known = self.known[key] = RULES[type(expr)](self, expr, clocks), clocks
        return known[0]

    def is_fixed(self, expr: Expr) -> bool:
        """Whether a tree is a number. SymPy would walk through all of it each time."""
        known = self.fixed.get(expr)
        if known is None:
            known = self.fixed[expr] = not expr.is_Symbol and all(map(self.is_fixed, expr.args))
        return known

    def ratio(self, factor: Fraction, expr: Expr, clocks: dict[Expr, Node]) -> Node | None:
        """`factor` times a time or a progress as one division of whole numbers, or None if it is no such thing."""
        taken = as_time(expr)
        if taken is None:
            return None
        time, length = taken
        top = self.code(time, clocks) if time != expr else self.sum(expr, clocks)
        if factor < 0:
            inner = self.ratio(-factor, expr, clocks)
            return None if inner is None else self.neg(inner)
        if not isinstance(length, sympy.Rational):
            part = self.op("progress", self.div(top, self.length(length, clocks, time.has(tree.CycleTime))))
            return self.mul(self.const(factor), part)
        part_of, top = self.factored(top)
        factor *= part_of / tree.fraction(length)
        if factor < 0:
            factor, top = -factor, self.neg(top)
        if max(factor.numerator.bit_length(), factor.denominator.bit_length()) > 53:
            return self.mul(self.const(factor), top)
        return self.div(self.mul(self.const(Fraction(factor.numerator)), top), self.const(Fraction(factor.denominator)))

    def sum(self, expr: Expr, clocks: dict[Expr, Node]) -> Node:
        """Terms from left to right, a constant last unless all else is subtracted."""
        if not isinstance(expr, sympy.Add):
            return self.code(expr, clocks)
        fixed = [term for term in expr.args if self.is_fixed(term)]
        result: Node | None = None
        for term in expr.args:
            if term not in fixed:
                node = self.code(term, clocks)
                result = node if result is None else self.add(result, node)
        assert result is not None
        return self.add(result, self.code(tree.add(*fixed), clocks)) if fixed else result

    def length(self, expr: Expr, clocks: dict[Expr, Node], repeated: bool = False) -> Node:
        """The length of a stage, a divisor: one that depends on a parameter may be 0 where the stage does not apply."""
        node = self.code(expr, clocks)
        if expr.free_symbols <= {tree.t}:
            return node
        return self.op("inner_length" if self.inner or repeated else "length", node)


def as_time(expr: Expr) -> tuple[Expr, Expr] | None:
    """A difference of steps and what it is divided by: the clock, `t - 500`, `(10500 - t)/10000`."""
    if expr == tree.t or isinstance(expr, tree.Elapsed | tree.CycleTime):
        return expr, tree.ONE
    if isinstance(expr, tree.Progress):
        clock, start, length = expr.args
        return tree.elapsed(clock, start), length
    if isinstance(expr, sympy.Add) and len(expr.args) == 2:
        rest = _complement(expr)
        if rest is not None:
            clock, start, length = rest.args
            return tree.subtract(tree.add(start, length), clock), length
        if any(isinstance(a, sympy.Rational) for a in expr.args) and any(
            as_time(a) == (a, tree.ONE) for a in expr.args
        ):
            return expr, tree.ONE
    return None


def _complement(expr: Expr) -> tree.Progress | None:
    """p where a sum of two is 1 - p."""
    if expr.args[0] == 1:
        rest = tree.negate(expr.args[1])
        return rest if isinstance(rest, tree.Progress) else None
    return None


def half_turn(angle: Expr) -> Fraction | None:
    """The step at which an angle of pi times a progress is a quarter turn; None where that is no number."""
    if not isinstance(angle, sympy.Mul) or len(angle.args) != 2 or angle.args[0] != sympy.pi:
        return None
    part = angle.args[1]
    if not isinstance(part, tree.Progress) or part.args[0] != tree.t:
        return None
    start, length = part.args[1:]
    known = isinstance(start, sympy.Rational) and isinstance(length, sympy.Rational)
    return tree.fraction(start) + tree.fraction(length) / 2 if known else None


def number_of(node: Node) -> Fraction | float:
    """The number of a constant."""
    return math.nan if isinstance(node.value, str) else node.value  # type: ignore[return-value]


def _finite(node: Node) -> Fraction | None:
    known = number_of(node) if node.name == "const" else None
    return known if isinstance(known, Fraction) else None


Rule = Callable[[Operations, Expr, dict[Expr, Node]], Node]

RULES: dict[type, Rule] = {}
"""How each kind of node of a tree is computed; filled by the files that `lowering.py` imports."""


def rule(*kinds: type) -> Callable[[Rule], Rule]:
    """Enter the rule for some kinds of nodes."""

    def enter(how: Rule) -> Rule:
        assert not RULES.keys() & set(kinds), "a kind of node has two rules"
        RULES.update(dict.fromkeys(kinds, how))
        return how

    return enter
