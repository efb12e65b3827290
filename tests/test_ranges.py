"""What values an operation can have: every value is in its range, and the range ends where the values do."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import pytest

import symsched as ss
from symsched.backends.lowering import lower
from symsched.backends.operations import Node, Operations
from symsched.backends.ranges import ANYTHING, LARGEST, Range, Ranges, time_range, uses_step, walk

LOW = Operations()
OPERANDS = LOW.op("param", value="a"), LOW.op("param", value="b")

BY_HAND: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "floordiv": lambda a, b: math.floor(a / b),
    "pow": lambda a, b: a**b,
    "min": min,
    "max": max,
    "neg": lambda a: -a,
    "square": lambda a: a * a,
    "exp": math.exp,
    "expm1": math.expm1,
    "sqrt": math.sqrt,
    "log": math.log,
    "log1p": math.log1p,
    "floor": math.floor,
    "ceil": math.ceil,
    "abs": abs,
    "magnitude": abs,
}
"""Operations whose range ends at values that they have."""

SIDES = [(-3.5, -1.25), (-0.5, 0.75), (-2.0, 0.5), (-1.0, 1.0), (0.0, 2.0), (0.5, 3.5), (1.0, 1.0), (2.0, 2.5)]
POSITIVE = {"sqrt": 0.0, "log": 5e-324, "log1p": -0.9999, "pow": 0.0}


def range_of(name: str, *ranges: Range) -> Range:
    """The range of an operation on operands of known ranges."""
    found = Ranges((0.0, LARGEST))
    operands = OPERANDS[: len(ranges)]
    found.known |= dict(zip(operands, ranges, strict=True))
    return found.of(LOW.op(name, *operands))


def points(side: Range) -> list[float]:
    low, high = side
    inside = [low + (high - low) * k / 8 for k in range(9)]
    return sorted({*inside, *(x for x in (0.0, -1.0, 1.0) if low <= x <= high)})


def cases() -> list[tuple[str, tuple[Range, ...]]]:
    found: list[tuple[str, tuple[Range, ...]]] = []
    for name in BY_HAND:
        count = 2 if name in ("add", "sub", "mul", "div", "floordiv", "pow", "min", "max") else 1
        for sides in product(SIDES, repeat=count):
            divides = name in ("div", "floordiv") and sides[1][0] <= 0 <= sides[1][1]
            undefined = sides[0][0] < POSITIVE.get(name, -math.inf) or (name == "pow" and sides[0][0] == 0)
            if not divides and not undefined:
                found.append((name, sides))
    return found


@pytest.mark.parametrize(("name", "sides"), cases())
def test_a_range_is_that_of_the_values(name: str, sides: tuple[Range, ...]) -> None:
    values = [BY_HAND[name](*args) for args in product(*map(points, sides))]
    assert range_of(name, *sides) == pytest.approx((min(values), max(values)), rel=1e-15)


@pytest.mark.parametrize(
    ("name", "sides", "found"),
    [
        ("div", [(1.0, 2.0), (0.0, 2.0)], ANYTHING),
        ("div", [(1.0, 2.0), (-1.0, 0.0)], ANYTHING),
        ("floordiv", [(1.0, 2.0), (-1.0, 1.0)], ANYTHING),
        ("floordiv", [(0.0, math.inf), (2.0, 4.0)], (0.0, math.inf)),
        ("div", [(-math.inf, math.inf), (2.0, 4.0)], ANYTHING),
        ("mul", [(0.0, math.inf), (0.0, 1.0)], (0.0, math.inf)),
        ("add", [(-math.inf, 0.0), (0.0, math.inf)], ANYTHING),
        ("sub", [(0.0, math.inf), (0.0, math.inf)], ANYTHING),
        ("sub", [(math.inf, math.inf), (0.0, math.inf)], ANYTHING),
        ("mod", [(-5.0, 5.0), (2.0, 3.0)], (0.0, 3.0)),
        ("mod", [(-5.0, 5.0), (0.0, 3.0)], ANYTHING),
        ("mod", [(-5.0, 5.0), (-3.0, -2.0)], ANYTHING),
        ("pow", [(-1.0, 2.0), (2.0, 2.0)], ANYTHING),
        ("pow", [(0.0, 2.0), (0.5, 2.0)], (0.0, 4.0)),
        ("pow", [(0.0, 2.0), (-1.0, 2.0)], (0.0, math.inf)),
        ("pow", [(1.0, 1e300), (0.0, 2.0)], (1.0, math.inf)),
        ("pow", [(2.0, 1e300), (0.0, 2.0)], (1.0, math.inf)),
        ("pow", [(1.0, 1e300), (-2.0, 2.0)], (0.0, math.inf)),
        ("pow", [(1.0, 1e300), (-0.5, 2.0)], (0.0, math.inf)),
        ("pow", [(0.5, 1e300), (0.0, 2.0)], (0.0, math.inf)),
        ("sqrt", [(-1.0, 4.0)], ANYTHING),
        ("log", [(0.0, 1.0)], ANYTHING),
        ("log1p", [(-1.0, 1.0)], ANYTHING),
        ("exp", [(-1000.0, 0.0)], (0.0, 1.0)),
        ("exp", [(0.0, 1000.0)], (1.0, math.inf)),
        ("expm1", [(-1000.0, 0.0)], (-1.0, 0.0)),
        ("expm1", [(0.0, 1000.0)], (0.0, math.inf)),
        ("floor", [(0.5, math.inf)], (0.0, math.inf)),
        ("ceil", [(-math.inf, 0.5)], (-math.inf, 1.0)),
        ("progress", [(-5.0, 5.0)], (0.0, 1.0)),
        ("length", [(-5.0, 5.0)], (5e-324, math.inf)),
        ("inner_length", [(-5.0, 5.0)], (5e-324, math.inf)),
        ("sin", [(0.0, 9.0)], (-1.0, 1.0)),
        ("cos", [(0.0, 9.0)], (-1.0, 1.0)),
        ("quarter_sin", [(0.0, 1.5)], (0.0, 1.0)),
        ("quarter_cos", [(0.0, 3.0)], (-1.0, 1.0)),
        ("tanh", [(0.0, 9.0)], (-1.0, 1.0)),
        ("sigmoid", [(0.0, 9.0)], (0.0, 1.0)),
        ("tan", [(0.0, 9.0)], ANYTHING),
    ],
)
def test_a_range_without_an_end_says_so(name: str, sides: list[Range], found: Range) -> None:
    assert range_of(name, *sides) == found


def test_leaves_have_the_ranges_that_are_known() -> None:
    found = Ranges((3.0, 8.0))
    number, unknown = LOW.const(0.1), LOW.const(math.nan)
    assert [found.of(n) for n in (LOW.step, number, unknown, OPERANDS[0])] == [(3, 8), (0.1, 0.1), ANYTHING, ANYTHING]
    steps = (1.0, 5.0, 9.0)
    index = LOW.op("search", LOW.step, value=steps)
    assert found.of(index) == (0.0, 2.0)
    assert found.of(LOW.op("take", index, value=steps)) == (1.0, 9.0)
    assert found.of(LOW.op("where", OPERANDS[0], LOW.step, number)) == (0.1, 8.0)
    assert found.of(LOW.op("where", OPERANDS[0], number, LOW.step)) == (0.1, 8.0)
    assert found.of(LOW.op("where", OPERANDS[0], LOW.step, LOW.const(5))) == (3.0, 8.0)
    assert found.of(LOW.op("where", OPERANDS[0], LOW.const(5), LOW.step)) == (3.0, 8.0)
    assert found.of(LOW.op("guard", OPERANDS[0], LOW.step, number)) == (3.0, 8.0)


INF, MANY = math.inf, 1e200


@pytest.mark.parametrize(
    ("name", "sides", "is_safe"),
    [
        ("div", [(0.0, 1.0), (0.5, 1.0)], True),
        ("div", [(0.0, 1.0), (-2.0, -1.0)], True),
        ("div", [(0.0, 1.0), (0.0, 1.0)], False),
        ("div", [(0.0, 1.0), (-1.0, 0.0)], False),
        ("floordiv", [(0.0, 1.0), (-1.0, 1.0)], False),
        ("mod", [(0.0, 1.0), (-1.0, 1.0)], False),
        ("mod", [(0.0, 1.0), (1.0, 2.0)], True),
        ("sqrt", [(0.0, 1.0)], True),
        ("sqrt", [(-0.5, 1.0)], False),
        ("log", [(0.0, 1.0)], False),
        ("log2", [(0.5, 1.0)], True),
        ("log10", [(-2.0, 1.0)], False),
        ("log1p", [(-0.5, 1.0)], True),
        ("log1p", [(-1.0, 1.0)], False),
        ("exp", [(-INF, 699.0)], True),
        ("exp", [(0.0, 710.0)], False),
        ("expm1", [(0.0, 699.0)], True),
        ("expm1", [(0.0, 710.0)], False),
        ("square", [(-1e149, 1e149)], True),
        ("square", [(-MANY, 0.0)], False),
        ("square", [(0.0, MANY)], False),
        ("pow", [(0.5, 2.0), (-3.0, 3.0)], True),
        ("pow", [(0.0, 2.0), (-3.0, 3.0)], False),
        ("pow", [(0.5, INF), (-3.0, 3.0)], False),
        ("pow", [(0.5, 2.0), (0.0, 2000.0)], False),
        ("pow", [(1e-9, 2.0), (-2000.0, 0.0)], False),
        ("add", [(0.0, 1.0), (0.0, 1.0)], True),
        ("add", [(0.0, 1.7e308), (0.0, 1.7e308)], False),
        ("sub", [(0.0, 1.0), (0.0, INF)], False),
        ("mul", [(0.0, MANY), (0.0, 2.0)], True),
        ("mul", [(0.0, MANY), (-MANY, 0.0)], False),
        ("sin", [(0.0, 1.0)], True),
        ("cos", [(0.0, INF)], False),
        ("floor", [(-INF, 1.0)], False),
        ("round", [(0.0, 1.0)], True),
        ("neg", [(-INF, INF)], True),
        ("max", [(-INF, INF), (0.0, 1.0)], True),
    ],
)
def test_an_operation_is_safe_where_python_computes_it(name: str, sides: list[Range], is_safe: bool) -> None:
    found = Ranges((0.0, LARGEST))
    found.known |= dict(zip(OPERANDS, sides, strict=False))
    assert found.is_safe(LOW.op(name, *OPERANDS[: len(sides)])) == is_safe


def test_a_segment_has_the_steps_from_the_one_before_to_its_end() -> None:
    first, second, last = lower(ss.parse("hold(5, 1) >> hold(2.5, 3) >> 0").expr, ()).segments
    assert time_range(first, None) == (0.0, 5.0)
    assert time_range(second, first.until) == (5.0, 7.5)
    assert time_range(last, second.until) == (7.5, LARGEST)
    early, late = lower(ss.parse("hold(n, 1) >> linear(1, 5)").expr, ()).segments[:2]
    assert time_range(early, None) == (0.0, LARGEST)
    assert time_range(late, early.until) == (0.0, LARGEST)
    assert time_range(first, LOW.const(-3.0)) == (0.0, 5.0)


def test_each_operation_is_walked_over_once() -> None:
    shared = LOW.op("sin", LOW.step)
    whole = LOW.op("add", LOW.op("mul", shared, shared), OPERANDS[0])
    found: list[Node] = list(walk(whole))
    assert len(found) == len(set(found)) == 5
    assert [uses_step(n) for n in (whole, shared, LOW.step, OPERANDS[0])] == [True, True, True, False]
