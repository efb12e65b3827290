"""Derivatives of every entry by the step and by its numbers, in torch and jax, against differences of 110 digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import exact
import numpy as np
import pytest
from calls import entries, examples
from conftest import backends

import symsched as ss
from symsched.nodes import Argument, Call, Number
from symsched.syntax import parse_program

EXAMPLES = examples()
WIDTH, MOVE = Fraction(1, 2**80), Fraction(1, 2**115)
"""How far apart the steps of a difference are, and how far a number is moved: so little that no boundary is passed."""

SIDE = Fraction(1, 2**6)
"""How far to the sides of a boundary the derivative is taken, beside the boundary itself."""

POINTS, MORE = 40, 300
"""Steps where derivatives are compared with the exact ones, and steps where those of the frameworks are alone."""

RELATIVE, ABSOLUTE = 1e-9, 1e-8
"""How far a derivative may be from the exact one: relative to it, and to the largest at the steps that are drawn."""

SINGULAR, RANGE, NOTHING = 1e6, 1e300, 1e-20
"""So many times larger than elsewhere, or so large, it is infinite; where it is so small, a difference of zeros."""

CURVED = {"shape.bezier", "shape.ease", "shape.ease_in", "shape.ease_out", "shape.ease_in_out"}
"""Curves that are found by a search: one step of Newton's method makes their first derivatives right after step 0.

Their second ones are not, and at step 0 all are 0.
"""

BETWEEN = {"diffusion_cosine": 1e-6}
"""How far frameworks may be from each other, where angles near a quarter turn leave them fewer digits."""

HELD = {"megatron.get_lr": 400, "torchtitan.linear_warmup_stable_decay": 200}
"""Steps at which a piece holds that has no length. The derivative is that of this piece, 0."""


@dataclass(frozen=True)
class Case:
    """An entry whose numbers are parameters, their values, and where it is differentiated."""

    schedule: ss.Schedule
    numbers: dict[str, float]
    corners: tuple[Fraction, ...]
    drawn: tuple[Fraction, ...]
    more: tuple[Fraction, ...]

    @property
    def steps(self) -> tuple[Fraction, ...]:
        """Those with exact derivatives first."""
        return self.corners + self.drawn + self.more


def opened(entry: str) -> tuple[str, dict[str, float]]:
    """The example of an entry with a name for each of its numbers that may be one."""
    text, numbers = EXAMPLES[entry], {}
    call = parse_program(text).expression
    given = call.arguments if isinstance(call, Call) else ()
    for i, argument in reversed(list(enumerate(given))):
        if not isinstance(argument.value, Number) or not _is_smooth(entry, argument, i):
            continue
        begin, end = argument.value.span
        named = f"{text[:begin]}p{i}{text[end:]}"
        try:
            ss.parse(named)
        except ss.ScheduleError:
            continue
        text, numbers[f"p{i}"] = named, _binary(argument.value.value)
    return text, {p.name: numbers[p.name] for p in ss.parse(text).parameters}


def _binary(value: Fraction) -> float:
    """A number near a decimal one that float64 and fractions compute with alike."""
    return float(value if value.denominator == 1 else Fraction(max(round(value * 1024), 1), 1024))


def _is_smooth(entry: str, argument: Argument, position: int) -> bool:
    """Whether a parameter takes numbers other than whole ones."""
    if entry.startswith("shape."):
        return True
    parameters = {p.name: p for p in entries()[entry].parameters}
    parameter = parameters[argument.name] if argument.name else [*parameters.values()][: position + 1][-1]
    return parameter.kind in ("", "value", "number", "ratio", "duration")


@lru_cache(maxsize=8)
def case(entry: str) -> Case:
    text, numbers = opened(entry)
    schedule = ss.parse(text)
    bound = schedule.bind(**numbers)
    ends = [*bound.breakpoints, *([] if bound.duration is None else [bound.duration])]
    corners = [Fraction(int(b.p), int(b.q)) for b in ends if b.is_Rational]
    corners = sorted({Fraction(100), Fraction(1000), *(c for c in corners if c < 2**20)})[:8]
    last = int(max(corners))
    drawn = np.random.default_rng(list(entry.encode()))
    steps = [corner + side for corner in corners for side in (-SIDE, Fraction(0), SIDE)]
    steps = [*(step for step in steps if step > 0), Fraction(0), SIDE, Fraction(10 * last), Fraction(10**6)]
    count = max(POINTS - len(steps), 8)
    inside = tuple(Fraction(k, 64) for k in drawn.integers(96 * last, size=count + MORE).tolist())
    return Case(schedule, numbers, tuple(steps), inside[:count], inside[count:])


# The exact derivatives


class Differences:
    """Differences of the exact value to one side of a point."""

    def __init__(self, case: Case, step: Fraction, side: int) -> None:
        self.case, self.step, self.width = case, step, side * WIDTH
        self.known: dict[tuple[int, str], Any] = {}

    def value(self, moves: int, moved: str = "") -> Any:
        """The value so many widths beside the step, with one number moved."""
        if (moves, moved) not in self.known:
            numbers = {name: Fraction(x) for name, x in self.case.numbers.items()}
            if moved:
                numbers[moved] += MOVE
            found = exact.value(self.case.schedule.expr, self.step + moves * self.width, numbers)
            self.known[moves, moved] = exact.number(found)
        return self.known[moves, moved]

    def of(self, name: str) -> Any:
        """The derivative called `t`, `tt`, by a parameter, or by `t` and a parameter."""
        f, width, move = self.value, exact.number(self.width), exact.number(MOVE)
        if name == "t":
            return (f(2) - f(1)) / width
        if name == "tt":
            return (f(3) - 2 * f(2) + f(1)) / width**2
        if name.startswith("t "):
            moved = name[2:]
            return (f(2, moved) - f(1, moved) - f(2) + f(1)) / (width * move)
        return (f(1, name) - f(1)) / move


# What the frameworks compute


def by_torch(case: Case) -> dict[str, list[float]]:
    import torch

    steps = torch.tensor([float(s) for s in case.steps], dtype=torch.float64, requires_grad=True)
    numbers = {n: torch.full_like(steps, x, requires_grad=True) for n, x in case.numbers.items()}
    inputs = [steps, *numbers.values()]

    def gradients(value: Any) -> list[Any]:
        if not value.requires_grad:
            return [torch.zeros_like(steps) for _ in inputs]
        found = torch.autograd.grad(value.sum(), inputs, create_graph=True, allow_unused=True)
        return [torch.zeros_like(steps) if g is None else g for g in found]

    first = gradients(case.schedule.compile("torch")(steps, **numbers))
    second = gradients(first[0])
    return _named(case, [g.tolist() for g in first], [g.tolist() for g in second])


def by_jax(case: Case) -> dict[str, list[float]]:
    import jax

    with jax.enable_x64(True), jax.disable_jit():
        steps = jax.numpy.array([float(s) for s in case.steps])
        numbers = {n: jax.numpy.full_like(steps, x) for n, x in case.numbers.items()}
        function = case.schedule.compile("jax")

        def gradients(*inputs: Any) -> tuple[Any, ...]:
            def total(*inputs: Any) -> Any:
                return function(inputs[0], **dict(zip(numbers, inputs[1:], strict=True))).sum()

            found: tuple[Any, ...] = jax.grad(total, argnums=tuple(range(len(inputs))))(*inputs)
            return found

        inputs = (steps, *numbers.values())
        along = (jax.numpy.ones_like(steps), *map(jax.numpy.zeros_like, numbers.values()))
        first, second = jax.jvp(gradients, inputs, along)
    return _named(case, [g.tolist() for g in first], [g.tolist() for g in second])


def _named(case: Case, first: list[list[float]], second: list[list[float]]) -> dict[str, list[float]]:
    names = list(case.numbers)
    by_step = dict(zip(["tt", *(f"t {n}" for n in names)], second, strict=True))
    return dict(zip(["t", *names], first, strict=True)) | by_step


FRAMEWORKS: dict[str, Callable[[Case], dict[str, list[float]]]] = {"torch": by_torch, "jax": by_jax}


@lru_cache(maxsize=8)
def derivatives(entry: str, framework: str) -> dict[str, list[float]]:
    """What a framework computes at all steps of an entry."""
    return FRAMEWORKS[framework](case(entry))


@lru_cache(maxsize=32)
def truth(entry: str, name: str) -> list[Any]:
    """The derivative to the right of each step."""
    return [d.of(name) for d in _rightwards(entry)]


@lru_cache(maxsize=8)
def _rightwards(entry: str) -> list[Differences]:
    return [Differences(case(entry), step, 1) for step in case(entry).corners + case(entry).drawn]


def wrong(entry: str, found: dict[str, list[float]]) -> Iterator[str]:
    """Derivatives that are not those of either side."""
    steps, count = case(entry).steps, len(case(entry).drawn)
    for name, values in found.items():
        right = truth(entry, name)
        size = max(map(abs, right[-count:]))
        for step, value, wanted in zip(steps, values, right, strict=False):
            if not _is_near(value, wanted, size):
                left = Differences(case(entry), step, -1).of(name) if step > 0 else wanted
                if not _is_near(value, left, size):
                    yield f"d/d{name} at {float(step)} is {value}, not {float(wanted)} or {float(left)}"


def _is_near(value: float, wanted: Any, size: Any) -> bool:
    """Whether a derivative is right, or finite where the exact one is infinite."""
    if abs(wanted) > RANGE:
        return True
    if abs(wanted) > SINGULAR * size and abs(wanted) > NOTHING:
        return math.isfinite(value)
    return bool(abs(value - wanted) <= RELATIVE * abs(wanted) + ABSOLUTE * size + NOTHING)


@pytest.fixture(scope="module", params=EXAMPLES)
def entry(request: pytest.FixtureRequest) -> str:
    """An entry; of this scope, so that all tests of one entry follow each other and share its exact derivatives."""
    return str(request.param)


@pytest.fixture(params=[name for name in backends() if name in FRAMEWORKS])
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_derivatives_are_those_of_the_formula(entry: str, framework: str) -> None:
    off = list(wrong(entry, derivatives(entry, framework)))
    if entry in CURVED:
        known = [line for line in off if line.startswith(("d/dtt ", "d/dt p")) or " at 0.0 is 0.0," in line]
        assert known, "a shortfall that is mended is struck off"
        off = [line for line in off if line not in known]
    if entry in HELD:
        known = [line for line in off if f" at {HELD[entry]}.0 is " in line]
        assert known, "a shortfall that is mended is struck off"
        off = [line for line in off if line not in known]
    assert off == []


def test_frameworks_have_one_derivative(entry: str) -> None:
    """About 100,000 steps in all."""
    one, *others = (derivatives(entry, name) for name in backends() if name in FRAMEWORKS)
    for other in others:
        for name, values in one.items():
            drawn = np.array([values, other[name]])[:, -MORE:]
            size = np.max(np.abs(drawn[np.isfinite(drawn)]), initial=0.0)
            np.testing.assert_allclose(
                *drawn, rtol=BETWEEN.get(entry, RELATIVE), atol=ABSOLUTE * size + NOTHING, err_msg=name
            )
            assert not np.isnan(drawn).any(), name


@pytest.mark.parametrize("name", ["onecycle", "cosine_restarts", "shape.circle", "inverse_sqrt", "eden", "wsd"])
def test_a_compiled_gradient_is_the_same(name: str) -> None:
    import jax

    function, numbers = case(name).schedule.compile("jax"), case(name).numbers
    with jax.enable_x64(True):
        steps = jax.numpy.array([float(s) for s in case(name).steps])
        gradient = jax.jit(jax.vmap(jax.grad(lambda step: function(step, **numbers))))
        found = gradient(steps).tolist()
    assert list(wrong(name, {"t": found})) == []
