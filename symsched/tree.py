"""The closed set of what may stand in an exact tree: SymPy's own classes, and the nodes of `symsched.symbols`.

Trees are built only through the constructors here and in `symsched.functions`. They fold rational numbers (bounded in
size) and nothing else, so a tree keeps the form in which it was written, and no SymPy call of unbounded cost ever sees
a user's numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from sympy import Add, Basic, Mul, Piecewise, Pow, Symbol, Tuple
from sympy import Expr as Expr
from sympy import Integer as Integer
from sympy import Rational as Rational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean as Boolean
from sympy.logic.boolalg import false as false
from sympy.logic.boolalg import true as true

from . import limits
from .errors import ScheduleError
from .symbols import Bezier as Bezier
from .symbols import CycleIndex as CycleIndex
from .symbols import CycleTime as CycleTime
from .symbols import Elapsed as Elapsed
from .symbols import GeometricSum as GeometricSum
from .symbols import Progress as Progress
from .symbols import Round as Round
from .symbols import Sigmoid as Sigmoid
from .symbols import t as t
from .walking import Extent as Extent
from .walking import check_extent as check_extent
from .walking import size as size
from .walking import walk as walk

ZERO, ONE, INFINITY = sympy.S.Zero, sympy.S.One, sympy.oo


# Numbers


def number(value: Fraction | int) -> Rational:
    """An exact number; one that is too large to be handled is an error."""
    top, bottom = value.numerator, value.denominator
    if top.bit_length() > limits.BITS or bottom.bit_length() > limits.BITS:
        raise ScheduleError(f"an exact number here has more than {limits.BITS} bits, which is the limit")
    return Integer(top) if bottom == 1 else Rational(top, bottom)


def fraction(value: Expr) -> Fraction:
    """The Python value of a rational number."""
    return Fraction(value.p) if value.q == 1 else Fraction(value.p, value.q)  # the first is quicker


def _folded(value: Rational) -> Fraction | int:
    """The same for arithmetic: most numbers are whole, and Python is ten times as fast on these."""
    return value.p if value.q == 1 else Fraction(value.p, value.q)


def parameter(name: str) -> Symbol:
    """The symbol of a parameter; the name was checked by the grammar."""
    return Symbol(name, real=True)


def is_number(value: Expr) -> bool:
    return isinstance(value, Rational)


def is_zero(value: Expr) -> bool:
    """Whether a value is 0, also as a formula of numbers: `sqrt(4) - 2` steps are none."""
    return value == 0 or (bool(value.args) and approximate(value) == 0)


def is_infinite(value: Expr) -> bool:
    """Whether a value is `inf` or `-inf`, of which SymPy has one each."""
    return value is INFINITY or value is sympy.S.NegativeInfinity


# Time


def elapsed(clock: Expr, start: Expr) -> Expr:
    if start == 0:
        return clock
    if isinstance(clock, Rational) and isinstance(start, Rational):
        return subtract(clock, start)
    return ZERO if clock == start else _node(Elapsed, clock, start)


def progress(clock: Expr, start: Expr, length: Expr) -> Expr:
    if length == 0:
        return ONE
    if all(isinstance(x, Rational) for x in (clock, start, length)):
        return divide(subtract(clock, start), length)
    return _node(Progress, clock, start, length)


def _node(kind: type[Expr], clock: Expr, *others: Expr) -> Expr:
    """A node of a clock, made without SymPy's constructor, which works out each time how many arguments it may have."""
    return kind(clock, *others) if clock.is_Number else Expr.__new__(kind, clock, *others)


def cycle_index(clock: Expr, start: Expr, length: Expr, stretch: Expr) -> Expr:
    arguments = (clock, start, length, stretch)
    if all(isinstance(x, Rational) for x in arguments) and length > 0:
        passed, cycle, factor = fraction(clock) - fraction(start), fraction(length), fraction(stretch)
        index = _cycle_index(passed, cycle, factor)
        begins, ends = (cycle_start(number(i), length, stretch) for i in (index, index + 1))
        exact = isinstance(begins, Rational) and isinstance(ends, Rational)  # else too large to be exact
        if (exact and fraction(begins) <= passed < fraction(ends)) or passed < 0 or _is_over(passed, cycle, factor):
            return number(index)
    return CycleIndex(*arguments, evaluate=False)


def _is_over(passed: Fraction, cycle: Fraction, factor: Fraction) -> bool:
    """Whether cycles that get shorter have come to their end, where nobody looks."""
    return passed * (factor - 1) <= -cycle


def _cycle_index(passed: Fraction, cycle: Fraction, factor: Fraction) -> int:
    """The cycle at a time, by a logarithm that is corrected with exact numbers."""
    if factor == 1:
        return math.floor(passed / cycle)
    if passed <= 0 or _is_over(passed, cycle, factor):
        return 0
    step = _log(factor)
    index = round(_log(1 + passed / cycle * (factor - 1)) / step) if step else 0
    begins = cycle_start(number(index), number(cycle), number(factor))
    return index - 1 if isinstance(begins, Rational) and fraction(begins) > passed else index


def _log(value: Fraction) -> float:
    """The logarithm of a fraction of any size."""
    return math.log(value.numerator) - math.log(value.denominator)


def cycle_time(clock: Expr, start: Expr, length: Expr, stretch: Expr) -> Expr:
    index = cycle_index(clock, start, length, stretch)
    if isinstance(index, CycleIndex):
        return CycleTime(clock, start, length, stretch, evaluate=False)
    return subtract(subtract(clock, start), cycle_start(index, length, stretch))


# Arithmetic: rational parts are folded, all else stays as it is written


def add(*terms: Expr) -> Expr:
    total: Fraction | int = 0
    parts: dict[Expr, tuple[Fraction | int, Expr]] = {}  # how often something is added, and its term; 1 for the numbers
    for term in terms:
        for part in term.args if isinstance(term, Add) else (term,):
            if isinstance(part, Rational):
                total += _folded(part)
                parts.setdefault(ONE, (0, ZERO))
            else:
                times, rest = coefficient(part)
                if rest in parts:
                    times += parts[rest][0]
                    part = multiply(number(times), rest)
                parts[rest] = times, part
    if ONE in parts:
        parts[ONE] = total, number(total)
    return _combined(Add, [part for times, part in parts.values() if times], ZERO)


def coefficient(term: Expr) -> tuple[Fraction | int, Expr]:
    """A term as a rational number times the rest."""
    if isinstance(term, Mul) and isinstance(term.args[0], Rational):
        return _folded(term.args[0]), _combined(Mul, list(term.args[1:]), ONE)
    return 1, term


def subtract(left: Expr, right: Expr) -> Expr:
    return ZERO if left == right else add(left, negate(right))


def negate(term: Expr) -> Expr:
    if isinstance(term, Add) and all(isinstance(part, Rational) or is_negative(part) for part in term.args[1:]):
        return add(*(negate(part) for part in reversed(term.args)))
    return multiply(-ONE, term)


def multiply(*factors: Expr) -> Expr:
    numbers: list[Expr] = []
    rest: list[Expr] = []
    for factor in factors:
        for part in factor.args if isinstance(factor, Mul) else (factor,):
            if part is not ONE:
                (numbers if isinstance(part, Rational) else rest).append(part)
    if numbers:
        coefficient = numbers[0] if len(numbers) == 1 else number(math.prod(map(_folded, numbers)))
        if coefficient is ZERO:
            return ZERO
        if coefficient is not ONE:
            rest.insert(0, coefficient)
    return _combined(Mul, rest, ONE)


def divide(left: Expr, right: Expr) -> Expr:
    return ONE if left == right and right != 0 else multiply(left, power(right, -ONE))


def power(base: Expr, exponent: Expr) -> Expr:
    """A power, exact where it is rational and of a size that can be handled."""
    if exponent == 0 or base == 1:
        return ONE
    if exponent == 1:
        return base
    if isinstance(base, Rational) and isinstance(exponent, Rational):
        bits = power_bits(base, exponent)
        if bits <= limits.BITS:
            folded = _rational_power(fraction(base), fraction(exponent))
            if folded is not None:
                return number(folded)
        elif bits > 64 * limits.BITS:  # not even as a formula: whoever simplifies it would compute it
            from . import constants

            value = constants.evaluate(Pow(base, exponent, evaluate=False))
            return number(value) if isinstance(value, Fraction) else INFINITY if value > 0 else -INFINITY
    if isinstance(base, Pow) and exponent == -1 and isinstance(base.exp, Rational):
        return power(base.base, -base.exp)
    return Pow(base, exponent, evaluate=False)


def power_bits(base: Expr, exponent: Expr) -> int:
    """The size of a power of rational numbers, at least about."""
    value, times = fraction(base), fraction(exponent)
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    return 1 if bits == 1 else math.ceil(bits * abs(times))


def _rational_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """The exact power where it is rational, else None."""
    if base == 0:
        return Fraction(0) if exponent > 0 else None
    if exponent.denominator == 1:
        return base ** (exponent.numerator if abs(base) != 1 else exponent.numerator % 2)
    if base < 0 or exponent.denominator > 64:
        return None
    top, bottom = (_root(n, exponent.denominator) for n in (base.numerator, base.denominator))
    return None if top is None or bottom is None else Fraction(top, bottom) ** exponent.numerator


def _root(value: int, degree: int) -> int | None:
    root, exact = sympy.integer_nthroot(value, degree)
    return int(root) if exact else None


def _combined(kind: type[Expr], parts: list[Expr], neutral: Expr) -> Expr:
    if len(parts) < 2:
        return parts[0] if parts else neutral
    return kind._from_args(parts, is_commutative=True)  # as all trees are, and SymPy would ask each part


def is_negative(term: Expr) -> bool:
    """Whether a term is written with a minus sign."""
    return isinstance(term, Mul) and isinstance(term.args[0], Rational) and term.args[0].p < 0


# Repetition


def cycle_start(index: Expr, length: Expr, stretch: Expr) -> Expr:
    """When cycle `index` begins, on the clock of the repetition."""
    if stretch == 1 or index in (ZERO, ONE):
        return multiply(index, length)
    known = not stretch.has(Symbol)  # else it may turn out to be 1
    return multiply(length, closed_sum(stretch, index) if known else GeometricSum(stretch, index, evaluate=False))


def closed_sum(ratio: Expr, count: Expr) -> Expr:
    """A geometric sum as a fraction, which is 0/0 where the ratio is 1."""
    return divide(add(power(ratio, count), -ONE), add(ratio, -ONE))


# Choice

_RELATIONS: dict[str, tuple[Any, Callable[[Any, Any], bool]]] = {
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
    if is_infinite(value):
        return math.inf if value == INFINITY else -math.inf
    if any(node.is_Symbol for node in walk(value)):
        return None
    from . import constants

    return constants.evaluate(value)
