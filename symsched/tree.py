"""The closed set of what may stand in an exact tree: SymPy's own classes, and a few nodes of ours.

Trees are built only through the constructors below. They fold rational numbers (bounded in size) and nothing else, so
a tree keeps the form in which it was written, and no SymPy call of unbounded cost ever sees a user's numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy
from sympy import Add, Basic, Expr, Function, Integer, Mul, Piecewise, Pow, Rational, Symbol, Tuple
from sympy.codegen.cfunctions import log2, log10
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean, false, true

from . import limits
from .errors import ScheduleError

t = Symbol("t", real=True)
"""The step: updates completed before this one, 0 at the first."""

ZERO, ONE, INFINITY = sympy.S.Zero, sympy.S.One, sympy.oo


class Elapsed(Function):  # type: ignore[misc]
    """Time since `start` on a clock: `t - 500`, kept as one subtraction."""

    nargs = 2
    is_real = True

    def doit(self, **hints: Any) -> Expr:
        clock, start = self.args
        return clock - start

    def fdiff(self, argindex: int = 1) -> Expr:
        return ONE if argindex == 1 else -ONE


class Progress(Function):  # type: ignore[misc]
    """The fraction of a stage that has passed, `(t - start)/length`; 1 where the length is 0."""

    nargs = 3
    is_real = True

    def doit(self, **hints: Any) -> Expr:
        clock, start, length = self.args
        return ONE if length.is_zero else (clock - start) / length

    def fdiff(self, argindex: int = 1) -> Expr:
        clock, start, length = self.args
        return (1 / length, -1 / length, -(clock - start) / length**2)[argindex - 1]


class CycleIndex(Function):  # type: ignore[misc]
    """How many whole cycles have passed since `start`; cycle i lasts `length * stretch**i`."""

    nargs = 4
    is_integer = True

    def doit(self, **hints: Any) -> Expr:
        clock, start, length, stretch = self.args
        if stretch == 1:
            return sympy.floor((clock - start) / length)
        return sympy.floor(sympy.log(1 + (clock - start) * (stretch - 1) / length) / sympy.log(stretch))

    def fdiff(self, argindex: int = 1) -> Expr:
        return ZERO


class CycleTime(Function):  # type: ignore[misc]
    """Time since the current cycle began: the clock of what is repeated."""

    nargs = 4
    is_real = True

    def doit(self, **hints: Any) -> Expr:
        clock, start, length, stretch = self.args
        return clock - start - cycle_start(CycleIndex(*self.args).doit(), length, stretch)

    def fdiff(self, argindex: int = 1) -> Expr:
        clock, start, length, stretch = self.args
        index = CycleIndex(*self.args)
        if argindex <= 2:
            return ONE if argindex == 1 else -ONE
        wanted = sympy.Dummy(real=True)
        varied = (length, stretch)[argindex - 3]
        begins = cycle_start(index, *((wanted, stretch) if argindex == 3 else (length, wanted)))
        return -begins.diff(wanted).subs(wanted, varied)


class Sigmoid(Function):  # type: ignore[misc]
    """The logistic function `1/(1 + exp(-x))`."""

    nargs = 1
    is_real = True

    def doit(self, **hints: Any) -> Expr:
        return 1 / (1 + sympy.exp(-self.args[0]))

    def fdiff(self, argindex: int = 1) -> Expr:
        return self * (1 - self)


class Round(Function):  # type: ignore[misc]
    """The nearest integer, the even one of two that are equally near."""

    nargs = 1
    is_integer = True

    def fdiff(self, argindex: int = 1) -> Expr:
        return ZERO


class Bezier(Function):  # type: ignore[misc]
    """The CSS timing curve through (0, 0), (x1, y1), (x2, y2), (1, 1): its height at the width `u`."""

    nargs = 5
    is_real = True


def cycle_start(index: Expr, length: Expr, stretch: Expr) -> Expr:
    """When cycle `index` begins, on the clock of the repetition."""
    if stretch == 1:
        return multiply(index, length)
    return divide(multiply(length, add(power(stretch, index), -ONE)), add(stretch, -ONE))


# Numbers


def number(value: Fraction | int) -> Rational:
    """An exact number; one that is too large to be handled is an error."""
    value = Fraction(value)
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > limits.BITS:
        raise ScheduleError(f"an exact number here has more than {limits.BITS} bits, which is the limit")
    return Rational(value.numerator, value.denominator)


def fraction(value: Expr) -> Fraction:
    """The Python value of a rational number."""
    return Fraction(int(value.p), int(value.q))


def parameter(name: str) -> Symbol:
    """The symbol of a parameter; the name was checked by the grammar."""
    return Symbol(name, real=True)


def is_number(value: Expr) -> bool:
    return isinstance(value, Rational)


# Time


def elapsed(clock: Expr, start: Expr) -> Expr:
    if start == 0:
        return clock
    if isinstance(clock, Rational) and isinstance(start, Rational):
        return subtract(clock, start)
    return ZERO if clock == start else Elapsed(clock, start)


def progress(clock: Expr, start: Expr, length: Expr) -> Expr:
    if length == 0:
        return ONE
    if all(isinstance(x, Rational) for x in (clock, start, length)):
        return divide(subtract(clock, start), length)
    return Progress(clock, start, length)


def cycle_index(clock: Expr, start: Expr, length: Expr, stretch: Expr) -> Expr:
    numbers = [fraction(x) for x in (clock, start, length, stretch) if isinstance(x, Rational)]
    if len(numbers) < 4 or numbers[2] <= 0:
        return CycleIndex(clock, start, length, stretch)
    passed, cycle, factor = numbers[0] - numbers[1], numbers[2], numbers[3]
    if factor == 1:
        return number(math.floor(passed / cycle))
    index = math.log1p(float(passed / cycle * (factor - 1))) / math.log(float(factor)) if passed > 0 else 0.0
    whole = max(round(index), 0)
    return number(whole if fraction(cycle_start(number(whole), length, stretch)) <= passed else whole - 1)


def cycle_time(clock: Expr, start: Expr, length: Expr, stretch: Expr) -> Expr:
    index = cycle_index(clock, start, length, stretch)
    if isinstance(index, CycleIndex):
        return CycleTime(clock, start, length, stretch)
    return subtract(subtract(clock, start), cycle_start(index, length, stretch))


# Arithmetic: rational parts are folded, all else stays as it is written


def add(*terms: Expr) -> Expr:
    total = Fraction(0)
    parts: dict[Expr, Fraction] = {}  # what is added to how often, in the order of writing; 1 stands for the numbers
    for term in terms:
        for part in term.args if isinstance(term, Add) else (term,):
            if isinstance(part, Rational):
                total += fraction(part)
                parts.setdefault(ONE, Fraction(0))
            else:
                times, rest = _coefficient(part)
                parts[rest] = parts.get(rest, Fraction(0)) + times
    if ONE in parts:
        parts[ONE] = total
    return _combined(Add, [multiply(number(n), part) for part, n in parts.items() if n], ZERO)


def _coefficient(term: Expr) -> tuple[Fraction, Expr]:
    """A term as a rational number times the rest."""
    if isinstance(term, Mul) and isinstance(term.args[0], Rational):
        return fraction(term.args[0]), _combined(Mul, list(term.args[1:]), ONE)
    return Fraction(1), term


def subtract(left: Expr, right: Expr) -> Expr:
    return ZERO if left == right else add(left, negate(right))


def negate(term: Expr) -> Expr:
    if isinstance(term, Add) and all(isinstance(part, Rational) or _is_negative(part) for part in term.args[1:]):
        return add(*(negate(part) for part in reversed(term.args)))
    return multiply(-ONE, term)


def multiply(*factors: Expr) -> Expr:
    coefficient, rest = Fraction(1), []
    for factor in factors:
        for part in factor.args if isinstance(factor, Mul) else (factor,):
            if isinstance(part, Rational):
                coefficient *= fraction(part)
            else:
                rest.append(part)
    if coefficient == 0:
        return ZERO
    if coefficient != 1:
        rest.insert(0, number(coefficient))
    return _combined(Mul, rest, ONE)


def divide(left: Expr, right: Expr) -> Expr:
    return ONE if left == right and right != 0 else multiply(left, power(right, -ONE))


def power(base: Expr, exponent: Expr) -> Expr:
    if exponent == 0 or base == 1:
        return ONE
    if exponent == 1:
        return base
    if isinstance(base, Rational) and isinstance(exponent, Rational):
        folded = _rational_power(fraction(base), fraction(exponent))
        if folded is not None:
            return number(folded)
    if isinstance(base, Pow) and exponent == -1 and isinstance(base.exp, Rational):
        return power(base.base, -base.exp)
    return Pow(base, exponent, evaluate=False)


def _rational_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """The exact power where it is rational and small enough to be computed, else None."""
    if base == 0:
        return Fraction(0) if exponent > 0 else None
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if exponent.denominator == 1:
        if bits > 1 and bits * abs(exponent.numerator) > 2 * limits.BITS:
            raise ScheduleError(f"an exact number here has more than {limits.BITS} bits, which is the limit")
        return base**exponent.numerator if bits > 1 else base ** (exponent.numerator % 2)
    if base < 0 or exponent.denominator > 64 or bits * abs(exponent.numerator) > 2 * limits.BITS:
        return None
    top, bottom = (_root(n, exponent.denominator) for n in (base.numerator, base.denominator))
    return None if top is None or bottom is None else Fraction(top, bottom) ** exponent.numerator


def _root(value: int, degree: int) -> int | None:
    root, exact = sympy.integer_nthroot(value, degree)
    return int(root) if exact else None


def _combined(kind: type[Expr], parts: list[Expr], neutral: Expr) -> Expr:
    if len(parts) < 2:
        return parts[0] if parts else neutral
    return kind._from_args(parts)


def _is_negative(term: Expr) -> bool:
    return isinstance(term, Mul) and isinstance(term.args[0], Rational) and term.args[0].p < 0


# Functions: exact at the points where schedules meet


def exp(x: Expr) -> Expr:
    return ONE if x == 0 else sympy.exp(x, evaluate=False)


def logarithm(x: Expr) -> Expr:
    return ZERO if x == 1 else sympy.log(x, evaluate=False)


def logarithm2(x: Expr) -> Expr:
    if isinstance(x, Rational) and x > 0 and min(x.p, x.q) == 1 and (x.p * x.q).bit_count() == 1:
        return Integer(int(x.p).bit_length() - int(x.q).bit_length())
    return log2(x, evaluate=False)


def logarithm10(x: Expr) -> Expr:
    if isinstance(x, Rational) and x > 0 and min(x.p, x.q) == 1:
        digits = len(str(x.p * x.q)) - 1
        if 10**digits == x.p * x.q:
            return Integer(digits if x.q == 1 else -digits)
    return log10(x, evaluate=False)


def square_root(x: Expr) -> Expr:
    return power(x, Rational(1, 2))


_COSINES = {
    Fraction(0): 1, Fraction(1, 3): Fraction(1, 2), Fraction(1, 2): 0, Fraction(2, 3): Fraction(-1, 2), Fraction(1): -1,
    Fraction(4, 3): Fraction(-1, 2), Fraction(3, 2): 0, Fraction(5, 3): Fraction(1, 2),
}  # fmt: skip
"""cos(pi*q) where it is rational, by Niven's theorem all of them."""


def _turns(x: Expr) -> Fraction | None:
    """q where x is pi*q."""
    if x == 0:
        return Fraction(0)
    if x == sympy.pi:
        return Fraction(1)
    if isinstance(x, Mul) and len(x.args) == 2 and isinstance(x.args[0], Rational) and x.args[1] == sympy.pi:
        return fraction(x.args[0])
    return None


def cosine(x: Expr) -> Expr:
    turns = _turns(x)
    if turns is not None and turns % 2 in _COSINES:
        return number(_COSINES[turns % 2])
    rest = _complement_of_half_turn(x)
    return sympy.cos(x, evaluate=False) if rest is None else negate(cosine(rest))


def _complement_of_half_turn(x: Expr) -> Expr | None:
    """y*pi where x is pi*(1 - y): the cosine of one is minus that of the other."""
    if isinstance(x, Mul) and len(x.args) == 2 and x.args[0] == sympy.pi and isinstance(x.args[1], Add):
        inner = x.args[1].args
        if len(inner) == 2 and inner[0] == 1 and _is_negative(inner[1]):
            return multiply(sympy.pi, negate(inner[1]))
    return None


def sine(x: Expr) -> Expr:
    turns = _turns(x)
    if turns is not None and (turns - Fraction(1, 2)) % 2 in _COSINES:
        return number(_COSINES[(turns - Fraction(1, 2)) % 2])
    return sympy.sin(x, evaluate=False)


def tangent(x: Expr) -> Expr:
    turns = _turns(x)
    return ZERO if turns is not None and turns.denominator == 1 else sympy.tan(x, evaluate=False)


def hyperbolic_tangent(x: Expr) -> Expr:
    return ZERO if x == 0 else sympy.tanh(x, evaluate=False)


def sigmoid(x: Expr) -> Expr:
    return Rational(1, 2) if x == 0 else Sigmoid(x)


def absolute(x: Expr) -> Expr:
    return number(abs(fraction(x))) if isinstance(x, Rational) else sympy.Abs(x, evaluate=False)


def floor(x: Expr) -> Expr:
    if isinstance(x, Rational):
        return number(math.floor(fraction(x)))
    return x if isinstance(x, sympy.floor | sympy.ceiling | Round | CycleIndex) else sympy.floor(x, evaluate=False)


def ceiling(x: Expr) -> Expr:
    if isinstance(x, Rational):
        return number(math.ceil(fraction(x)))
    return x if isinstance(x, sympy.floor | sympy.ceiling | Round | CycleIndex) else sympy.ceiling(x, evaluate=False)


def nearest(x: Expr) -> Expr:
    return number(round(fraction(x))) if isinstance(x, Rational) else Round(x)


def modulo(left: Expr, right: Expr) -> Expr:
    if isinstance(left, Rational) and isinstance(right, Rational) and right != 0:
        return number(fraction(left) % fraction(right))
    return sympy.Mod(left, right, evaluate=False)


def minimum(*items: Expr) -> Expr:
    return _extreme(sympy.Min, min, items)


def maximum(*items: Expr) -> Expr:
    return _extreme(sympy.Max, max, items)


def _extreme(kind: type[Expr], choose: Any, items: tuple[Expr, ...]) -> Expr:
    numbers = [fraction(i) for i in items if isinstance(i, Rational)]
    parts = list(dict.fromkeys(i for i in items if not isinstance(i, Rational)))
    if numbers:
        parts.append(number(choose(numbers)))
    return parts[0] if len(parts) == 1 else kind(*parts, evaluate=False)


# Choice


_RELATIONS = {
    "<": (sympy.StrictLessThan, lambda a, b: a < b), "<=": (sympy.LessThan, lambda a, b: a <= b),
    ">": (sympy.StrictGreaterThan, lambda a, b: a > b), ">=": (sympy.GreaterThan, lambda a, b: a >= b),
    "==": (sympy.Equality, lambda a, b: a == b), "!=": (sympy.Unequality, lambda a, b: a != b),
}  # fmt: skip


def compare(operator: str, left: Expr, right: Expr) -> Boolean:
    """A comparison, decided where both sides are known."""
    node, decide = _RELATIONS[operator]
    if left == right:
        return true if operator in ("<=", ">=", "==") else false
    if isinstance(left, Elapsed) and isinstance(left.args[1], Rational) and isinstance(right, Rational):
        return compare(operator, left.args[0], add(right, left.args[1]))
    x, y = approximate(left), approximate(right)
    if x is None or y is None:
        return node(left, right, evaluate=False)
    return true if decide(x, y) else false


def piecewise(pieces: list[tuple[Expr, Boolean]]) -> Expr:
    """A total choice: the first piece whose condition holds. The last condition must be true."""
    kept: list[tuple[Expr, Boolean]] = []
    for value, condition in pieces:
        if condition != false:
            kept.append((value, condition))
        if condition == true:
            break
    assert kept and kept[-1][1] == true, "a choice is total"
    if len(kept) == 1:
        return kept[0][0]
    # SymPy's own constructors fold choices among the conditions, at exponential cost.
    pairs = [Tuple.__new__(ExprCondPair, value, condition) for value, condition in kept]
    return Basic.__new__(Piecewise, *pairs)


def approximate(value: Expr) -> Fraction | float | None:
    """A number to compare by: exact where it is rational, None where it depends on a symbol."""
    if isinstance(value, Rational):
        return fraction(value)
    if value in (INFINITY, -INFINITY):
        return math.inf if value == INFINITY else -math.inf
    if any(node.is_Symbol for node in walk(value)):
        return None
    from . import constants

    return constants.evaluate(value)


def walk(value: Expr) -> Iterator[Expr]:
    """Every distinct node of a tree, each once."""
    seen, stack = set(), [value]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
            yield node


def size(value: Expr) -> int:
    """Nodes of a tree, those that stand in several places counted in each."""
    sizes: dict[Expr, int] = {}
    stack = [value]
    while stack:
        node = stack[-1]
        waiting = [a for a in node.args if a not in sizes]
        if waiting:
            stack.extend(waiting)
        else:
            sizes[stack.pop()] = 1 + sum(sizes[a] for a in node.args)
    return sizes[value]
