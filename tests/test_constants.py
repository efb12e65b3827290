"""The value of a number that is a formula: correctly rounded, and infinite or no number where IEEE says so."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy
from sympy import Integer, Rational, oo, pi
from sympy.codegen.cfunctions import log2, log10

from symsched import constants, tree
from symsched.symbols import Bezier, CycleIndex, CycleTime, Elapsed, Progress, Round, Sigmoid

REAL: Any = mpmath.MPContext()
REAL.prec = 400

NUMBERS = [
    Fraction(x) for x in ("0", "1", "-1", "1/2", "-1/2", "3/2", "-3/2", "5/2", "-5/2", "7/3", "-7/3", "9", "40", "1e-9")
]

FUNCTIONS: dict[str, tuple[Any, Callable[..., Any]]] = {
    "exp": (sympy.exp, REAL.exp),
    "log": (sympy.log, REAL.log),
    "log2": (log2, lambda x: REAL.log(x) / REAL.log(2)),
    "log10": (log10, lambda x: REAL.log(x) / REAL.log(10)),
    "sin": (sympy.sin, REAL.sin),
    "cos": (sympy.cos, REAL.cos),
    "tan": (sympy.tan, REAL.tan),
    "tanh": (sympy.tanh, REAL.tanh),
    "abs": (sympy.Abs, abs),
    "floor": (sympy.floor, REAL.floor),
    "ceil": (sympy.ceiling, REAL.ceil),
    "sigmoid": (Sigmoid, lambda x: 1 / (1 + REAL.exp(-x))),
    "round": (Round, REAL.nint),
}


def number(value: Fraction | int | str) -> Rational:
    value = Fraction(value)
    return Rational(value.numerator, value.denominator)


def value(kind: Any, *args: Any) -> float:
    """What a node that nothing folds is worth."""
    return constants.to_float(kind(*args, evaluate=False))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_a_number_is_correctly_rounded(name: str) -> None:
    kind, by_hand = FUNCTIONS[name]
    for x in NUMBERS:
        if x > 0 or "log" not in name:
            assert value(kind, number(x)) == float(by_hand(REAL.mpf(x.numerator) / x.denominator)), x


@pytest.mark.parametrize("x", NUMBERS, ids=str)
def test_arithmetic_of_numbers_is_correctly_rounded(x: Fraction) -> None:
    for y in NUMBERS:
        a, b = number(x), number(y)
        assert value(sympy.Add, a, b) == float(x + y)
        assert value(sympy.Mul, a, b) == float(x * y)
        assert value(Elapsed, a, b) == float(x - y)
        assert value(sympy.Min, a, b) == float(min(x, y))
        assert value(sympy.Max, a, b) == float(max(x, y))
        assert value(sympy.Mul, a, b, pi) == float(REAL.mpf((x * y).numerator) / (x * y).denominator * REAL.pi)
        if y:
            assert value(sympy.Mod, a, b) == float(x % y)
            assert value(Progress, a, Integer(1), b) == float((x - 1) / y)


@pytest.mark.parametrize("x", [x for x in NUMBERS if x > 0], ids=str)
def test_a_power_is_correctly_rounded(x: Fraction) -> None:
    for y in NUMBERS:
        wanted = REAL.power(REAL.mpf(x.numerator) / x.denominator, REAL.mpf(y.numerator) / y.denominator)
        assert value(sympy.Pow, number(x), number(y)) == float(wanted)
        if y.denominator == 1:
            assert value(sympy.Pow, number(-x), number(y)) == float(wanted) * (-1 if y % 2 else 1)


NOT = sympy.Mul(oo, Integer(0), evaluate=False)
"""No number."""


@pytest.mark.parametrize(
    ("kind", "args", "found"),
    [
        (sympy.Pow, ("0", "0"), 1.0),
        (sympy.Pow, ("0", "3"), 0.0),
        (sympy.Pow, ("0", "-3"), math.inf),
        (sympy.Pow, ("-2", "1/2"), math.nan),
        (sympy.Pow, ("2", "5000"), math.inf),
        (sympy.Pow, ("-2", "5001"), -math.inf),
        (sympy.Pow, ("-2", "5000"), math.inf),
        (sympy.Pow, ("2", "-5000"), 0.0),
        (sympy.Pow, ("-1", "1000001"), -1.0),
        (sympy.Pow, ("-1", "1000000"), 1.0),
        (sympy.Pow, ("1", "1e9"), 1.0),
        (sympy.exp, ("5000",), math.inf),
        (sympy.exp, ("-5000",), 0.0),
        (sympy.tanh, ("5000",), 1.0),
        (sympy.tanh, ("-5000",), -1.0),
        (Sigmoid, ("5000",), 1.0),
        (Sigmoid, ("-5000",), 0.0),
        (sympy.log, ("0",), -math.inf),
        (sympy.log, ("-1",), math.nan),
        (log2, ("0",), -math.inf),
        (log10, ("-1",), math.nan),
        (sympy.log, (oo,), math.inf),
        (sympy.exp, (oo,), math.inf),
        (sympy.exp, (-oo,), 0.0),
        (sympy.sin, (oo,), math.nan),
        (sympy.cos, (-oo,), math.nan),
        (sympy.tan, (oo,), math.nan),
        (sympy.floor, (oo,), math.inf),
        (sympy.ceiling, (-oo,), -math.inf),
        (Round, (oo,), math.inf),
        (sympy.Abs, (-oo,), math.inf),
        (sympy.Mod, ("3", "0"), math.nan),
        (sympy.Mod, (oo, "3"), math.nan),
        (Progress, ("3", "3", "0"), 1.0),
        (sympy.Add, (oo, "3"), math.inf),
        (sympy.Mul, (oo, "-3"), -math.inf),
        (sympy.floor, (NOT,), math.nan),
    ],
    ids=str,
)
def test_what_is_no_number_is_as_in_ieee(kind: Any, args: tuple[Any, ...], found: float) -> None:
    given = [number(x) if isinstance(x, str) else x for x in args]
    assert value(kind, *given) == pytest.approx(found, nan_ok=True, rel=0, abs=0)


@pytest.mark.parametrize("stretch", ["1", "2", "3/2", "1/2", "5/4"])
def test_the_cycle_at_a_step_is_found_exactly(stretch: str) -> None:
    begin, cycle, factor = Fraction(2), Fraction(7, 2), Fraction(stretch)
    for index in range(12):
        for part in (Fraction(0), Fraction(1, 3), Fraction(999, 1000)):
            given = [number(x) for x in (begin + part * cycle, 2, "7/2", stretch)]
            assert value(CycleIndex, *given) == index
            assert value(CycleTime, *given) == float(part * cycle)
        begin, cycle = begin + cycle, cycle * factor


@pytest.mark.parametrize("kind", [CycleIndex, CycleTime])
def test_there_is_no_cycle_at_the_end_of_time_nor_of_no_length(kind: Any) -> None:
    assert math.isnan(value(kind, oo, number(0), number(5), number(2)))
    assert math.isnan(value(kind, number(3), number(0), number(0), number(2)))
    for time in (16, 30):  # the cycles come to their end at 16
        assert value(CycleIndex, number(time), number(0), number(8), number("1/2")) == 0


def test_a_bezier_curve_goes_through_the_points_of_its_parameter() -> None:
    x1, y1, x2, y2 = (Fraction(x) for x in ("1/4", "1/10", "1/4", "1"))
    for k in range(9):
        s = Fraction(k, 8)
        x, y = (3 * a * s * (1 - s) ** 2 + 3 * b * s**2 * (1 - s) + s**3 for a, b in ((x1, x2), (y1, y2)))
        assert value(Bezier, *map(number, (x, x1, y1, x2, y2))) == pytest.approx(float(y), rel=1e-15, abs=1e-40)


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        (sympy.StrictLessThan, [True, False, False]),
        (sympy.LessThan, [True, True, False]),
        (sympy.StrictGreaterThan, [False, False, True]),
        (sympy.GreaterThan, [False, True, True]),
        (sympy.Equality, [False, True, False]),
        (sympy.Unequality, [True, False, True]),
    ],
)
def test_a_comparison_holds_below_at_or_above(kind: Any, holds: list[bool]) -> None:
    assert [constants.FUNCTIONS[kind](x, 2) for x in (1, 2, 3)] == holds


def test_a_number_beyond_the_floats_is_infinite_and_one_below_them_is_0() -> None:
    assert constants.nearest_float(Fraction(10) ** 400) == math.inf
    assert constants.nearest_float(-(Fraction(10) ** 400)) == -math.inf
    assert constants.nearest_float(Fraction(10) ** -400) == 0
    assert constants.evaluate(sympy.sqrt(2)) ** 2 == pytest.approx(2, rel=1e-15)
    assert abs(constants.evaluate(sympy.sqrt(2)) ** 2 - 2) < Fraction(2) ** -188
    assert constants.fraction_of(number("1/3")) == Fraction(1, 3)


@pytest.mark.parametrize(("text", "is_float"), [("1/2", True), ("1/10", False), ("1e400", False), ("-3", True)])
def test_a_float_is_told_from_other_numbers(text: str, is_float: bool) -> None:
    assert constants.is_float(Fraction(text)) == is_float
    assert tree.is_number(number(text))
