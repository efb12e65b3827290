"""The cases of the conformance suite on objects of frameworks, which count in 32 bits and mostly compute so."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from conftest import natives
from test_conformance import Case, agree, having, schedule_of, step

import symsched as ss
from symsched.backends.combinators import combined

SINGLE = 2e-6
"""What a value may be off by: a few units in the last place of 32 bits, and what sine, power and logarithm add."""

FLOATS = 2**24
"""The last whole number up to which all are float32."""

LENGTH = max(len(case.values[0]["values"]) for case in having("values"))
"""Steps of an array: one length for all cases, so that operations are compiled once."""

EVERY = 10
"""Most cases get the function of jax from optax, and the conformance suite has all of them: here is one in so many."""


def cases(target: str) -> list[Any]:
    """The cases of a target."""
    return having("values")[:: EVERY if target == "optax" else 1]


def bound(case: Case) -> ss.Schedule:
    return schedule_of(case).bind(**case.get("bind", {}))


def steps_of(case: Case, kind: type) -> dict[float, float]:
    """The values at the steps that 32 bits of a kind hold; none of optax's own schedules has a negative count."""
    found = {step(key): value for key, value in case["values"].items()}
    most = FLOATS if kind is np.float32 else 2**31 - 2
    return {t: v for t, v in found.items() if 0 <= t <= most and float(kind(t)) == t}


def values(target: str, case: Case, steps: list[float], kind: type) -> Any:
    """The values of an array of steps."""
    function = bound(case).compile(target)
    if target == "keras":
        found = function(np.array((steps * LENGTH)[:LENGTH], kind))
        assert found.shape == (LENGTH,)
        return found[: len(steps)]
    return np.array([function(kind(t)) for t in steps], np.float32)


def within(target: str, case: Case, t: float) -> float:
    """What a value may be off by at a step, however small it is.

    The combinators of optax add and subtract as they like. Beyond 2**24, lengths are no whole numbers any more.
    """
    if t > FLOATS or (target == "optax" and combined(bound(case)).calls):
        found = [bound(case)(0), *case["values"].values()]
        return SINGLE * max(abs(v) for v in found if math.isfinite(v))
    return SINGLE if "within" in case else 0.0


def check(target: str, case: Case, kind: type) -> None:
    expected = steps_of(case, kind)
    found = values(target, case, list(expected), kind) if expected else []
    for value, (t, v) in zip(np.asarray(found), expected.items(), strict=True):
        agree([value], [float(np.float32(v))], SINGLE, within(target, case, t))


@pytest.mark.parametrize(
    ("target", "case"), [pytest.param(b, *c.values, id=f"{b}-{c.id}") for b in natives() for c in cases(b)]
)
def test_values_are_those_of_the_case(target: str, case: Case) -> None:
    check(target, case, np.int32)
    check(target, case, np.float32)


@pytest.mark.parametrize("target", [name for name in natives() if name == "optax"])
def test_combinators_have_the_values_of_the_case(target: str) -> None:
    found = [case.values[0] for case in having("values")[::2] if combined(bound(case.values[0])).calls]
    assert len(found) > 50
    for case in found:
        check(target, case, np.int32)
