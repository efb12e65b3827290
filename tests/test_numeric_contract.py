"""The numeric contract: what every entry of the library is worth on every backend, against 50 digits."""

from __future__ import annotations

import math
import tomllib
import warnings
from bisect import bisect_right
from contextlib import nullcontext
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import exact
import numpy as np
import pytest
from calls import variants
from conftest import arrays_of

import symsched as ss

EXAMPLES = variants()
FAR = (10**6 + 7, 2**24 + 1, 2**31 - 2)
"""Steps far past the end; the last two are no float32, and the last that int32 can count on from."""

EXACT_STEPS = 2**53
"""The last step that float64 counts to."""

ULP, ULP_PLAIN = 4.0, 1.0
PLAIN = {"constant", "linear", "staircase", "triangular", "triangle_wave", "multistep", "halving", "sawtooth"}
"""Entries whose formula is a line, a triangle or stairs."""

GROUPS = tomllib.loads((Path(__file__).parent / "contract" / "shortfalls.toml").read_text("ascii"))
SHORTFALLS: dict[str, float] = {name: ulp for group in GROUPS["shortfall"] for name, ulp in group["ulp"].items()}
"""What is further away, by how many units in the last place: an entry, or an entry `on` a backend."""

INEXACT: set[str] = {f"{name} at {step}" for name, steps in GROUPS["inexact"].items() for step in steps}
"""Ends of stages that are not met."""


@pytest.fixture(scope="module", params=EXAMPLES)
def entry(request: pytest.FixtureRequest) -> str:
    """An entry; of this scope, so that all tests of one entry follow each other and share what it compiles."""
    return str(request.param)


def bound(entry: str, backend: str, digits: int = 53) -> float:
    """How far a value may be from the exact one, in units in the last place of floats with so many binary digits.

    What float64 misses is less in a float32; there it is rounded once.
    """
    wide = SHORTFALLS.get(f"{entry} on {backend}") or SHORTFALLS.get(entry) or (ULP_PLAIN if entry in PLAIN else ULP)
    return wide if digits == 53 else max(1.0, 0.5 + wide * 2.0 ** (digits - 53))


def corners(schedule: ss.Schedule) -> list[Fraction]:
    """The steps at which one stage ends and the next begins."""
    places = [*schedule.breakpoints, *([] if schedule.duration is None else [schedule.duration])]
    return [Fraction(int(b.p), int(b.q)) for b in places if b.is_Rational]


@lru_cache(maxsize=8)
def curve(entry: str) -> tuple[ss.Schedule, list[int], list[Any]]:
    """An entry's example, whole steps of every class, and the exact values there."""
    schedule = ss.parse(EXAMPLES[entry])
    places = [math.floor(place) for place in corners(schedule)]
    last = max([1000, *(place for place in places if place < 10**5)])
    drawn = np.random.default_rng(list(entry.encode()))
    steps = {0, 1, 2, 3, *FAR, *(place + k for place in places for k in (-2, -1, 0, 1, 2))}
    steps |= {*drawn.integers(last, size=40).tolist(), *drawn.integers(3 * last, size=10).tolist()}
    row = [*sorted(step for step in steps if 0 <= step < 2**31 - 1), EXACT_STEPS]
    return schedule, row, [exact.number(exact.value(schedule.expr, Fraction(step))) for step in row]


ROW = 128
"""Rows of steps have a multiple of this length, since jax compiles once for each shape."""


def computed(schedule: ss.Schedule, backend: str, steps: list[int], dtype: str, jit: bool = False) -> np.ndarray:
    """The values of a backend; one that works on numbers alone computes in float64."""
    function, arrays = schedule.compile(backend), arrays_of(backend)
    if arrays is None:
        return np.array([function(step) for step in steps])
    with arrays.wide() if dtype.endswith("64") else nullcontext():
        given = arrays.make(np.resize(np.array(steps, dtype), ROW * math.ceil(len(steps) / ROW)))
        return np.asarray(_jitted(function)(given) if jit else function(given))[: len(steps)]


def _jitted(function: Any) -> Any:
    import jax

    return jax.jit(function)


def errors(found: np.ndarray, true: list[Any], kind: type, flushed: bool = False) -> list[float]:
    """How far values are from the exact ones, in units in the last place of a dtype.

    XLA replaces numbers below the smallest normal one by 0: with `flushed` that is no error.
    """
    result = []
    for value, wanted in zip(found.astype(np.float64).tolist(), true, strict=True):
        size, info = abs(wanted), np.finfo(kind)
        if math.isnan(value):
            result.append(math.inf)
        elif math.isinf(value) or size > info.max:
            result.append(0.0 if math.isinf(value) and size > info.max * (1 - info.epsneg) else math.inf)
        elif flushed and value == 0 and size < info.tiny:
            result.append(0.0)
        else:
            result.append(float(abs(exact.mp.mpf(value) - wanted) / float(np.spacing(kind(float(size))))))
    return result


def worst(entry: str, backend: str, dtype: str, jit: bool = False) -> tuple[float, int]:
    """The largest error of an entry, and its step."""
    schedule, steps, true = curve(entry)
    if dtype != "float64":
        kept = [i for i, step in enumerate(steps) if np.array(step).astype(dtype).item() == step]
        steps, true = [steps[i] for i in kept], [true[i] for i in kept]
    found = computed(schedule, backend, steps, dtype, jit)
    kind = np.float64 if found.dtype == np.float64 else np.float32
    return max(zip(errors(found, true, kind, flushed=backend == "jax"), steps, strict=True))


# Values


def test_a_value_is_near_the_exact_one(entry: str, backend: str) -> None:
    error, step = worst(entry, backend, "float64")
    assert error <= bound(entry, backend), f"{error:.3g} units in the last place at step {step}"


def test_a_float32_is_rounded_once(entry: str, backend: str) -> None:
    dtype = "int32" if backend == "jax" else "float32"
    digits = 53 if arrays_of(backend) is None else 24
    for jit in (False, True) if backend == "jax" else (False,):
        error, step = worst(entry, backend, dtype, jit)
        assert error <= bound(entry, backend, digits), f"{error:.3g} units in the last place at step {step}, {jit=}"


def test_a_shortfall_that_is_mended_is_struck_off() -> None:
    found = {}
    for name in SHORTFALLS:
        entry, _, backend = name.partition(" on ")
        found[name] = worst(entry, backend or "python", "float64")[0]
    assert {name: error for name, error in found.items() if error < min(SHORTFALLS[name], 1e9) / 4} == {}


def test_an_end_that_is_mended_is_struck_off() -> None:
    found = {}
    for name, steps in GROUPS["inexact"].items():
        schedule = ss.parse(EXAMPLES[name])
        found[name] = [s for s in steps if schedule(s) != float(exact.value(schedule.expr, Fraction(s)))]
    assert found == GROUPS["inexact"]


def test_ends_of_stages_are_exact(entry: str, backend: str) -> None:
    schedule = ss.parse(EXAMPLES[entry])
    places = sorted({int(place) for place in corners(schedule) if place.denominator == 1 and place < 2**24})
    wanted = {place: exact.value(schedule.expr, Fraction(place)) for place in places}
    rational = {place: value for place, value in wanted.items() if isinstance(value, Fraction)}
    for dtype in ("float64", "float32"):
        kind = np.dtype(dtype if arrays_of(backend) else "float64").type
        found = computed(schedule, backend, list(rational), dtype) if rational else []
        off = {
            place: float(value)
            for (place, value), number in zip(rational.items(), found, strict=True)
            if number != kind(float(value)) and f"{entry} at {place}" not in INEXACT
        }
        assert off == {}, dtype


SHAPES = [path for path in EXAMPLES if path.startswith("shape.")]
PAIRS = [
    ("0.9", "0.08", 7), ("0.8", "0.1121", 1), ("0.926976", "0.08", 12345), ("0.29", "0.8531112", 100),
    ("1e-3", "1e-7", 999), ("0.2347", "0.361654", 10**4), ("0.7", "0.1", 3), ("0.0312", "0.49", 100),
    ("0.4", "0.7", 999), ("3e-4", "0.3", 50),
]  # fmt: skip
"""Two ends and a length."""


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("ramp", ["rise", "fall"])
def test_a_ramp_meets_both_ends(ramp: str, shape: str) -> None:
    call = EXAMPLES[shape].removeprefix("rise(").partition(", 0.1, 1")[0]
    missed = set()
    for start, end, steps in PAIRS:
        schedule = ss.parse(f"{ramp}({call}, {start}, {end}, {steps})")
        missed |= {"start"} if schedule(0) != float(start) else set()
        missed |= {"end"} if schedule(steps) != float(end) else set()
    assert missed == (set() if ramp == "rise" or shape in GROUPS["starts"]["met"] else {"start"})


# Restarts


@pytest.mark.parametrize("length", [1, 7, 10])
@pytest.mark.parametrize("stretch", ["1.5", "2", "3", "7", "10"])
def test_every_cycle_begins_on_time(stretch: str, length: int, backend: str) -> None:
    """The cycle is read off a value that doubles with each, at every whole step beside a boundary, up to 2**53."""
    schedule = ss.parse(f"repeat(hold({length}, 1), stretch={stretch}, scale=2)")
    factor, begins = Fraction(stretch), [Fraction(0)]
    while begins[-1] < EXACT_STEPS:
        begins.append(begins[-1] + length * factor ** (len(begins) - 1))
    near = {math.ceil(begin) + k for begin in begins for k in (-1, 0)}
    for dtype, end in (("float64", EXACT_STEPS), ("int32", 2**31 - 2)):
        steps = sorted(step for step in near if 0 <= step <= end)
        cycles = [bisect_right(begins, step) - 1 for step in steps]
        found = np.log2(computed(schedule, backend, steps, dtype).astype(np.float64))
        assert dict(zip(steps, found.tolist(), strict=True)) == dict(zip(steps, cycles, strict=True)), dtype


# Every step


def test_a_value_too_large_for_float32_is_infinite(backend: str) -> None:
    schedule, steps = ss.parse("1e30*t"), [1, 10**6, 10**9]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = computed(schedule, backend, steps, "int32" if backend == "jax" else "float32")
    assert math.isinf(found[2]) == (found.dtype == np.float32)


ANY = [0.0, -0.0, 5e-324, 1e-300, 0.3, 1.5, 99.999, 199.5, 1000.5, 1e6 + 0.5, 2.0**53, 2.0**63, 1e40, 1e100, 1.7e308]
BEFORE = [-1e-300, -1.0, -5.5, -1e9]


def test_every_step_has_a_value(entry: str, backend: str) -> None:
    schedule = ss.parse(EXAMPLES[entry])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = computed(schedule, backend, ANY + BEFORE, "float64").tolist()
    assert [step for step, value in zip(ANY + BEFORE, values, strict=True) if math.isnan(value)] == []
    assert set(values[len(ANY) :]) == {values[0]}


@pytest.mark.parametrize("source", ["0.9**t", "0.9999**t", "0.9999999**t", "exp(-t/300)", "0.3**(t/700)"])
def test_a_decay_starts_at_1_and_is_0_in_the_limit(source: str, backend: str) -> None:
    steps = [0.0, 0.25, 0.5, 1.0, 1.5, 1e3, 1e3 + 2.0**-10, 1e6, 1e12, 1e300, math.inf]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = computed(ss.parse(source), backend, steps, "float64").tolist()
    assert (values[0], values[-1]) == (1.0, 0.0)
    assert values == sorted(values, reverse=True)


# Shapes and dtypes

FORMS = [
    "constant", "cosine", "multistep", "repeat", "cosine_restarts", "keyframes", "shape.bezier", "radam", "where",
    "sine_wave", "triangular", "jumps", "wsd", "join", "min",
]  # fmt: skip
"""Entries whose texts use each of the helpers that a backend prints."""


@pytest.mark.parametrize("entry", FORMS)
def test_an_array_keeps_its_shape(entry: str, backend: str) -> None:
    schedule, arrays = ss.parse(EXAMPLES[entry]), arrays_of(backend)
    function = schedule.compile(backend)
    steps = np.array([700, 0, 31, 31, 5, 1999, 2**20, 99, 0, -3, 100, 64])
    numbers = [function(step) for step in steps.tolist()]
    assert {type(number) for number in numbers} == {float}
    assert [function(float(step)) for step in steps.tolist()] == numbers
    if arrays is None:
        return
    known = dict(zip(steps.tolist(), numbers, strict=True))
    for view in (steps, steps.reshape(2, 3, 2), steps[::3], steps.reshape(3, 4).T, np.asarray(steps[5]), steps[:0]):
        found = function(arrays.make(view))
        expected = np.array([known[step] for step in view.ravel().tolist()]).reshape(view.shape)
        assert str(found.dtype).endswith(arrays.default)
        assert tuple(found.shape) == view.shape
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-15 if arrays.default == "float64" else 1e-7)


@pytest.mark.parametrize("entry", FORMS)
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "float16", "float32"])
def test_a_float_keeps_its_dtype_and_an_integer_gets_the_default(entry: str, dtype: str, backend: str) -> None:
    arrays = arrays_of(backend)
    if arrays is None:
        return
    schedule, steps = ss.parse(EXAMPLES[entry]), [0, 1, 5, 100, 127]
    found = computed(schedule, backend, steps, dtype)
    assert found.dtype.name == (dtype if dtype.startswith("float") else arrays.default)
    expected = [schedule(step) for step in steps]
    np.testing.assert_allclose(found, np.array(expected, found.dtype), rtol=max(1e-13, np.finfo(found.dtype).eps))
