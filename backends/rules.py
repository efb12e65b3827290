"""The rules of lowering: how each kind of node that may stand in a tree is computed without losing digits."""

from __future__ import annotations

from fractions import Fraction

import sympy
from sympy import Expr
from sympy.codegen.cfunctions import log2, log10

from .. import constants, functions, tree
from .between import between
from .cutting import bounds, clock_of
from .operations import Node, Operations, number_of, rule
from .repetition import beside_cycle
from .waves import one_and
from .whole import modulo


@rule(sympy.Add)
def _add(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    as_time = low.ratio(Fraction(1), expr, clocks)
    if as_time is not None:
        return as_time
    terms = list(expr.args)
    if len(terms) == 2 and terms[0] in (1, -1):
        special = one_and(low, terms[0] == 1, terms[1], clocks)
        if special is not None:
            return special
    if len(terms) == 2 and terms[1] in (1, -1):
        special = one_and(low, terms[1] == 1, terms[0], clocks)
        if special is not None:
            return special
    if len(terms) == 2:
        beside = beside_cycle(low, terms, clocks)
        if beside is not None:
            return beside
        rescaled = _sigmoid_above(low, terms, clocks)
        if rescaled is None:
            rescaled = between(low, terms, clocks)
        if rescaled is not None:
            return rescaled
    return low.sum(expr, clocks)


def _sigmoid_above(low: Operations, terms: list[Expr], clocks: dict[Expr, Node]) -> Node | None:
    """sigmoid(x) - sigmoid(y), where y is x at one end of a progress, as sigmoid(x) sigmoid(-y) (1 - exp(y - x)).

    It is exactly 0 at that end.
    """
    for first, second in (terms, reversed(terms)):
        other = tree.negate(second)
        if isinstance(first, tree.Sigmoid) and isinstance(other, tree.Sigmoid):
            x, y = first.args[0], other.args[0]
            for part in (n for n in tree.walk(x) if isinstance(n, tree.Progress)):
                for end, passed in ((tree.ZERO, part), (tree.ONE, tree.subtract(tree.ONE, part))):
                    slope = tree.subtract(_at(x, part, tree.subtract(tree.ONE, end)), y)
                    if _at(x, part, end) == y and not slope.has(tree.t):
                        grown = low.op("expm1", low.neg(low.mul(low.code(slope, clocks), low.code(passed, clocks))))
                        scale = low.neg(low.code(functions.sigmoid(tree.negate(y)), clocks))
                        return low.mul(scale, low.op("mul", low.code(first, clocks), grown))
    return None


def _at(expr: Expr, part: Expr, value: Expr) -> Expr:
    """A tree with a number for one of its parts."""
    if expr == part:
        return value
    build = {sympy.Add: tree.add, sympy.Mul: tree.multiply}.get(type(expr))
    return build(*(_at(a, part, value) for a in expr.args)) if build else expr


@rule(sympy.Mul)
def _mul(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    """Constants together, rounded once; times as one division; what is divided by, last."""
    fixed = [f for f in expr.args if low.is_fixed(f)]
    rest = [f for f in expr.args if not low.is_fixed(f)]
    constant = tree.multiply(*fixed) if fixed else tree.ONE
    factor = constants.fraction_of(constant)
    if len(rest) == 1 and isinstance(constant, sympy.Rational) and isinstance(factor, Fraction):
        as_time = low.ratio(factor, rest[0], clocks)
        if as_time is not None:
            return as_time
    if isinstance(factor, Fraction) and factor < 0:
        return low.neg(low.code(tree.negate(expr), clocks))
    above = [low.code(f, clocks) for f in rest if not _is_inverse(f)]
    below = [low.code(f.base, clocks) for f in rest if _is_inverse(f)]
    result: Node | None = None
    for node in above:
        if node.name == "mul" and node.args[0].name == "const":
            factor *= number_of(node.args[0])
            node = node.args[1]
        result = node if result is None else low.op("mul", result, node)
    result = low.const(factor) if result is None else low.mul(low.const(factor), result)
    for node in below:
        result = low.div(result, node)
    return result


def _is_inverse(expr: Expr) -> bool:
    return isinstance(expr, sympy.Pow) and expr.exp == -1


@rule(tree.Elapsed)
def _elapsed(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    time, start = expr.args
    beside = beside_cycle(low, [time, tree.negate(start)], clocks)
    return low.sub(low.code(time, clocks), low.code(start, clocks)) if beside is None else beside


@rule(tree.Progress)
def _progress(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    node = low.ratio(Fraction(1), expr, clocks)
    assert node is not None
    return node


@rule(sympy.floor, sympy.ceiling)
def _whole(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    """floor and ceil of a fraction by whole numbers alone: a product with 1/49 is not whole at 49."""
    inner = expr.args[0]
    up = isinstance(expr, sympy.ceiling)
    factor, rest = tree.coefficient(inner)
    if low.ratio(Fraction(1), inner, clocks) is None and Fraction(factor).denominator != 1:
        top = low.mul(low.const(Fraction(Fraction(factor).numerator)), low.code(rest, clocks))
        node = low.div(top, low.const(Fraction(Fraction(factor).denominator)))
    else:
        node = low.code(inner, clocks)
    if node.name != "div":
        return low.op("ceil" if up else "floor", node)
    top, bottom = node.args
    return low.neg(low.op("floordiv", low.neg(top), bottom)) if up else low.op("floordiv", top, bottom)


@rule(sympy.Mod)
def _mod(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    return modulo(low, *(low.code(a, clocks) for a in expr.args))


@rule(sympy.Min, sympy.Max)
def _extreme(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    name = "min" if isinstance(expr, sympy.Min) else "max"
    first, *rest = (low.code(a, clocks) for a in expr.args)
    for node in rest:
        first = low.op(name, first, node)
    return first


@rule(sympy.log)
def _log(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    inner = expr.args[0]
    if isinstance(inner, sympy.Add) and len(inner.args) == 2 and 1 in inner.args:
        rest = inner.args[1] if inner.args[0] == 1 else inner.args[0]
        return low.op("log1p", low.code(rest, clocks))
    return low.op("log", low.code(inner, clocks))


_SAME = {
    log2: "log2", log10: "log10", sympy.tanh: "tanh",
    sympy.Abs: "abs", tree.Sigmoid: "sigmoid", tree.Round: "round",
    tree.Bezier: "bezier", sympy.StrictLessThan: "lt", sympy.LessThan: "le", sympy.Equality: "eq",
    sympy.Unequality: "ne",
}  # fmt: skip


@rule(*_SAME)
def _same(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    return low.op(_SAME[type(expr)], *(low.code(a, clocks) for a in expr.args))


@rule(sympy.StrictGreaterThan, sympy.GreaterThan)
def _greater(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    name = "lt" if isinstance(expr, sympy.StrictGreaterThan) else "le"
    return low.op(name, *(low.code(a, clocks) for a in reversed(expr.args)))


@rule(sympy.Piecewise)
def _piecewise(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    """A choice inside a formula. Where it is made by a clock, each branch sees the clock only where it applies."""
    low.inner += 1
    pieces = list(bounds(expr))
    clock = clock_of(expr)
    start = low.const(Fraction(0))
    branches: list[tuple[Node, Node]] = []
    for (value, until, closed), (_, condition) in zip(pieces, expr.args, strict=True):
        if condition == True:  # noqa: E712 (SymPy's true)
            result = _guarded(low, value, clock, start, None, clocks)
            break
        test = low.code(condition, clocks)
        stop = None if until is None else low.code(until, clocks)
        if stop is None or clock is None:
            branches.append((test, low.code(value, clocks)))
        else:
            test = low.op("le" if closed else "lt", low.code(clock, clocks), stop)
            branches.append((test, _guarded(low, value, clock, start, stop, clocks)))
            start = stop
    for test, value in reversed(branches):
        result = low.where(test, value, result)
    low.inner -= 1
    return result


def _guarded(
    low: Operations, value: Expr, clock: Expr | None, start: Node, stop: Node | None, clocks: dict[Expr, Node]
) -> Node:
    """A branch that reads its clock where it applies, and a time inside its range elsewhere."""
    if clock is None or not value.has(clock):
        return low.code(value, clocks)
    time = low.code(clock, clocks)
    after = low.op("le", start, time)
    if stop is None:
        applies, inside = after, low.add(start, low.const(Fraction(1)))
    else:
        applies = low.op("and", after, low.op("lt", time, stop))
        inside = low.mul(low.const(Fraction(1, 2)), low.add(start, stop))
    return low.code(value, {**clocks, clock: low.op("guard", applies, time, inside)})
