"""Every schedule of Keras against its entry in the library, step by step.

Keras computes in float32 unless it is told otherwise, and on every backend but TensorFlow parts of it go on doing so.
The curves are compared in float64, with that rule lifted; what float32 does to them is asserted by itself.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from typing import Any

import pytest
from comparison import Case, agree, documented, entries, pairs, same_signature, values_of, without_entry

import symsched as ss

os.environ["KERAS_BACKEND"] = "jax"

keras = import_module("keras")

REASONS = without_entry("keras")

ROWS = pairs("keras")

FAR = (1000, 9999, 10_000, 10_001, 2**24 - 1, 2**24, 2**24 + 1)
"""Steps long after the end; float32 cannot tell the last two from each other."""


def case(row: dict[str, Any]) -> Case:
    steps = (*range(row.get("steps", 61)), *(FAR if row.get("far") else ()))
    return Case(row["keras"], row["symsched"], steps, row.get("drift", 0.0), tuple(row.get("late", ())))


CASES = [case(row) for row in ROWS]


def entry(text: str) -> str:
    """The entry that a text calls."""
    return text.partition("(")[0].removeprefix("keras.")


def schedule(framework: str) -> Any:
    return eval(framework, dict(vars(keras.optimizers.schedules)))  # noqa: S307 (a text of ours)


@pytest.fixture
def double() -> Iterator[None]:
    """Keras in float64.

    That takes its float type, 64 bits in jax, and the table by which `cos`, `floor` and `ceil` go back to 32 bits as it
    is with TensorFlow.
    """
    before = keras.config.floatx()
    table = import_module("keras.src.backend.common.dtypes").BIT64_TO_BIT32_DTYPE
    with ExitStack() as stack:
        if keras.backend.backend() == "jax":
            jax = import_module("jax")
            stack.enter_context(jax.enable_x64(True))
        keras.config.set_floatx("float64")
        stack.callback(keras.config.set_floatx, before)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setitem(table, "float64", "float64")
        yield


def compiled(framework: str) -> Any:
    """A schedule as a training step calls it: inside a compiled function, where the backend has one."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(schedule(framework))
    return schedule(framework)


def curve(case: Case) -> list[Any]:
    """A schedule at each step; one that branches is compiled first, since jax would compile a branch at every call."""
    function = compiled(case.framework) if "CosineDecay" in case.framework else schedule(case.framework)
    return [function(step) for step in case.steps]


def public() -> set[str]:
    return {n for n in vars(keras.optimizers.schedules) if not n.startswith("_")}


def test_every_schedule_has_an_entry_or_a_reason() -> None:
    assert entries("keras") | set(REASONS) == public()
    assert not entries("keras") & set(REASONS)


@pytest.mark.parametrize("name", sorted(entries("keras")))
def test_an_entry_has_the_arguments_and_defaults_of_keras(name: str) -> None:
    same_signature("keras", name, getattr(keras.optimizers.schedules, name), {"name"})


def test_every_entry_says_what_it_equals_and_is_compared() -> None:
    assert documented("keras") == []
    assert {entry(c.text) for c in CASES} == entries("keras")
    assert {entry(row["symsched"]) for row in ROWS if "sheet" in row} == entries("keras")


def test_no_pair_stands_twice() -> None:
    assert len({c.text for c in CASES}) == len(CASES) >= 100


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("case", [pytest.param(c, id=c.text) for c in CASES])
def test_keras_agrees(case: Case) -> None:
    theirs = curve(case)
    assert {str(v.dtype).rpartition(".")[2] for v in theirs} == {"float64"}
    agree(values_of(case), [float(v) for v in theirs], case)


def test_float32_drifts_from_the_exact_curve() -> None:
    theirs = compiled("CosineDecay(0.1, 10_000)")
    ours = ss.parse("keras.CosineDecay(0.1, 10_000)").compile("python")
    differences = [abs(float(theirs(step)) - ours(step)) / ours(step) for step in range(0, 10_000, 50)]
    assert 1e-5 < max(differences) < 1e-2  # towards the end, where little is left of 1 + cos
    assert max(differences[:100]) < 1e-6


def test_float32_cannot_count_above_two_to_the_24() -> None:
    theirs = compiled("PolynomialDecay(1.0, 2**25, 0.0)")
    ours = ss.parse("keras.PolynomialDecay(1, 2**25, 0)").compile("python")
    assert float(theirs(2**24 + 1)) == float(theirs(2**24))
    assert ours(2**24 + 1) == ours(2**24) - 2**-25


@pytest.mark.usefixtures("double")
def test_a_stair_can_be_late_where_jax_compiles_it() -> None:
    text = "ExponentialDecay(1.0, 49, 0.5, staircase=True)"
    theirs = schedule(text)
    ours = ss.parse("keras.ExponentialDecay(1, 49, 0.5, staircase=true)").compile("python")
    assert [ours(48), ours(49)] == [float(theirs(48)), float(theirs(49))] == [1, 0.5]
    assert float(compiled(text)(49)) == 1  # it multiplies by the rounded 1/49


@pytest.mark.usefixtures("double")
def test_cycles_that_get_shorter_are_refused_where_keras_gives_nan() -> None:
    theirs = compiled("CosineDecayRestarts(0.1, 10, 0.5)")
    assert float(theirs(19)) > 0
    assert math.isnan(float(theirs(21)))
    with pytest.raises(ss.ScheduleError, match=r"^cycles that get shorter need a count"):
        ss.parse("keras.CosineDecayRestarts(0.1, 10, 0.5)").compile("python")
