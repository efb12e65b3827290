"""The operations of one formula: numbers together, signs outside, one division of whole numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

import symsched as ss
from symsched.backends.lowering import Segment, lower
from symsched.backends.operations import Node, Operations

FORMULAS = {
    # a number comes last in a sum, and what is taken off is a difference
    "3 + t": "t + 3",
    "p + t + 3": "(p + t) + 3",
    "sqrt(t) - 3": "sqrt(t) - 3",
    "3 - t": "3 - t",
    "5 - sqrt(t)/2": "5 - ((1/2)*sqrt(t))",
    "-(5 - sqrt(t))": "sqrt(t) - 5",
    "p - t": "p - t",
    "-p - t": "-(t + p)",
    "-p - 3": "-3 - p",
    "3 - p - sqrt(t)": "3 - (sqrt(t) + p)",
    # a number comes first in a product, and what is divided by, last
    "sqrt(t)*p*3": "3*(sqrt(t)*p)",
    "-0.5*sqrt(t)": "-((1/2)*sqrt(t))",
    "3*sqrt(t)/exp(t)": "(3*sqrt(t))/exp(t)",
    "sqrt(t)/exp(t)/log(t + 2)": "(sqrt(t)/exp(t))/log(t + 2)",
    "1/sqrt(t + 2)": "1/sqrt(t + 2)",
    "2*(t - 3)*p*0": "0",
    "p*3": "3*p",
    "p*1": "p",
    # a time is one division
    "2*t/6": "t/3",
    "6*t/2": "3*t",
    "-t/6": "-(t/6)",
    "2*(t - 3)/6": "(t - 3)/3",
    "0.1*t + 0.3*p": "(t/10) + ((3/10)*p)",
    "t*9007199254740991/2": "(9007199254740991*t)/2",
    "t*18014398509481983/2": "(18014398509481983/2)*t",
    # whole numbers of a quotient are found by that quotient
    "floor(t/3)": "floordiv(t, 3)",
    "ceil(t/3)": "-floordiv(-t, 3)",
    "floor(2*t/3)": "floordiv(2*t, 3)",
    "floor(2*sqrt(t)/3)": "floordiv(2*sqrt(t), 3)",
    "ceil(2*sqrt(t)/3)": "-floordiv(-(2*sqrt(t)), 3)",
    "floor(2*sqrt(t))": "floor(2*sqrt(t))",
    "mod(t, 3)": "mod(t, 3)",
    # what is near 1 has a function of its own
    "log(t + 1)": "log1p(t)",
    "log(1 + sqrt(t) + t)": "log((sqrt(t) + t) + 1)",
    "log(t + 2)": "log(t + 2)",
    "exp(t) - 1": "expm1(t)",
    "1 - exp(t)": "-expm1(t)",
    "(1 + t)**2": "square(t + 1)",
    # comparisons are "less" alone
    "where(t > p, 1, 2)": "where(lt(p, t), 1, 2)",
    "where(p >= t, 1, 2)": "where(le(t, p), 1, 2)",
    "where(p == 5, t, 2)": "where(eq(p, 5), t, 2)",
}

SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def written(node: Node, outer: bool = True) -> str:
    """An operation as a text, with brackets around the operators inside."""
    if not node.args:
        value = node.value if node.name != "step" else "t"
        return f"({value})" if isinstance(value, Fraction) and value.denominator > 1 else str(value)
    if node.name in SIGNS:
        between = SIGNS[node.name] if node.name in ("mul", "div") else f" {SIGNS[node.name]} "
        text = between.join(written(a, outer=False) for a in node.args)
        return text if outer else f"({text})"
    if node.name == "neg":
        return f"-{written(node.args[0], outer=False)}"
    return f"{node.name}({', '.join(written(a) for a in node.args)})"


def segments(text: str) -> tuple[Segment, ...]:
    return lower(ss.parse(text).expr, ()).segments


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_has_this_form(text: str) -> None:
    (segment,) = segments(text)
    assert written(segment.value) == FORMULAS[text]


def test_a_choice_that_is_over_is_around_nothing_more() -> None:
    """Only inside a choice, a length that is 0 is divided by."""
    first, second, _ = segments("hold(n, where(mod(t, 2) < 1, 1, 2)) >> linear(1, m)")
    assert written(first.value) == "where(lt(mod(t, 2), 1), 1, 2)"
    assert "length(m)" in written(second.value)
    assert "inner_length" not in written(second.value)
    assert "inner_length(n)" in written(segments("where(mod(t, 2) < 1, linear(1, n), 2)")[0].value)


def test_bounds_by_parameters_are_segments_too() -> None:
    first, second, last = segments("hold(n, 4) >> linear(1, 6) >> 2")
    assert [written(s.until) for s in (first, second) if s.until is not None] == ["n", "n + 6"]
    assert [written(s.inside) for s in (first, second, last)] == ["(1/2)*n", "(1/2)*(n + (n + 6))", "(n + 6) + 1"]
    assert last.until is None


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("(sin(pi*t/10))[:5]", "t"),
        ("(sin(pi*t/10))[:6]", "(magnitude(magnitude(mod(t, 20) - 5) - 10) - 5)"),
        ("(cos(pi*t/12))[:3]", "t"),
        ("(cos(pi*t/12))[:4]", "(magnitude(mod(t, 24) - 12) - 6)"),
    ],
)
def test_a_wave_far_from_its_first_zero_reads_the_time_from_the_nearest(text: str, reads: str) -> None:
    """The first zero of a sine is at 0, so half a turn is near it; a cosine has a quarter turn to go."""
    wave = segments(text)[0].value
    assert wave.args[0].name == "mul"
    assert written(wave.args[0].args[1], outer=False) == reads


# Putting operations together


LOW = Operations()
STEP, OTHER = LOW.step, LOW.op("param", value="p")
VALUES = {STEP: Fraction(7, 3), OTHER: Fraction(-5, 2)}
NUMBERS = [LOW.const(Fraction(n)) for n in ("0", "1", "-1", "2", "-3", "1/2")]
OPERANDS = [
    *(STEP, OTHER, *NUMBERS, LOW.neg(STEP), LOW.neg(OTHER), LOW.op("sub", STEP, OTHER), LOW.op("add", STEP, OTHER)),
    *(LOW.op("mul", NUMBERS[3], STEP), LOW.op("div", STEP, NUMBERS[3]), LOW.op("div", NUMBERS[4], STEP)),
    *(LOW.op("add", LOW.op("mul", NUMBERS[4], STEP), NUMBERS[3]), LOW.op("sub", NUMBERS[3], LOW.neg(STEP))),
    LOW.op("sub", LOW.op("div", STEP, NUMBERS[4]), NUMBERS[3]),
]


def exact(node: Node) -> Fraction:
    """The value of plain arithmetic."""
    if node.name == "const":
        assert isinstance(node.value, Fraction)
        return node.value
    if not node.args:
        return VALUES[node]
    args = [exact(a) for a in node.args]
    match node.name:
        case "add":
            return args[0] + args[1]
        case "sub":
            return args[0] - args[1]
        case "neg":
            return -args[0]
        case "mul":
            return args[0] * args[1]
    assert node.name == "div"
    return args[0] / args[1]


@pytest.mark.parametrize("left", OPERANDS, ids=written)
def test_operations_that_are_put_together_keep_their_values(left: Node) -> None:
    assert exact(LOW.neg(left)) == -exact(left)
    for right in OPERANDS:
        assert exact(LOW.add(left, right)) == exact(left) + exact(right)
        assert exact(LOW.sub(left, right)) == exact(left) - exact(right)
        assert exact(LOW.mul(left, right)) == exact(left) * exact(right)
        if exact(right):
            assert exact(LOW.div(left, right)) == exact(left) / exact(right)


def test_numbers_fold_and_neutral_ones_vanish() -> None:
    zero, one, minus, *_ = NUMBERS
    for a, b in product(NUMBERS, repeat=2):
        folded = [LOW.add(a, b), LOW.sub(a, b), LOW.mul(a, b), LOW.neg(a), *([LOW.div(a, b)] if b is not zero else [])]
        assert all(node.name == "const" for node in folded)
    for node in (STEP, LOW.op("add", STEP, OTHER)):
        assert LOW.add(node, zero) is LOW.add(zero, node) is LOW.sub(node, zero) is node
        assert LOW.mul(node, one) is LOW.mul(one, node) is LOW.div(node, one) is node
        assert LOW.mul(node, zero) is LOW.mul(zero, node) is zero
        assert LOW.mul(node, minus) is LOW.neg(node)
        assert LOW.neg(LOW.neg(node)) is node
        assert LOW.where(STEP, node, node) is node
    assert LOW.div(one, zero).name == "div"


@pytest.mark.parametrize("node", OPERANDS, ids=written)
def test_a_factor_times_what_is_left_is_the_whole(node: Node) -> None:
    factor, rest = LOW.factored(node)
    assert factor * exact(rest) == exact(node)


@pytest.mark.parametrize(
    ("node", "factor", "rest"),
    [
        (LOW.neg(LOW.op("mul", NUMBERS[3], STEP)), -2, "t"),
        (LOW.op("div", LOW.op("mul", NUMBERS[4], STEP), NUMBERS[3]), Fraction(-3, 2), "t"),
        (LOW.op("add", LOW.op("mul", NUMBERS[4], STEP), NUMBERS[3]), -3, "t - (2/3)"),
        (LOW.op("sub", LOW.op("div", STEP, NUMBERS[3]), NUMBERS[4]), Fraction(1, 2), "t + 6"),
        (LOW.op("add", STEP, NUMBERS[3]), 1, "t + 2"),
        (LOW.op("add", LOW.op("mul", NUMBERS[3], STEP), OTHER), 1, "(2*t) + p"),
    ],
)
def test_a_number_that_is_added_takes_its_part_of_a_factor(node: Node, factor: Fraction, rest: str) -> None:
    found, inner = LOW.factored(node)
    assert (found, written(inner)) == (factor, rest)


def test_functions_of_numbers_are_numbers_where_they_are_finite() -> None:
    assert LOW.op("exp", NUMBERS[0]) is LOW.const(Fraction(1))
    assert LOW.op("sqrt", LOW.const(Fraction(9, 4))) is LOW.const(Fraction(3, 2))
    assert LOW.op("log", NUMBERS[0]).name == "log"
    assert LOW.op("exp", LOW.const(Fraction(10**4))).name == "exp"


@pytest.mark.parametrize("stretch", [Fraction(1, 2), 1, Fraction(9, 8), Fraction(3, 2), 2, 3, 10])
def test_a_stretch_that_is_given_late_finds_the_cycle_of_each_step(stretch: Fraction, backend: str) -> None:
    late = ss.compile("repeat(linear(1, 8), n, stretch=s) >> 3", backend)
    begin, length, expected = Fraction(0), Fraction(8), {}
    for _ in range(6):
        for progress in (Fraction(0), Fraction(1, 4), Fraction(63, 64)):
            expected[float(begin + progress * length)] = float(1 - progress)
        begin, length = begin + length, length * stretch
    expected[float(begin)] = expected[float(begin) + 1] = 3
    values = [float(late(step, n=6.0, s=float(stretch))) for step in expected]
    assert values == pytest.approx(list(expected.values()), abs=1e-12)
