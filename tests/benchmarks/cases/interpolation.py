"""Linear chains as arrays, against the interpolation between knots that each framework has, or its building blocks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from benchmarks.chains import FEW, MILLION, STAGES, Chain
from benchmarks.measuring import Group, Sides, slower

import symsched as ss

by_knots = Group(
    "Chains and interpolation",
    "n linear stages fill a million steps. The peer is `interp` of NumPy and of JAX (jitted); "
    "in torch, which has none, `searchsorted` and what it finds.",
)


def knots(chain: Chain) -> tuple[np.ndarray, np.ndarray]:
    """The steps between which the stages go, and the values there."""
    ends = chain.ends
    return np.arange(chain.stages + 1) * float(chain.length), np.array([ends[0][0], *(end for _, end in ends)])


def in_numpy(stages: int, size: int = MILLION) -> Sides:
    chain = Chain("linear", stages, size // stages)
    t, ours = np.arange(size), ss.parse(chain.text).compile("numpy")
    steps, values = knots(chain)
    return Sides(lambda: np.interp(t, steps, values), lambda: ours(t))


def in_torch(stages: int, size: int = MILLION) -> Sides:
    import torch

    chain = Chain("linear", stages, size // stages)
    t, ours = torch.arange(size), ss.parse(chain.text).compile("torch")
    steps, values = map(torch.from_numpy, knots(chain))
    slopes = torch.cat([values.diff() / steps.diff(), torch.zeros(1)])

    def interpolated() -> Any:
        i = torch.searchsorted(steps, t, right=True) - 1
        return (values[i] + slopes[i] * (t - steps[i])).float()

    return Sides(interpolated, lambda: ours(t), tolerance=1e-6)


def in_jax(stages: int, size: int = MILLION) -> Sides:
    import jax
    import jax.numpy as jnp

    chain = Chain("linear", stages, size // stages)
    t, ours = jnp.arange(size), jax.jit(ss.parse(chain.text).compile("jax"))
    steps, values = knots(chain)
    theirs = jax.jit(lambda t: jnp.interp(t, steps, values))
    return Sides(lambda: theirs(t).block_until_ready(), lambda: ours(t).block_until_ready(), tolerance=1e-6)


FRAMEWORKS: dict[str, Callable[..., Sides]] = {"NumPy": in_numpy, "torch": in_torch, "JAX": in_jax}

for framework, sides in FRAMEWORKS.items():
    for stages in STAGES[::3]:
        small = partial(sides, min(stages, 30), FEW)
        by_knots.add(f"{framework}, {stages:,} stages", slower(), rounds=20, small=small)(partial(sides, stages))
