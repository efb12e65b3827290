"""The cases of the conformance suite on objects of frameworks, which count in 32 bits and mostly compute so."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from conftest import natives
from test_conformance import Case, agree, having, schedule_of, step

import symsched as ss
from symsched import api
from symsched.backends.combinators import combined

SINGLE = 2e-6
"""What a value may be off by: a few units in the last place of 32 bits, and what sine, power and logarithm add."""

LENGTH = max(len(case.values[0]["values"]) for case in having("values"))
"""Steps of an array: one length for all cases, so that operations are compiled once."""

EVERY = 10
"""Of the cases that optax gives the function of jax, which the conformance suite has all of, each tenth is looked at."""


def cases(target: str) -> list[Any]:
    """The cases of a backend."""
    found = having("values")
    if target != "optax":
        return found
    own = [case for case in found if combined(bound(case.values[0])).calls]
    return own + [case for case in found if case not in own][::EVERY]


def bound(case: Case) -> ss.Schedule:
    return schedule_of(case).bind(**case.get("bind", {}))


def steps_of(case: Case, kind: type) -> dict[float, float]:
    """The values at the steps that 32 bits of a kind hold; none of optax's own schedules has a negative count."""
    found = {step(key): value for key, value in case["values"].items()}
    most = 2**24 if kind is np.float32 else 2**31 - 2
    return {t: v for t, v in found.items() if 0 <= t <= most and float(kind(t)) == t}


def values(target: str, case: Case, steps: list[float], kind: type) -> Any:
    """The values of an array of steps."""
    function = bound(case).compile(target)
    if target == "keras":
        found = function(np.array((steps * LENGTH)[:LENGTH], kind))
        assert found.shape == (LENGTH,)
        return found[: len(steps)]
    return np.array([function(kind(t)) for t in steps], np.float32)


def within(target: str, case: Case) -> float:
    """What a value may be off by, whatever it is: optax's own schedules add and subtract as they like."""
    loose = SINGLE if "within" in case else 0.0
    if target == "optax" and combined(bound(case)).calls:
        found = [bound(case)(0), *case["values"].values()]
        return max(loose, SINGLE * max(abs(v) for v in found if math.isfinite(v)))
    return loose


@pytest.mark.parametrize("kind", [np.int32, np.float32])
@pytest.mark.parametrize(
    ("target", "case"), [pytest.param(b, *c.values, id=f"{b}-{c.id}") for b in natives() for c in cases(b)]
)
def test_values_are_those_of_the_case(target: str, case: Case, kind: type) -> None:
    expected = steps_of(case, kind)
    if expected:
        found = values(target, case, list(expected), kind)
        agree(found, [float(np.float32(v)) for v in expected.values()], SINGLE, within(target, case))


def test_every_native_target_is_a_class_or_a_function_of_a_framework() -> None:
    assert all(api.backend(name).REQUIRES for name in natives())
