"""Arrays in JAX, jitted: how fast what is compiled runs, and how long XLA takes to compile it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.chains import FEW, MILLION, WORKED, Chain
from benchmarks.measuring import Group, Sides, faster, slower

import symsched as ss

running = Group("JAX, jitted", "A million steps in order if nothing else is said, on the CPU; the peer is optax.")
compiling = Group(
    "JAX, compile time",
    "Tracing, compilation and the first thousand values, from what `emit` prints; the peer is optax.",
)


def jitted_sides(text: str, peer: Callable[[], Callable[[Any], Any]], size: int = MILLION) -> Sides:
    """Both jitted; the peer is a function of one step or of an array, which optax's are."""
    import jax
    import jax.numpy as jnp

    steps = jnp.arange(size) * max(1, 12_000 // size)
    theirs, ours = jax.jit(peer()), jax.jit(ss.parse(text).compile("jax"))
    return Sides(lambda: theirs(steps).block_until_ready(), lambda: ours(steps).block_until_ready(), tolerance=1e-6)


def optax_worked() -> Callable[[Any], Any]:
    import jax
    import optax

    return jax.vmap(optax.warmup_cosine_decay_schedule(0.0, 1e-3, 500, 10_500))


for size, row in ((1, (faster(),)), (1000, (faster(),)), (MILLION, (slower(0.8), "A6"))):
    title = f"the worked example, {size:,} step{'s' * (size > 1)}, against jit(vmap(warmup_cosine_decay_schedule))"
    running.add(title, *row)(partial(jitted_sides, WORKED, optax_worked, size))


def chain_sides(shape: str, stages: int, size: int = MILLION) -> Sides:
    chain = Chain(shape, stages, size // stages)
    return jitted_sides(chain.text, lambda: chain.optax, size)


def compile_sides(shape: str, stages: int) -> Sides:
    """Each side makes a new function, so that nothing is found in a cache."""
    import jax
    import jax.numpy as jnp

    chain = Chain(shape, stages, 1000)
    steps = jnp.arange(1000) * stages
    source = ss.parse(chain.text).emit("jax")

    def ours() -> Any:
        namespace: dict[str, Any] = {}
        exec(source, namespace)  # noqa: S102 (what symsched printed)
        return jax.jit(namespace["schedule"])(steps).block_until_ready()

    return Sides(lambda: jax.jit(chain.optax)(steps).block_until_ready(), ours, tolerance=1e-6)


CHAINS = (
    ("linear", 10, (faster(),), (faster(),)),
    ("linear", 100, (faster(5), "A7"), (faster(5), "A7")),
    ("cosine", 100, (faster(40), "A7"), (faster(5), "A7")),
    ("linear", 1000, None, (faster(50), "A7")),
)
"""Chains, and the targets for running and for compiling them; optax takes seconds for each run of the last."""

for shape, stages, run, compilation in CHAINS:
    title = f"{stages:,} {shape} stages, against join_schedules"
    if run is not None:
        sides = partial(chain_sides, shape, stages)
        running.add(title, *run, rounds=20, small=partial(chain_sides, shape, min(stages, 30), FEW))(sides)
    small = partial(compile_sides, shape, min(stages, 30))
    compiling.add(title, *compilation, rounds=1 if stages == 1000 else 7, small=small)(
        partial(compile_sides, shape, stages)
    )
