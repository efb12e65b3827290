"""Rules of the walk for sums, products and powers: signs, coefficients, fractions, roots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import sympy
from sympy import Expr

from .. import tree
from .figures import figure, is_ratio, plain
from .formula import Formula, Steps, is_negative, rule
from .notation import ATOM, MOD, PRODUCT, SUM, Piece


@rule(sympy.Add)
def _sum(formula: Formula, expr: Expr, script: bool) -> Steps:
    """The terms in the order of writing, but never a negative one first where another can be."""
    write = formula.notation
    terms = list(expr.args)
    first = next((i for i, term in enumerate(terms) if not is_negative(term)), 0)
    terms.insert(0, terms.pop(first))
    parts: list[str] = []
    tall = digit = False
    for term in terms:
        below = is_negative(term)
        piece = yield (tree.negate(term) if below else term), script
        piece = write.held(piece, PRODUCT if below else SUM)
        if parts:
            parts.append((write.minus if below else write.plus) + piece.text)
        else:
            parts.append((write.sign if below else "") + piece.text)
            digit = piece.digit
        tall = tall or piece.tall
    return Piece("".join(parts), SUM, tall, digit, terms=tuple(parts))


def _factors(expr: Expr) -> Iterator[Expr]:
    """The factors of a product; those of a geometric sum, which is a fraction, share the bar."""
    for factor in expr.args:
        yield from tree.closed_sum(*factor.args).args if isinstance(factor, tree.GeometricSum) else (factor,)


class Product:
    """A product taken apart: a coefficient, factors, and what they are divided by."""

    def __init__(self, formula: Formula, expr: Expr) -> None:
        self.coefficient = Fraction(1)
        self.top: list[Expr] = []
        self.bottom: list[Expr] = []
        self.is_angle = any(f == sympy.pi for f in expr.args)
        for factor in _factors(expr):
            if tree.is_number(factor):
                self.coefficient *= tree.fraction(factor)
            elif isinstance(factor, sympy.Add) and all(map(is_negative, factor.args)):
                self.coefficient *= -1
                self.top.append(tree.negate(factor))
            elif isinstance(factor, sympy.Pow) and is_negative(factor.exp) and tree.is_number(factor.exp):
                self.bottom.append(tree.power(factor.base, -factor.exp))
            elif self.is_angle and isinstance(factor, tree.Progress):
                self._take_apart(formula, factor)
            else:
                self.top.append(factor)
        times, divisors = Counter(self.top), Counter(self.bottom)
        common = Counter({f: n for f, n in (times & divisors).items() if not f.has(tree.t)})  # a rate of both
        self.bottom = _powers(divisors - common)
        self.top = sorted(_powers(times - common), key=lambda f: f != sympy.pi)

    def _take_apart(self, formula: Formula, progress: Expr) -> None:
        """In an angle the progress and pi share one fraction."""
        clock, start, length = progress.args
        length = formula.cycles.length(clock, length)
        apart = isinstance(length, sympy.Mul) and any(
            tree.is_number(f) and is_ratio(tree.fraction(f)) for f in length.args
        )
        for factor in length.args if apart else (length,):
            self._divide(factor)
        self.top.append(tree.elapsed(clock, start))

    def _divide(self, factor: Expr) -> None:
        if tree.is_number(factor) and factor != 0:
            self.coefficient /= tree.fraction(factor)
        else:
            self.bottom.append(factor)

    def split(self) -> tuple[Fraction, int]:
        """The coefficient as a factor and a divisor. Half a cosine wave keeps its 1/2, as in the literature."""
        value = abs(self.coefficient)
        is_plain = value.denominator != 1 and figure(2 * value) is not None
        if not self.bottom and is_plain and any(map(_is_half_wave, self.top)):
            return 2 * value, 2
        is_time = len(self.top) == 1 and not self.bottom and _is_time(self.top[0])
        is_scale = value.numerator == 1 and value.denominator <= (10_000 if is_time else 9 if self.bottom else 1)
        if is_ratio(value) or is_scale or self.is_angle:
            return Fraction(value.numerator), value.denominator
        return value, 1


def _powers(times: Counter[Expr]) -> list[Expr]:
    """Factors that each stand several times."""
    return [tree.power(factor, tree.Integer(n)) for factor, n in times.items()]


def _is_time(factor: Expr) -> bool:
    """Whether a factor is a time, which is divided by a length rather than multiplied by a decimal."""
    if isinstance(factor, sympy.Min | sympy.Max):
        return any(map(_is_time, factor.args))
    terms = factor.args if isinstance(factor, sympy.Add) else (factor,)
    return any(term == tree.t or isinstance(term, tree.Elapsed | tree.CycleTime | sympy.Mod) for term in terms)


def _is_half_wave(factor: Expr) -> bool:
    """Whether a factor is 1 + cos(...) or 1 - cos(...)."""
    if not isinstance(factor, sympy.Add) or len(factor.args) != 2 or 1 not in factor.args:
        return False
    rest = factor.args[1] if factor.args[0] == 1 else factor.args[0]
    return isinstance(tree.negate(rest) if is_negative(rest) else rest, sympy.cos)


@rule(sympy.Mul)
def _product(formula: Formula, expr: Expr, script: bool) -> Steps:
    write = formula.notation
    parts = Product(formula, expr)
    number, divisor = parts.split()
    top: list[Piece] = []
    bottom: list[Piece] = []
    beside: list[Piece] = []
    for factor in parts.top:
        piece = replace((yield factor, script), moves=factor.has(tree.t))
        (beside if isinstance(factor, sympy.Min | sympy.Max) and piece.tall else top).append(piece)
    for factor in parts.bottom:
        bottom.append((yield factor, script))
    inside, outside = _shared(sorted(top, key=formula.notation.rank), parts, number, divisor)
    outside = sorted([*outside, *beside], key=formula.notation.rank)
    if number != 1 or not (top or beside or bottom or divisor != 1):
        piece = formula.number(sympy.Rational(number.numerator, number.denominator), script)  # of any size
        if divisor == 1 and not bottom:
            outside.insert(0, piece)
        else:
            inside.insert(0, piece)
    if bottom or divisor != 1:
        if divisor != 1:
            bottom.sort(key=formula.notation.rank)
            bottom.insert(0, formula.number(tree.Integer(divisor)))
        first = [p for p in outside if not p.moves and any(q.moves for q in inside)]
        rest = [p for p in outside if not any(p is f for f in first)]
        result = write.product([*first, write.shared(inside, write.product(bottom), rest, script)])
    else:
        result = write.product([*inside, *outside])
    return write.negative(result) if parts.coefficient < 0 else result


def _shared(top: list[Piece], parts: Product, number: Fraction, divisor: int) -> tuple[list[Piece], list[Piece]]:
    """The factors above a fraction bar, and those beside it."""
    if not parts.bottom and divisor == 1:
        return [], top
    if len(top) == 1 and number == 1 and (parts.bottom or not (top[0].tall or top[0].is_open)):
        return top, []
    loosest = MOD if parts.bottom or parts.is_angle else PRODUCT
    inside = [p for p in top if not p.tall and not p.is_open and p.level >= loosest]
    return inside, [p for p in top if not any(p is i for i in inside)]


@rule(sympy.Pow)
def _power(formula: Formula, expr: Expr, script: bool) -> Steps:
    write = formula.notation
    base, exponent = expr.args
    if isinstance(base, sympy.Pow) and all(map(tree.is_number, (base.base, base.exp, exponent))):
        return (yield tree.power(base.base, tree.multiply(base.exp, exponent)), script)
    if tree.is_number(exponent):
        if exponent == -1 and script:
            return write.fraction(formula.number(tree.ONE), (yield base, script), script)
        if exponent < 0 and not script:
            below = yield tree.power(base, -exponent), script
            return write.fraction(formula.number(tree.ONE), below, script)
        if exponent == sympy.Rational(1, 2):
            return write.root((yield base, script))
    printed = yield from _base(formula, base, script)
    above = yield from _exponent(formula, exponent)
    if isinstance(base, sympy.sin | sympy.cos | sympy.tan | sympy.tanh) and exponent.is_Integer and exponent > 1:
        name = type(base).__name__
        return write.function(name, [(yield base.args[0], script)], (), above)
    return write.power(printed, above)


def _exponent(formula: Formula, exponent: Expr) -> Steps:
    """An exponent: halves, thirds and quarters with a slash, other numbers as decimals."""
    if not tree.is_number(exponent) or exponent.q not in (2, 3, 4):
        return (yield exponent, True)
    write = formula.notation
    top, bottom = (formula.number(tree.Integer(n), True) for n in (abs(exponent.p), exponent.q))
    result = write.fraction(top, bottom, True)
    return write.negative(result) if exponent < 0 else result


def _base(formula: Formula, base: Expr, script: bool) -> Steps:
    """The base of a power, in brackets unless it is a name or a short number."""
    if tree.is_number(base) and base >= 0:
        digits = plain(tree.fraction(base))
        if digits is not None:
            return formula.notation.figure((digits, 0))
    return formula.notation.held((yield base, script), ATOM)
