"""One step at a time, as a training loop asks: a number in, a float out."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.chains import STAGES, WORKED, Chain
from benchmarks.measuring import Group, Sides, faster, slower, walk

import symsched as ss

one_step = Group("One step", "A number in and a number out, or one step of a scheduler; times are for one step.")

STEPS = range(0, 12_000, 8)


def by_hand(t: float) -> float:
    """The worked example as one writes it without symsched."""
    if t < 500:
        return 1e-3 * t / 500
    if t < 10_500:
        return 0.5e-3 * (1 + math.cos(math.pi * (t - 500) / 10_000))
    return 0.0


def sides(peer: Callable[[Any], Any], steps: Any, tolerance: float = 1e-12) -> Sides:
    ours = ss.parse(WORKED).compile("python")
    return Sides(walk(peer, steps), walk(ours, steps), len(steps), tolerance)


@one_step.add("the worked example, against a function written by hand", slower(1.15), target="A1")
def floats() -> Sides:
    return sides(by_hand, [float(t) for t in STEPS])


@one_step.add("the same with steps that are whole numbers", slower())
def integers() -> Sides:
    return sides(by_hand, list(STEPS))


@one_step.add("the schedule itself called, not what it compiles to, against the same function", slower())
def schedule_itself() -> Sides:
    return Sides(walk(by_hand, STEPS), walk(ss.parse(WORKED), STEPS), len(STEPS))


def stepping(make: Callable[[Any], Any], steps: range) -> Callable[[], list[float]]:
    """A side that makes a scheduler of torch and steps it; the first value is that before the first step."""

    def side() -> list[float]:
        import torch

        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1e-3)
        scheduler = make(optimizer)
        optimizer.step()
        group, step = optimizer.param_groups[0], scheduler.step
        values = [group["lr"]]
        for _ in steps[1:]:
            step()
            values.append(group["lr"])
        return values

    return side


def torch_worked(optimizer: Any) -> Any:
    from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

    stages = [LinearLR(optimizer, 1e-10, 1.0, 500), CosineAnnealingLR(optimizer, 10_000)]
    return SequentialLR(optimizer, stages, [500])


@one_step.add(
    "`step()` of ScheduleLR, against that of SequentialLR(LinearLR, CosineAnnealingLR)", slower(0.5), target="A2"
)
def scheduler() -> Sides:
    from symsched.integrations.torch import ScheduleLR

    steps, schedule = range(1500), ss.parse(WORKED)
    ours = stepping(lambda optimizer: ScheduleLR(optimizer, schedule), steps)
    return Sides(stepping(torch_worked, steps), ours, len(steps), tolerance=1e-9)


@one_step.add("against `step()` of SequentialLR(LinearLR, CosineAnnealingLR) of torch", faster())
def sequential() -> Sides:
    steps = range(1500)
    return Sides(stepping(torch_worked, steps), sides(by_hand, steps).ours, len(steps), tolerance=1e-9)


@one_step.add("against `step()` of LambdaLR of transformers, get_cosine_schedule_with_warmup", faster())
def transformers() -> Sides:
    from transformers import get_cosine_schedule_with_warmup

    steps = range(1500)
    peer = stepping(lambda optimizer: get_cosine_schedule_with_warmup(optimizer, 500, 10_500), steps)
    return Sides(peer, sides(by_hand, steps).ours, len(steps))


def optax_worked() -> Any:
    import optax

    return optax.warmup_cosine_decay_schedule(0.0, 1e-3, 500, 10_500)


@one_step.add("against warmup_cosine_decay_schedule of optax, jitted, and its value read", faster())
def optax_jitted() -> Sides:
    import jax

    jitted = jax.jit(optax_worked())
    return sides(lambda t: float(jitted(t)), list(STEPS[::5]), tolerance=1e-6)


@one_step.add("the same of optax, not jitted", faster(), rounds=20)
def optax_eager() -> Sides:
    eager = optax_worked()
    return sides(lambda t: float(eager(t)), list(STEPS[::50]), tolerance=1e-6)


def keras_worked() -> Any:
    os.environ.setdefault("KERAS_BACKEND", "jax")
    from keras.optimizers.schedules import CosineDecay

    return CosineDecay(0.0, 10_000, warmup_target=1e-3, warmup_steps=500)


@one_step.add("against CosineDecay of Keras with a warm-up, on JAX, jitted, and its value read", faster())
def keras_jitted() -> Sides:
    import jax

    jitted = jax.jit(keras_worked())
    return sides(lambda t: float(jitted(t)), list(STEPS[::5]), tolerance=1e-6)


@one_step.add("the same of Keras, not jitted", faster(), rounds=3)
def keras_eager() -> Sides:
    eager = keras_worked()
    return sides(lambda t: float(eager(t)), list(STEPS[::300]), tolerance=1e-6)


many = Group("One step of a chain", "The time of one step of a chain of n stages over that of a chain of 3.")


def long_chain(shape: str, stages: int) -> Sides:
    short, chain = Chain(shape, 3, 1000), Chain(shape, stages, 1000)
    steps = range(0, chain.steps, max(1, chain.steps // 3000))
    few, ours = ss.parse(short.text).compile("python"), ss.parse(chain.text).compile("python")
    return Sides(walk(few, [t % short.steps for t in steps]), walk(ours, steps), len(steps))


for shape in ("linear", "cosine"):
    for stages in STAGES:
        target = (slower(3.5), "A8") if stages == 1000 else (slower(),)
        many.add(f"{stages:,} {shape} stages", *target)(partial(long_chain, shape, stages))
