"""Schedules in training with flax and with equinox, which take the optimizers of optax."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

import symsched as ss

LR = ss.parse("warmup(linear, 5) >> cosine(1e-1, 20, 1e-2)")
STEPS = 30
TABLE = jnp.asarray([LR(t) for t in range(STEPS)], jnp.float32)

X = jax.random.normal(jax.random.key(0), (64, 4))
Y = jnp.sin(X.sum(1, keepdims=True))


def by_table(count: jax.Array) -> jax.Array:
    return TABLE[count]


def same(a: Any, b: Any) -> None:
    for left, right in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        assert np.array_equal(left, right)


# flax


def network() -> nnx.Module:
    rngs = nnx.Rngs(0)
    return nnx.Sequential(nnx.Linear(4, 8, rngs=rngs), nnx.tanh, nnx.Linear(8, 1, rngs=rngs))


@nnx.jit
def step_of_flax(model: Any, optimizer: Any) -> None:
    optimizer.update(model, nnx.grad(lambda model: jnp.mean((model(X) - Y) ** 2))(model))


def train_flax(rate: Any, steps: int, saved: Any = None) -> tuple[Any, Any]:
    model = network()
    optimizer = nnx.Optimizer(model, optax.adam(rate), wrt=nnx.Param)
    if saved is not None:
        nnx.update(model, saved[0])
        nnx.update(optimizer, saved[1])
    for _ in range(steps):
        step_of_flax(model, optimizer)
    return nnx.state(model), nnx.state(optimizer)


def test_flax_trains_with_the_values_of_the_schedule() -> None:
    same(train_flax(LR, STEPS), train_flax(by_table, STEPS))


@pytest.mark.parametrize("at", [3, 17])
def test_a_resumed_run_of_flax_has_the_same_bits(at: int) -> None:
    saved = pickle.dumps(train_flax(LR, at))
    again = pickle.loads(saved)  # noqa: S301 (made above)
    same(train_flax(LR, STEPS - at, again), train_flax(LR, STEPS))


# equinox


@eqx.filter_jit
def step_of_equinox(model: Any, state: Any, optimizer: Any) -> tuple[Any, Any]:
    slopes = eqx.filter_grad(lambda model: jnp.mean((jax.vmap(model)(X) - Y) ** 2))(model)
    changes, state = optimizer.update(slopes, state, eqx.filter(model, eqx.is_inexact_array))
    return eqx.apply_updates(model, changes), state


def begin_equinox(optimizer: Any) -> tuple[Any, Any]:
    model = eqx.nn.MLP(4, 1, width_size=8, depth=1, activation=jnp.tanh, key=jax.random.key(1))
    return model, optimizer.init(eqx.filter(model, eqx.is_inexact_array))


def train_equinox(optimizer: Any, run: tuple[Any, Any], steps: int) -> tuple[Any, Any]:
    for _ in range(steps):
        run = step_of_equinox(*run, optimizer)
    return run


def arrays(run: tuple[Any, Any]) -> Any:
    return eqx.filter(run, eqx.is_array)


def test_equinox_trains_with_the_values_of_the_schedule() -> None:
    ours, other = optax.adamw(LR), optax.adamw(by_table)
    a, b = (train_equinox(optimizer, begin_equinox(optimizer), STEPS) for optimizer in (ours, other))
    same(arrays(a), arrays(b))


@pytest.mark.parametrize("at", [3, 17])
def test_a_resumed_run_of_equinox_has_the_same_bits(at: int, tmp_path: Path) -> None:
    optimizer = optax.adamw(LR)
    eqx.tree_serialise_leaves(tmp_path / "run.eqx", train_equinox(optimizer, begin_equinox(optimizer), at))
    again = eqx.tree_deserialise_leaves(tmp_path / "run.eqx", begin_equinox(optimizer))
    whole = train_equinox(optimizer, begin_equinox(optimizer), STEPS)
    same(arrays(train_equinox(optimizer, again, STEPS - at)), arrays(whole))


def test_a_schedule_is_a_part_of_a_model_that_is_no_array() -> None:
    """`filter_jit` holds it fixed, and compiles once for equal texts."""
    traced = []

    @eqx.filter_jit
    def value(schedule: Any, step: jax.Array) -> jax.Array:
        traced.append(schedule)
        return schedule(step)

    found = [float(value(ss.parse(str(LR)), jnp.int32(t))) for t in range(STEPS)]
    np.testing.assert_allclose(found, [LR(t) for t in range(STEPS)], rtol=2**-24)
    assert traced == [LR]
