"""Rules of the walk for names, clocks, functions and choices. (Sums, products and powers are in `arithmetic.py`.)"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

import sympy
from sympy import Expr
from sympy.codegen.cfunctions import log2, log10

from .. import tree
from .choices import RELATIONS, lifted, rows
from .figures import is_ratio
from .formula import Formula, Steps, is_negative, rule
from .notation import MOD, POWER, PRODUCT, SUM, Piece

SHORT = 12
"""Nodes of an exponent of e beyond which it is written as a function."""


@rule(sympy.Rational)
def _number(formula: Formula, expr: Expr, script: bool) -> Steps:
    yield from ()
    return formula.number(expr, script)


@rule(sympy.Symbol)
def _symbol(formula: Formula, expr: Expr, script: bool) -> Steps:
    yield from ()
    return formula.name(formula.time if expr == tree.t else expr.name)


@rule(type(sympy.pi), type(sympy.oo))
def _constant(formula: Formula, expr: Expr, script: bool) -> Steps:
    yield from ()
    return Piece(formula.notation.constants["pi" if expr == sympy.pi else "inf"])


# Clocks


@rule(tree.Elapsed)
def _elapsed(formula: Formula, expr: Expr, script: bool) -> Steps:
    """A difference, the terms of its start one by one."""
    clock, start = expr.args
    write = formula.notation
    first = write.held((yield clock, script), SUM)
    text = first.text
    for term in start.args if isinstance(start, sympy.Add) else (start,):
        below = is_negative(term)
        piece = yield (tree.negate(term) if below else term), script
        text += (write.plus if below else write.minus) + write.held(piece, PRODUCT).text
    return Piece(text, SUM, first.tall)


@rule(tree.Progress)
def _progress(formula: Formula, expr: Expr, script: bool) -> Steps:
    clock, start, length = expr.args
    length = formula.cycles.length(clock, length)
    parts = _coefficient(length)
    if is_ratio(parts):
        times = tree.Integer(parts.denominator)
        length = tree.multiply(times, length)
        if _coefficient(tree.multiply(times, start)).denominator == 1:
            passed = tree.elapsed(tree.multiply(times, clock), tree.multiply(times, start))
        else:
            passed = tree.multiply(times, tree.elapsed(clock, start))
    else:
        passed = tree.elapsed(clock, start)
    if length == 1:
        return (yield passed, script)
    top = yield passed, script
    return formula.notation.fraction(top, (yield length, script), script)


def _coefficient(length: Expr) -> Fraction:
    """The number in front of a product."""
    first = length.args[0] if isinstance(length, sympy.Mul) else length
    return tree.fraction(first) if tree.is_number(first) else Fraction(1)


@rule(tree.CycleIndex)
def _cycle_index(formula: Formula, expr: Expr, script: bool) -> Steps:
    if formula.value_of(expr.args[3]) != 1:
        return (yield formula.cycles.index(expr.args), script)
    inside = yield tree.progress(*expr.args[:3]), script
    return formula.notation.brackets(inside, "floor")


@rule(tree.CycleTime)
def _cycle_time(formula: Formula, expr: Expr, script: bool) -> Steps:
    clock, start, length, stretch = expr.args
    if formula.value_of(stretch) != 1:
        return (yield formula.cycles.elapsed(expr.args), script)
    return (yield from _modulo(formula, tree.elapsed(clock, start), length, script))


@rule(tree.GeometricSum)
def _geometric_sum(formula: Formula, expr: Expr, script: bool) -> Steps:
    return (yield tree.closed_sum(*expr.args), script)


@rule(sympy.Mod)
def _mod(formula: Formula, expr: Expr, script: bool) -> Steps:
    return (yield from _modulo(formula, expr.args[0], expr.args[1], script))


def _modulo(formula: Formula, left: Expr, right: Expr, script: bool) -> Steps:
    write = formula.notation
    whole = write.held((yield left, script), PRODUCT)
    part = yield right, script
    part = part if part.fraction and not part.slash else write.held(part, POWER)
    return Piece(whole.text + write.modulo + part.text, MOD, whole.tall or part.tall, whole.digit, whole.fraction)


# Functions


_BRACKETS = {sympy.floor: "floor", sympy.ceiling: "ceil", sympy.Abs: "abs"}


@rule(*_BRACKETS)
def _bracketed(formula: Formula, expr: Expr, script: bool) -> Steps:
    return formula.notation.brackets((yield expr.args[0], script), _BRACKETS[type(expr)])


_NAMES = {
    sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan", sympy.tanh: "tanh", sympy.log: "ln", log2: "log_2",
    log10: "log_10", tree.Sigmoid: "sigma", tree.Round: "round",
    tree.Bezier: "bezier",
}  # fmt: skip


@rule(*_NAMES)
def _function(formula: Formula, expr: Expr, script: bool) -> Steps:
    arguments = []
    for part in expr.args:
        arguments.append((yield part, script))
    name, _, base = _NAMES[type(expr)].partition("_")
    if isinstance(expr, tree.Bezier):
        return formula.notation.function(name, arguments[:1], arguments[1:])
    below = [formula.number(tree.Integer(base), True)] if base else []
    return formula.notation.function(name, arguments, below)


@rule(sympy.Min, sympy.Max)
def _extreme(formula: Formula, expr: Expr, script: bool) -> Steps:
    """A minimum or maximum."""
    kept = list(expr.args)
    if isinstance(expr, sympy.Max) and tree.t in kept:
        kept = [a for a in kept if not (tree.is_number(a) and a <= 0)]  # the step is never below 0
    if len(kept) == 1:
        return (yield kept[0], script)
    kept.sort(key=lambda a: (tree.is_number(a), not a.has(tree.t)))
    arguments = []
    for part in kept:
        arguments.append((yield part, script))
    return formula.notation.function("min" if isinstance(expr, sympy.Min) else "max", arguments)


@rule(sympy.exp)
def _exponential(formula: Formula, expr: Expr, script: bool) -> Steps:
    exponent = expr.args[0]
    factors = exponent.args if isinstance(exponent, sympy.Mul) else ()
    logarithm = next((f for f in factors if isinstance(f, sympy.log)), None)
    if logarithm is not None:
        rest = [f for f in factors if f is not logarithm]
        return (yield tree.power(logarithm.args[0], tree.multiply(*rest)), script)
    if exponent == 1:
        return Piece(formula.notation.constants["e"])
    if script or any(True for _ in islice(tree.walk(exponent), SHORT, None)):
        return formula.notation.function("exp", [(yield exponent, script)])
    return formula.notation.power(Piece(formula.notation.constants["e"]), (yield exponent, True))


# Choices


@rule(*RELATIONS)
def _relation(formula: Formula, expr: Expr, script: bool) -> Steps:
    left, right = expr.args
    first = yield left, False
    return Piece(first.text + formula.notation.relations[RELATIONS[type(expr)]] + (yield right, False).text, MOD)


@rule(sympy.Piecewise)
def _choice(formula: Formula, expr: Expr, script: bool) -> Steps:
    """A choice inside a formula."""
    printed = []
    for row in rows(expr, None, formula.known):
        value_ = yield lifted(row.value), False
        printed.append((value_, (yield from formula.condition(row))))
    return formula.notation.cases(printed)
