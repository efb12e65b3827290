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
from itertools import product
from typing import Any

import pytest
from comparison import Case, agree, call, documented, entries, same_signature, values_of

import symsched as ss

os.environ["KERAS_BACKEND"] = "jax"

keras = import_module("keras")

SCHEDULES = "keras.optimizers.schedules"

REASONS = {
    "LearningRateSchedule": "the base class",
    "serialize": "works on schedule objects",
    "deserialize": "works on schedule objects",
}
"""What has no entry, and why."""

FAR = (1000, 9999, 10_000, 10_001, 2**24 - 1, 2**24, 2**24 + 1)
"""Steps long after the end; float32 cannot tell the last two from each other."""


def case(
    name: str, *arguments: Any, drift: float = 0.0, late: tuple[int, ...] = (), far: bool = True, **options: Any
) -> Case:
    steps = (*range(61), *(FAR if far else ()))
    framework = call(f"{SCHEDULES}.{name}", arguments, options, symsched=False)
    return Case(framework, call(f"keras.{name}", arguments, options, symsched=True), steps, drift, late)


def exponential() -> Iterator[Case]:
    for steps, rate, staircase in product((1, 10, 49, 2.5), (0.5, 0.96, 1.0), (False, True)):
        yield case("ExponentialDecay", 0.1, steps, rate, staircase, far=False)
    yield case("ExponentialDecay", 0.1, decay_steps=100_000, decay_rate=0.96, staircase=True)
    yield case("ExponentialDecay", 0.1, decay_steps=100_000, decay_rate=0.96)
    yield case("ExponentialDecay", 1e-7, 20, 1.5, far=False)
    yield case("ExponentialDecay", 0.1, 10, 0.0)
    yield case("ExponentialDecay", 0.1, 10, 0.0, True)


def piecewise() -> Iterator[Case]:
    yield case("PiecewiseConstantDecay", [100_000, 110_000], [1.0, 0.5, 0.1])
    yield case("PiecewiseConstantDecay", boundaries=[10, 20], values=[1.0, 0.5, 0.1])
    for boundaries in ([0], [1], [10], [-1], [1000], [2**24]):
        yield case("PiecewiseConstantDecay", boundaries, [0.1, 0.01])
    for boundaries in ([0, 1], [9, 10], [-1, 0], [5, 60]):
        yield case("PiecewiseConstantDecay", boundaries, [0.1, 1.0, 0.0])
    yield case("PiecewiseConstantDecay", [1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0, 5.0])
    yield case("PiecewiseConstantDecay", [2.5, 7.5], [1.0, 0.5, 0.25])


def polynomial() -> Iterator[Case]:
    for steps, power, cycle in product((1, 10, 37), (1.0, 2.0, 0.5), (False, True)):
        yield case("PolynomialDecay", 0.1, steps, power=power, cycle=cycle)
    yield case(
        "PolynomialDecay", 0.1, 49, power=0.5, cycle=True, drift=1e-14
    )  # the root of what is left of 1 - t/length
    for end, cycle in product((0.0, 0.01, 0.2), (False, True)):
        yield case("PolynomialDecay", 0.1, 10, end, 1.5, cycle)
    yield case("PolynomialDecay", 0.1, 10)
    yield case("PolynomialDecay", 0.1, 10, 0.0)
    yield case("PolynomialDecay", 0.1, 10, power=0.0)
    yield case("PolynomialDecay", 0.1, 10_000, 0.01, power=0.5)


def inverse_time() -> Iterator[Case]:
    for steps, rate, staircase in product((1, 10, 49, 2.5), (0.5, 1.0), (False, True)):
        yield case("InverseTimeDecay", 0.1, steps, rate, staircase)
    yield case("InverseTimeDecay", 0.1, decay_steps=10, decay_rate=0.0)


def cosine() -> Iterator[Case]:
    for steps, alpha in product((1, 2, 10, 37), (0.0, 0.1, 1.0)):
        yield case("CosineDecay", 0.1, steps, alpha)
    for steps, warmup, alpha in product((1, 6, 37), (0, 1, 4), (0.0, 0.1)):
        yield case("CosineDecay", 0.0, steps, alpha, warmup_target=1.0, warmup_steps=warmup)
    yield case("CosineDecay", 0.5, 10, warmup_target=0.1, warmup_steps=5)
    yield case("CosineDecay", 0.01, 10, 2.0, warmup_target=0.1, warmup_steps=5)
    yield case("CosineDecay", 0.1, 10, warmup_steps=5)
    yield case("CosineDecay", 0.1, decay_steps=10_000, drift=1e-16)  # 1 + cos loses digits where cos is nearly -1


def restarts() -> Iterator[Case]:
    for t_mul, m_mul, alpha in product((1.0, 1.5, 2.0), (1.0, 0.5), (0.0, 0.1)):
        yield case("CosineDecayRestarts", 0.1, 10, t_mul, m_mul, alpha, far=False)
    yield case("CosineDecayRestarts", 0.1, 10, far=False)
    yield case("CosineDecayRestarts", 0.1, 1, 1.0, far=False)
    yield case("CosineDecayRestarts", 0.1, 1, 2.0, far=False, late=(7,))  # log(8)/log(2) is below 3
    yield case("CosineDecayRestarts", 0.1, 7, 3.0, 0.9, far=False)
    yield case("CosineDecayRestarts", 0.1, first_decay_steps=4, t_mul=1.0, m_mul=1.1, alpha=0.5, far=False)
    yield case("CosineDecayRestarts", 0.1, 1, 5.0, far=False)


CASES = [*exponential(), *piecewise(), *polynomial(), *inverse_time(), *cosine(), *restarts()]
"""Each a pair of texts: in Keras, and in symsched."""


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


def compiled(schedule: Any) -> Any:
    """A schedule as a training step calls it: inside a compiled function, where the backend has one."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(schedule)
    return schedule


def curve(case: Case) -> list[Any]:
    """A schedule at each step; one that branches is compiled first, since jax would compile a branch at every call."""
    schedule = eval(case.framework, {"keras": keras})  # noqa: S307 (a text of this file)
    function = compiled(schedule) if "CosineDecay" in case.framework else schedule
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
    assert {c.text.partition("(")[0].removeprefix("keras.") for c in CASES} == entries("keras")


def test_no_pair_stands_twice() -> None:
    assert len({c.text for c in CASES}) == len(CASES) >= 100


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("case", [pytest.param(c, id=c.text) for c in CASES])
def test_keras_agrees(case: Case) -> None:
    theirs = curve(case)
    assert {str(v.dtype).rpartition(".")[2] for v in theirs} == {"float64"}
    agree(values_of(case), [float(v) for v in theirs], case)


def test_float32_drifts_from_the_exact_curve() -> None:
    text = f"{SCHEDULES}.CosineDecay(0.1, 10_000)"
    theirs = compiled(eval(text, {"keras": keras}))  # noqa: S307
    ours = ss.parse("keras.CosineDecay(0.1, 10_000)").compile("python")
    differences = [abs(float(theirs(step)) - ours(step)) / ours(step) for step in range(0, 10_000, 50)]
    assert 1e-5 < max(differences) < 1e-2  # towards the end, where little is left of 1 + cos
    assert max(differences[:100]) < 1e-6


def test_float32_cannot_count_above_two_to_the_24() -> None:
    text = f"{SCHEDULES}.PolynomialDecay(1.0, 2**25, 0.0)"
    theirs = compiled(eval(text, {"keras": keras}))  # noqa: S307
    ours = ss.parse("keras.PolynomialDecay(1, 2**25, 0)").compile("python")
    assert float(theirs(2**24 + 1)) == float(theirs(2**24))
    assert ours(2**24 + 1) == ours(2**24) - 2**-25


@pytest.mark.usefixtures("double")
def test_a_stair_can_be_late_where_jax_compiles_it() -> None:
    text = "ExponentialDecay(1.0, 49, 0.5, staircase=True)"
    schedule = eval(f"{SCHEDULES}.{text}", {"keras": keras})  # noqa: S307
    ours = ss.parse("keras.ExponentialDecay(1, 49, 0.5, staircase=true)").compile("python")
    assert [ours(48), ours(49)] == [float(schedule(48)), float(schedule(49))] == [1, 0.5]
    assert float(compiled(schedule)(49)) == 1  # it multiplies by the rounded 1/49


@pytest.mark.usefixtures("double")
def test_cycles_that_get_shorter_are_refused_where_keras_gives_nan() -> None:
    theirs = compiled(eval(f"{SCHEDULES}.CosineDecayRestarts(0.1, 10, 0.5)", {"keras": keras}))  # noqa: S307
    assert float(theirs(19)) > 0
    assert math.isnan(float(theirs(21)))
    with pytest.raises(ss.ScheduleError, match=r"^cycles that get shorter need a count"):
        ss.parse("keras.CosineDecayRestarts(0.1, 10, 0.5)").compile("python")
