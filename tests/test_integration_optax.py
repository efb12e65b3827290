"""Schedules in training with optax: what its optimizers are given, how they are traced, and how a run goes on."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import symsched as ss
from symsched.integrations.optax import hyperparameters

LR = ss.parse("warmup(linear, 5) >> cosine(1e-2, 20, 1e-4)")
STEPS = 32
ROUNDED = 2.0**-24
"""Values are computed in 64 bits and rounded once, to 32: so far they are from the schedule's, relative."""

INPUTS = jax.random.normal(jax.random.key(0), (16, 3))
TARGETS = INPUTS @ jnp.array([1.0, -2.0, 0.5])

Run = tuple[dict[str, jax.Array], Any]


def of(schedule: ss.Schedule, count: int = STEPS) -> np.ndarray:
    """The values of a schedule in Python."""
    return np.array([schedule(t) for t in range(count)])


def same(found: Any, wanted: Any) -> None:
    np.testing.assert_allclose(np.asarray(found, np.float64), wanted, rtol=ROUNDED)


def begin(optimizer: optax.GradientTransformation) -> Run:
    weights = {"w": jnp.zeros(3)}
    return weights, optimizer.init(weights)


def train(optimizer: optax.GradientTransformation, run: Run, steps: int) -> tuple[Run, list[Any]]:
    """Some steps of linear regression, and the state after each."""

    @jax.jit
    def step(weights: Any, state: Any) -> Run:
        gradients = jax.grad(lambda w: jnp.mean((INPUTS @ w["w"] - TARGETS) ** 2))(weights)
        changes, state = optimizer.update(gradients, state, weights)
        return optax.apply_updates(weights, changes), state

    states = []
    for _ in range(steps):
        run = step(*run)
        states.append(run[1])
    return run, states


def rates(optimizer: optax.GradientTransformation, steps: int = STEPS, state: Any = None) -> list[float]:
    """What an optimizer without a memory multiplies a gradient of -1 by."""
    weights, update = jnp.zeros(1), jax.jit(optimizer.update)
    state, found = state or optimizer.init(weights), []
    for _ in range(steps):
        changes, state = update(-jnp.ones(1), state, weights)
        found.append(float(changes[0]))
    return found


def test_an_optimizer_uses_the_values_of_the_schedule() -> None:
    same(rates(optax.sgd(LR)), of(LR))


def test_scale_by_schedule_uses_the_values_of_the_schedule() -> None:
    same(rates(optax.chain(optax.scale(-1), optax.scale_by_schedule(LR))), of(LR))


@pytest.mark.parametrize("make", [optax.adam, optax.adamw, optax.lion, optax.rmsprop, optax.adafactor])
def test_training_is_that_with_a_table_of_the_values(make: Callable[..., optax.GradientTransformation]) -> None:
    table = jnp.asarray(of(LR), jnp.float32)
    ours, by_table = make(LR), make(lambda count: table[count])
    (a, _), (b, _) = (train(optimizer, begin(optimizer), STEPS)[0] for optimizer in (ours, by_table))
    assert (a["w"] == b["w"]).all()
    assert (a["w"] != 0).all()


def test_it_is_traced_in_every_way() -> None:
    steps = jnp.arange(STEPS)
    same(LR(steps), of(LR))
    same(jax.jit(LR)(steps), of(LR))
    same(jax.vmap(LR)(steps), of(LR))
    same(jax.lax.scan(lambda count, _: (count + 1, LR(count)), 0, None, STEPS)[1], of(LR))
    assert float(jax.grad(LR)(3.0)) == pytest.approx(1e-2 / 5)


def test_it_stands_inside_a_schedule_of_optax() -> None:
    joined = optax.join_schedules([optax.linear_schedule(0.5, 0.25, 4), LR], [4])
    np.testing.assert_allclose(rates(optax.sgd(joined)), [0.5, 0.4375, 0.375, 0.3125, *of(LR)[:-4]], rtol=1e-7)


def test_accumulated_gradients_count_as_one_step() -> None:
    found = rates(optax.MultiSteps(optax.sgd(LR), 2), 2 * STEPS)
    assert found[::2] == [0.0] * STEPS
    same(found[1::2], of(LR))


@pytest.mark.parametrize("count", [2**24, 2_000_000_000])
def test_steps_are_exact_where_a_float_is_not(count: int) -> None:
    schedule = ss.parse(f"hold({count} + 2, 1) >> linear(1, 8)")
    optimizer = optax.sgd(schedule)
    state = optax.tree.set(optimizer.init(jnp.zeros(1)), count=jnp.int32(count))
    assert rates(optimizer, 11, state) == [1.0, 1.0, *(1 - t / 8 for t in range(9))]


# Several hyper-parameters


LINKED = {"learning_rate": str(LR), "weight_decay": "0.1*learning_rate", "b1": "linear(0.85, total, 0.95)", "b2": 0.99}


def test_linked_hyper_parameters_are_used_at_each_step() -> None:
    given = hyperparameters(LINKED, total=STEPS)
    optimizer = optax.inject_hyperparams(optax.adamw)(**given)
    _, states = train(optimizer, begin(optimizer), STEPS)
    for name in ("learning_rate", "weight_decay", "b1"):
        same([state.hyperparams[name] for state in states], of(given[name]))
    same([s.hyperparams["weight_decay"] for s in states], 0.1 * of(LR))


def test_training_with_them_is_that_with_tables() -> None:
    given = hyperparameters(LINKED, total=STEPS)
    tables = {n: jnp.asarray(of(s), jnp.float32) for n, s in given.items() if isinstance(s, ss.Schedule)}
    by_table = {n: lambda count, table=table: table[count] for n, table in tables.items()}
    ours, other = (optax.inject_hyperparams(optax.adamw)(**{**given, **more}) for more in ({}, by_table))
    (a, _), (b, _) = (train(optimizer, begin(optimizer), STEPS)[0] for optimizer in (ours, other))
    assert (a["w"] == b["w"]).all()


def test_a_number_stays_one_that_can_be_changed_by_hand() -> None:
    optimizer = optax.inject_hyperparams(optax.adamw)(**hyperparameters(LINKED, total=STEPS))
    weights, state = begin(optimizer)
    state.hyperparams["b2"] = jnp.float32(0.5)
    _, states = train(optimizer, (weights, state), 3)
    assert [float(s.hyperparams["b2"]) for s in states] == [0.5] * 3


def test_values_keep_their_bits_beside_weights_that_have_fewer() -> None:
    given = hyperparameters({"learning_rate": "constant(1e-3)", "b1": 0.9})
    weights = jnp.zeros(3, jnp.bfloat16)
    for precise in (None, jnp.float32):
        optimizer = optax.inject_hyperparams(optax.adam, hyperparam_dtype=precise)(**given)
        _, state = jax.jit(optimizer.update)(weights, optimizer.init(weights), weights)
        assert state.hyperparams["learning_rate"] == np.float32(1e-3)
        assert state.hyperparams["b1"].dtype == (precise or jnp.bfloat16)


def test_a_schedule_without_a_number_is_refused_at_the_first_step() -> None:
    optimizer = optax.adam(ss.parse("cosine(peak, 20)"))
    with pytest.raises(ss.ScheduleError) as caught:
        train(optimizer, begin(optimizer), 1)
    assert caught.value.title == "`peak` has no value"
    assert caught.value.hint == "schedule(t, peak=...) or schedule.bind(peak=...)"


def test_linked_ones_without_a_number_are_refused_at_once() -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        hyperparameters({"learning_rate": "cosine(peak, 20)"})
    assert caught.value.title == "`peak` has no value in the schedule of `learning_rate`"


# Going on


def by_pickle(run: Run, folder: Path) -> Run:
    path = folder / "state.pickle"
    path.write_bytes(pickle.dumps(run))
    again: Run = pickle.loads(path.read_bytes())  # noqa: S301 (written above)
    return again


def by_orbax(run: Run, folder: Path) -> Run:
    import orbax.checkpoint as ocp

    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(folder / "state", run)
        checkpointer.wait_until_finished()
        return checkpointer.restore(folder / "state", jax.tree.map(jnp.zeros_like, run))


@pytest.mark.parametrize("saved", [by_pickle, by_orbax])
@pytest.mark.parametrize("at", [0, 3, 17])
def test_a_resumed_run_has_the_same_bits(saved: Callable[[Run, Path], Run], at: int, tmp_path: Path) -> None:
    def optimizer() -> optax.GradientTransformation:
        return optax.inject_hyperparams(optax.adamw)(**hyperparameters(LINKED, total=STEPS))

    whole = optimizer()
    run, states = train(whole, begin(whole), STEPS)
    first = optimizer()
    stopped, _ = train(first, begin(first), at)
    again, later = train(optimizer(), saved(stopped, tmp_path), STEPS - at)
    for a, b in zip(states[at:], later, strict=True):
        assert {n: float(x) for n, x in a.hyperparams.items()} == {n: float(x) for n, x in b.hyperparams.items()}
    assert (run[0]["w"] == again[0]["w"]).all()
