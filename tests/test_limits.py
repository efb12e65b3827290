"""Each limit of the reference: a text that reaches it is accepted, and one that goes one beyond is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

import symsched as ss
from symsched import limits


def values(count: int) -> str:
    """Values of which each is the one before; the step, and what reads the last one, are a level too."""
    return "; ".join(["a0 = t", *(f"a{i} = a{i - 1}" for i in range(1, count - 1)), f"a{count - 2}"])


def values_of_calls(count: int) -> str:
    """Values that are calls around the value before them, too few in each to be nested too deep where they stand."""
    rows = [f"a{i} = {'sin(' * 9}a{i - 1}{')' * 9}" for i in range(1, (count - 1) // 9 + 1)]
    rest = (count - 1) % 9
    return "; ".join(["a0 = t", *rows, "sin(" * rest + f"a{len(rows)}" + ")" * rest])


def functions(count: int) -> str:
    calls = [f"f{i}(x) = f{i - 1}(x)" for i in range(1, count - 1)]
    return "; ".join(["f0(x) = x", *calls, f"f{count - 2}(1)"])


def waves(count: int) -> str:
    """Stages of which each is a function of the one before, under the choice between them and its condition."""
    return " >> ".join(["hold(1, p)", *["hold(1, sin(prev))"] * (count - 3)])


NESTED = "nested too deep: the limit is 64"
CALLED = "functions and definitions nested too deep: the limit is 96"
LONG = "this number is too long: the limits are 400 digits and an exponent of 400"
LARGE = "an exact number here has more than 4096 bits, which is the limit"

TEXTS: dict[str, tuple[Callable[[int], str], int, str]] = {
    "signs": (lambda n: "-" * (n - 1) + "t", limits.NESTING, NESTED),
    "calls": (lambda n: "sin(" * (n - 1) + "t" + ")" * (n - 1), limits.NESTING, NESTED),
    "a call of nothing": (lambda n: "f() = t; " + "sin(" * (n - 2) + "f()" + ")" * (n - 2), limits.NESTING, NESTED),
    "values of calls": (values_of_calls, limits.NESTING, NESTED),
    "values": (values, limits.LEVELS, CALLED),
    "functions": (functions, limits.LEVELS, CALLED),
    "open ends": (waves, limits.TREE_DEPTH, "values built on values too deep: the limit of the tree is 160 levels"),
    "characters": (
        lambda n: "1" + " " * (n - 1),
        limits.SOURCE_CHARACTERS,
        "a text of 65537 characters is too long: the limit is 65536",
    ),
    "digits": (lambda n: "1" * n, limits.DIGITS, LONG),
    "a large exponent": (lambda n: f"1e{n}", limits.DIGITS, LONG),
    "a small exponent": (lambda n: f"1e-{n}", limits.DIGITS, LONG),
    "a numerator": (lambda n: f"2**2000*2**2000*2**{n - 4001}", limits.BITS, LARGE),
    "a denominator": (lambda n: f"1/2**2000/2**2000/2**{n - 4001}", limits.BITS, LARGE),
}
"""A text of a size, the largest size, and the error of a text beyond."""


@pytest.mark.parametrize("name", TEXTS)
def test_a_limit_can_be_reached_and_not_passed(name: str) -> None:
    text, most, title = TEXTS[name]
    ss.parse(text(most))
    with pytest.raises(ss.ScheduleError) as caught:
        ss.parse(text(most + 1))
    assert caught.value.title == title


def doubling(terms: int) -> str:
    """Values that double again and again, and so many further terms."""
    values = ["a0 = t", *(f"a{i} = a{i - 1}*a{i - 1}" for i in range(1, 30))]
    return "; ".join([*values, " + ".join(["a29", *["t"] * terms])])


def nodes_of(text: str) -> int:
    """How many nodes a text may expand to, as the error says."""
    with pytest.raises(ss.ScheduleError) as caught:
        ss.parse(text)
    return int(re.findall(r"more than (\d+) nodes", caught.value.title)[0])


def test_a_text_may_expand_in_proportion_to_its_length_between_two_bounds() -> None:
    assert nodes_of(doubling(0)) == 16384
    assert nodes_of(doubling(1001)) - nodes_of(doubling(1000)) == 32
    assert nodes_of(doubling(10_000)) == 100_000
