"""Long chains, which the targets for arrays print as tables: values, order, types and gradients."""

from __future__ import annotations

import math
import random
from importlib import import_module
from itertools import accumulate, pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import cos, mpf, pi

import symsched as ss

mpmath.mp.dps = 40
torch = import_module("torch")
jax = import_module("jax")

SHAPES = {
    "linear": lambda u: u,
    "cosine": lambda u: (1 - cos(pi * u)) / 2,
    "poly(2)": lambda u: u**2,
    "smoothstep": lambda u: u**2 * (3 - 2 * u),
}
"""What a rise of each shape goes through, by hand."""


class Chain:
    """A chain of rises and holds between random values, and its value by hand."""

    def __init__(self, shapes: list[str], count: int, longest: int = 200, shortest: int = 1) -> None:
        chance = random.Random(f"{shapes} {count}")  # noqa: S311 (no secret)
        levels = [chance.randrange(1, 1000) for _ in range(count + 1)]
        self.lengths = [chance.randrange(shortest, longest) for _ in range(count)]
        self.shapes = [chance.choice(shapes) for _ in range(count)]
        self.levels = [
            (mpf(a) / 1000, mpf(b if shape != "hold" else a) / 1000)
            for shape, (a, b) in zip(self.shapes, pairwise(levels), strict=True)
        ]
        parts = zip(self.shapes, pairwise(levels), self.lengths, strict=True)
        self.text = " >> ".join(
            f"hold({n}, {a}/1000)" if shape == "hold" else f"rise({shape}, {a}/1000, {b}/1000, {n})"
            for shape, (a, b), n in parts
        )
        self.begins = [0, *accumulate(self.lengths)]

    def __call__(self, step: float) -> Any:
        i = sum(end <= step for end in self.begins[1:])
        if i == len(self.lengths):
            return self.levels[-1][1]
        start, end = self.levels[i]
        passed = (mpf(max(step, 0)) - self.begins[i]) / self.lengths[i]
        return start if self.shapes[i] == "hold" else start + (end - start) * SHAPES[self.shapes[i]](passed)

    def steps(self) -> list[int]:
        around = {b + d for b in self.begins for d in (-1, 0, 1)}
        return sorted(around | {self.begins[-1] * 3, 2**40, -5} | set(range(0, min(self.begins[-1], 100_000), 7)))


CHAINS = {
    "linear": Chain(["linear"], 40),
    "cosine": Chain(["cosine"], 40),
    "waves too many to be halved": Chain(["cosine"], 90),
    "polynomials": Chain(["poly(2)"], 20),
    "two forms": Chain(["linear", "cosine"], 40),
    "holds between": Chain(["linear", "hold"], 40),
    "forms too many for a table": Chain(["linear", "cosine", "poly(2)", "smoothstep", "hold"], 40),
    "ends far apart": Chain(["linear"], 12, longest=10**9),
    "many": Chain(["linear"], 400),
    "ends where buckets begin": Chain(["linear"], 12, shortest=16, longest=17),
}


def values(target: str, chain: Chain, steps: Any) -> Any:
    function = ss.parse(chain.text).compile(target)
    if target == "torch":
        return function(torch.tensor(steps)).double().numpy()
    with jax.enable_x64(True):
        return np.asarray(function(jax.numpy.asarray(steps) if target == "jax" else np.asarray(steps)))


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_has_the_values_of_its_ramps(name: str, target: str) -> None:
    chain = CHAINS[name]
    steps = chain.steps()
    exact = np.array([float(chain(step)) for step in steps])
    # torch gives whole steps its default type, float32
    tolerance = 2.0**-24 if target == "torch" else 4e-15
    np.testing.assert_allclose(values(target, chain, steps), exact, rtol=tolerance)
    np.testing.assert_allclose(values(target, chain, np.array(steps, np.float64)), exact, rtol=4e-15)


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
@pytest.mark.parametrize("name", [*CHAINS, "few"])
def test_order_and_number_of_steps_change_no_value(name: str, target: str) -> None:
    """Steps in order take another path than others where they are many."""
    chain = {**CHAINS, "few": Chain(["linear", "cosine"], 3)}[name]
    ordered = np.linspace(-10, 1.1 * chain.begins[-1], 30_000).astype(np.int64)
    shuffled = np.random.default_rng(0).permutation(ordered.size)
    whole = values(target, chain, ordered)
    for other in (shuffled, np.arange(ordered.size)[::-1]):
        np.testing.assert_array_max_ulp(values(target, chain, ordered[other]), whole[other], 2)
    for part in (slice(0, 0), slice(0, 1), slice(5000, 5003)):
        np.testing.assert_array_max_ulp(values(target, chain, ordered[part]), whole[part], 2)
    block = ordered.reshape(10, 30, 100).transpose(2, 0, 1)
    np.testing.assert_array_max_ulp(values(target, chain, block), whole.reshape(10, 30, 100).transpose(2, 0, 1), 2)


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
@pytest.mark.parametrize("name", ["linear", "ends far apart", "ends where buckets begin"])
def test_steps_without_end_have_the_last_value(name: str, target: str) -> None:
    chain = CHAINS[name]
    found = values(target, chain, np.array([1e300, math.inf, 2.0**63, -math.inf, float(chain.begins[-1])]))
    last, first = float(chain.levels[-1][1]), float(chain.levels[0][0])
    assert found.tolist() == [last, last, last, first, last]


@pytest.mark.parametrize("name", ["linear", "cosine", "holds between"])
def test_slopes_are_those_of_the_stage(name: str) -> None:
    chain = CHAINS[name]
    inside = [begin + length / 3 for begin, length in zip(chain.begins, chain.lengths, strict=False)]
    steps = np.array([*inside, chain.begins[-1] + 5.0, 1e9])
    slopes = np.array([float((chain(step + mpf(1) / 2**20) - chain(step - mpf(1) / 2**20)) * 2**19) for step in steps])
    schedule = ss.parse(chain.text)
    with jax.enable_x64(True):
        found = jax.vmap(jax.grad(schedule.compile("jax")))(jax.numpy.asarray(steps))
    np.testing.assert_allclose(np.asarray(found), slopes, rtol=1e-6, atol=1e-12)
    t = torch.tensor(steps, requires_grad=True)
    schedule.compile("torch")(t).sum().backward()
    np.testing.assert_allclose(t.grad.numpy(), slopes, rtol=1e-6, atol=1e-12)


def test_torch_maps_over_whole_steps() -> None:
    """Inside vmap no step can be read, and the order of steps is not known."""
    function = ss.parse(CHAINS["linear"].text).compile("torch")
    steps = torch.arange(6000).reshape(3, 2000)
    assert torch.equal(torch.vmap(function)(steps), function(steps))


def test_a_table_is_short_to_read() -> None:
    chain = CHAINS["many"]
    for target in ("numpy", "torch", "jax"):
        text = ss.parse(chain.text).emit(target)
        formulas = text.partition("\ndef ")[2]
        assert len(formulas.splitlines()) < 150, target


# What a single stage is to meet


@pytest.mark.parametrize("shape", ["linear", "cosine"])
def test_a_ramp_between_any_two_values_meets_both(shape: str) -> None:
    chance = random.Random(shape)  # noqa: S311 (no secret)
    for _ in range(200):
        a, b = (round(chance.random() * chance.choice([1, 0.01]), 4) or 0.5 for _ in range(2))
        n = chance.choice([3, 7, 100, 997])
        function = ss.parse(f"rise({shape}, {a}, {b}, {n})").compile("python")
        assert (function(0), function(n)) == (a, b)
        curve = [function(step) for step in range(n + 1)]
        exact = [float(mpf(str(a)) + (mpf(str(b)) - mpf(str(a))) * SHAPES[shape](mpf(k) / n)) for k in range(n + 1)]
        assert all(abs(x - y) <= 5 * math.ulp(y) for x, y in zip(curve, exact, strict=True)), (a, b, n)


@pytest.mark.parametrize("power", [2, 3, 0.9, "1/2"])
def test_a_polynomial_decay_meets_its_start(power: object) -> None:
    chance = random.Random(f"{power}")  # noqa: S311 (no secret)
    for _ in range(100):
        a = round(chance.uniform(0.2, 1), chance.choice([1, 3, 6]))
        b = round(a * chance.random() / 2, 4)
        function = ss.parse(f"poly({a}, 100, {b}, {power})").compile("python")
        assert (function(0), function(100)) == (a, b)


def test_a_ceiling_of_a_quotient_changes_right_after_each_multiple() -> None:
    """t/49 in floating point is above the whole number at some multiples, and below it at others."""
    for target in ("python", "numpy"):
        for n in (3, 10, 49, 1000):
            function = ss.parse(f"ceil(t/{n})").compile(target)
            for k in (1, 2, 3, 57, 1001, 2**40 // n):
                assert [float(function(k * n + d)) for d in (-1, 0, 1)] == [k if n > 1 else k - 1, k, k + 1]


@pytest.mark.parametrize("text", ["cos(pi*t/300)", "sin(2*pi*t/300)", "(1 + cos(pi*t/300))/2"])
def test_a_wave_of_whole_steps_loses_nothing_far_out(text: str) -> None:
    near, far = 111, 2**53 - (2**53 - 111) % 600
    function = ss.parse(text).compile("python")
    assert function(near) == function(far)


def test_a_trough_of_an_endless_wave_is_exactly_0() -> None:
    function = ss.parse("torch.CosineAnnealingLR(0.3, 200)").compile("python")
    assert [function(200 * k) for k in range(6)] == [0.3, 0, 0.3, 0, 0.3, 0]
