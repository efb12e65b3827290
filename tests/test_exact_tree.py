"""What is known beforehand is exact: numbers are folded as SymPy folds them, and nothing is lost in a repetition."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from sympy import Rational, sqrt
from sympy.codegen.cfunctions import log2, log10

import symsched as ss

t = ss.t


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("t**0", 1),
        ("1**t", 1),
        ("t**1", t),
        ("t - t", 0),
        ("t/t", 1),
        ("0*t", 0),
        ("1*t", t),
        ("t + t", 2 * t),
        ("3*t - t*2 - t", 0),
        ("1 + t - 1", t),
        ("2*3*t/6", t),
        ("1/(1/t)", t),
        ("1/t**2", t**-2),
        ("0.1 + 0.2", Rational(3, 10)),
        ("0**2", 0),
        ("(-1)**1001", -1),
        ("(-1)**1000", 1),
        ("(-2/3)**3", Rational(-8, 27)),
        ("8**(1/3)", 2),
        ("(4/9)**(-1/2)", Rational(3, 2)),
        ("(8/27)**(2/3)", Rational(4, 9)),
        ("2**0.5", sqrt(2)),
        ("floor(-7/2)", -4),
        ("ceil(-7/2)", -3),
        ("mod(-7, 3)", 2),
        ("abs(-7/2)", Rational(7, 2)),
        ("min(1/3, 0.3)", Rational(3, 10)),
        ("max(1/3, 0.3)", Rational(1, 3)),
        ("sqrt(9/4)", Rational(3, 2)),
        ("exp(0)", 1),
        ("log(1)", 0),
        ("log2(8)", 3),
        ("log2(1/8)", -3),
        ("log2(1)", 0),
        ("log2(6)", log2(6, evaluate=False)),
        ("log2(8/3)", log2(Rational(8, 3), evaluate=False)),
        ("log10(1000)", 3),
        ("log10(1/100)", -2),
        ("log10(1)", 0),
        ("log10(20)", log10(20, evaluate=False)),
        ("log10(100/3)", log10(Rational(100, 3), evaluate=False)),
        ("cos(0)", 1),
        ("cos(pi/3)", Rational(1, 2)),
        ("cos(pi/2)", 0),
        ("cos(2*pi/3)", Rational(-1, 2)),
        ("cos(pi)", -1),
        ("cos(4*pi/3)", Rational(-1, 2)),
        ("cos(3*pi/2)", 0),
        ("cos(5*pi/3)", Rational(1, 2)),
        ("cos(2*pi)", 1),
        ("cos(-7*pi/3)", Rational(1, 2)),
        ("cos(pi/5)", sympy.cos(sympy.pi / 5, evaluate=False)),
        ("sin(0)", 0),
        ("sin(pi/6)", Rational(1, 2)),
        ("sin(pi/2)", 1),
        ("sin(pi)", 0),
        ("sin(7*pi/6)", Rational(-1, 2)),
        ("sin(-pi/2)", -1),
        ("sin(9*pi/2)", 1),
        ("sin(pi/5)", sympy.sin(sympy.pi / 5, evaluate=False)),
        ("tan(3*pi)", 0),
        ("tan(pi/4)", sympy.tan(sympy.pi / 4, evaluate=False)),
        ("tanh(0)", 0),
        ("round(5/2)", 2),
        ("round(7/2)", 4),
        ("abs(t)", sympy.Abs(t, evaluate=False)),
        ("max(t, 0)", t),
        ("max(t, -3)", t),
        ("max(t, 3)", sympy.Max(t, 3, evaluate=False)),
        ("max(3, t, 5, t)", sympy.Max(t, 5, evaluate=False)),
        ("min(3, t, 5, t)", sympy.Min(t, 3, evaluate=False)),
        ("min(t, t)", t),
        ("floor(ceil(t/2))", sympy.ceiling(t / 2, evaluate=False)),
        ("ceil(floor(t/2))", sympy.floor(t / 2, evaluate=False)),
    ],
)
def test_numbers_are_folded(text: str, value: sympy.Expr) -> None:
    assert ss.parse(text).expr == value


@pytest.mark.parametrize("stretch", [Fraction(1), Fraction(2), Fraction(3, 2), Fraction(3), Fraction(11, 10)])
@pytest.mark.parametrize("length", [1, 4, 7])
def test_the_value_at_a_step_of_a_repetition_is_an_exact_number(length: int, stretch: Fraction) -> None:
    text = f"delay(repeat(linear(1, {length}), stretch={stretch}), 2)"
    begin, cycle = Fraction(2), Fraction(length)
    for step in range(2, 30):
        while step >= begin + cycle:
            begin, cycle = begin + cycle, cycle * stretch
        value = 1 - (step - begin) / cycle
        assert ss.parse(f"at({text}, {step})").expr == ss.parse(text).expr.subs(ss.t, step) == value


@pytest.mark.parametrize("base", ["0.75", "0.5", "1.25", "2"])
def test_a_power_of_a_binary_fraction_is_exact(base: str) -> None:
    schedule = ss.parse(f"{base}**t")
    assert [schedule(t) for t in range(15)] == [float(Fraction(base) ** t) for t in range(15)]


def test_the_duration_of_cycles_that_grow_is_a_sum_of_powers() -> None:
    duration = ss.parse("repeat(linear(1, 8), 4, stretch=s)").duration
    (s,) = duration.free_symbols
    by_hand = 8 * (1 + s + s**2 + s**3)
    for value in (sympy.Rational(1, 2), sympy.Integer(3)):
        assert duration.doit().subs(s, value) == by_hand.subs(s, value)
        assert duration.diff(s).subs(s, value) == by_hand.diff(s).subs(s, value)
    assert duration.subs(s, 1).doit() == 32
