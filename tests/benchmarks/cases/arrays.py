"""Arrays of steps on the CPU: NumPy and torch, not compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from benchmarks.chains import FEW, MILLION, WORKED, Chain
from benchmarks.measuring import Group, Sides, faster, slower

import symsched as ss

in_numpy = Group(
    "NumPy", "Arrays of steps; stages fill a million of them. The peer is nested `where` if nothing else is said."
)
in_torch = Group("torch, eager on the CPU", "The same, with float32 out, in one thread.")


def nested_worked(t: Any, where: Callable[..., Any], cos: Callable[[Any], Any]) -> Any:
    """The worked example as nested `where`."""
    fall = 0.5e-3 * (1 + cos(3.141592653589793 * (t - 500) / 10_000))
    return where(t < 500, 1e-3 * t / 500, where(t < 10_500, fall, 0.0))


def sliced(t: np.ndarray) -> np.ndarray:
    """The worked example as one writes it for speed: steps in order, each formula on its slice."""
    values = np.zeros(t.size)
    a, b = np.searchsorted(t, [500, 10_500])
    values[:a] = t[:a] * (1e-3 / 500)
    values[a:b] = np.cos((t[a:b] - 500) * (np.pi / 10_000))
    values[a:b] += 1
    values[a:b] *= 0.5e-3
    return values


def in_order(size: int) -> np.ndarray:
    """Steps that reach beyond the end of the worked example."""
    return np.arange(size) * max(1, 12_000 // size)


def shuffled(size: int) -> np.ndarray:
    return np.random.default_rng(0).permutation(size)


def numpy_sides(text: str, peer: Callable[[np.ndarray], Any], steps: np.ndarray) -> Sides:
    ours = ss.parse(text).compile("numpy")
    return Sides(lambda: peer(steps), lambda: ours(steps))


@in_numpy.add("the worked example, against slices written by hand", slower(1.5), target="A3")
def by_hand() -> Sides:
    return numpy_sides(WORKED, sliced, np.arange(MILLION))


def numpy_worked(order: Callable[[int], np.ndarray], size: int) -> Sides:
    return numpy_sides(WORKED, lambda t: nested_worked(t, np.where, np.cos), order(size))


def numpy_chain(order: Callable[[int], np.ndarray], shape: str, stages: int, size: int = MILLION) -> Sides:
    chain = Chain(shape, stages, size // stages)
    return numpy_sides(chain.text, lambda t: chain.nested(t, np.where, np.cos), order(size))


def torch_sides(text: str, peer: Callable[[Any], Any], steps: np.ndarray) -> Sides:
    import torch

    t = torch.from_numpy(steps)
    ours = ss.parse(text).compile("torch")
    return Sides(lambda: peer(t), lambda: ours(t), tolerance=1e-6)


def torch_worked(order: Callable[[int], np.ndarray], size: int) -> Sides:
    import torch

    return torch_sides(WORKED, lambda t: nested_worked(t, torch.where, torch.cos), order(size))


def torch_chain(order: Callable[[int], np.ndarray], shape: str, stages: int, size: int = MILLION) -> Sides:
    import torch

    chain = Chain(shape, stages, size // stages)
    return torch_sides(chain.text, lambda t: chain.nested(t, torch.where, torch.cos), order(size))


CHAINS = (("linear", 3), ("linear", 10), ("linear", 100), ("cosine", 100))
ORDERS = {"in order": in_order, "shuffled": shuffled}
TARGETS = {
    (numpy_chain, "in order", "linear", 100): (faster(100), "A4"),
    (numpy_chain, "shuffled", "linear", 100): (faster(20), "A4"),
    (torch_chain, "in order", "linear", 100): (faster(40), "A5"),
    (torch_worked, "in order", MILLION): (faster(10), "A5"),
}
"""The rows that have a target."""

for group, worked, chain in ((in_numpy, numpy_worked, numpy_chain), (in_torch, torch_worked, torch_chain)):
    for order, steps in ORDERS.items():
        for size in (1, 1000, MILLION) if order == "in order" else (MILLION,):
            row = TARGETS.get((worked, order, size), (faster(), ""))
            title = f"the worked example, {size:,} step{'s' * (size > 1)} {order}"
            small = partial(worked, steps, min(size, FEW))
            group.add(title, *row, small=small)(partial(worked, steps, size))
        for shape, stages in CHAINS:
            row = TARGETS.get((chain, order, shape, stages), (faster(), ""))
            sides = partial(chain, steps, shape, stages)
            group.add(f"{stages} {shape} stages {order}", *row, rounds=20, small=partial(sides, FEW))(sides)
