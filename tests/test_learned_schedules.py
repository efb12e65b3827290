"""Parameters of schedules that are trained through, and whole trainings at once, as the examples do it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from runpy import run_path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import symsched as ss

EXAMPLES = Path(__file__).parent.parent / "docs" / "integrations"

Numbers = dict[str, Any]


def run(name: str) -> dict[str, Any]:
    return run_path(str(EXAMPLES / f"{name}.py"))


@pytest.fixture(scope="module")
def learned() -> dict[str, Any]:
    """The example that learns a warm-up, in 64 bits."""
    with jax.enable_x64(True):
        return run("learned_warmup")


def slope(function: Callable[[Numbers], jax.Array], numbers: Numbers, name: str) -> float:
    """The derivative by one number, from values alone."""
    width = 1e-6 * numbers[name]
    up, down = (function({**numbers, name: numbers[name] + side * width}) for side in (1, -1))
    return float((up - down) / (2 * width))


def compare(function: Callable[[Numbers], jax.Array], numbers: Numbers) -> None:
    found = jax.jit(jax.grad(function))(numbers)
    compiled = jax.jit(function)
    for name in numbers:
        assert float(found[name]) == pytest.approx(slope(compiled, numbers, name), rel=1e-5), name


@pytest.mark.parametrize("warmup", [0.5, 3.3, 9.5, 20.25, 41.7, 59.5])
def test_gradients_through_a_training_are_differences_of_its_result(learned: dict[str, Any], warmup: float) -> None:
    """Also by a length, where no step is on its end."""
    with jax.enable_x64(True):
        compare(learned["after_training"], {"peak": 0.05, "W": warmup})


def test_the_loss_falls_to_half_while_peak_and_warmup_are_learned() -> None:
    made = run("learned_warmup")
    before, after = (float(made["after_training"](numbers)) for numbers in ({"peak": 0.02, "W": 30.5}, made["numbers"]))
    assert after < 0.6 * before
    assert made["numbers"]["W"] != 30.5


LINE = ss.compile("linear(peak, 10)", "jax")
ALL = ss.compile("warmup(linear, W) >> hold(H, peak) >> decay(cosine, T, end=last)", "jax")


def test_adam_has_no_derivative_where_a_gradient_has_always_been_zero() -> None:
    """As the page says; `eps_root` is there for this."""

    def change(peak: float, root: float) -> jax.Array:
        optimizer, nothing = optax.adam(lambda count: LINE(count, peak=peak), eps_root=root), jnp.zeros(1)
        return optimizer.update(nothing * peak, optimizer.init(nothing))[0][0]

    assert jnp.isnan(jax.grad(change)(1.0, 0.0))
    assert jax.grad(change)(1.0, 1e-8) == 0


@pytest.mark.parametrize("through", ["adam", "sgd"])
def test_gradients_go_through_an_optimizer_of_optax(through: str) -> None:
    """Every length of three, the peak and the end; Adam is smooth where `eps_root` is not 0."""

    def after_training(numbers: Numbers) -> jax.Array:
        def rate(count: jax.Array) -> jax.Array:
            return ALL(count, **numbers)

        optimizer = optax.adam(rate, eps_root=1e-12) if through == "adam" else optax.sgd(rate, momentum=0.9)

        def step(run: tuple[Any, Any], _: None) -> tuple[tuple[Any, Any], None]:
            changes, state = optimizer.update(jax.grad(lambda w: jnp.sum(w**4 - w))(run[0]), run[1])
            return (optax.apply_updates(run[0], changes), state), None

        weights = jnp.array([0.1, 0.2])
        (weights, _), _ = jax.lax.scan(step, (weights, optimizer.init(weights)), length=30)
        return jnp.sum((weights - 0.5) ** 2)

    with jax.enable_x64(True):
        compare(after_training, {"W": 4.5, "H": 7.25, "T": 12.5, "peak": 0.03, "last": 0.004})


def test_at_a_step_on_its_end_the_derivative_is_that_to_the_right() -> None:
    """A step that is the end of a warm-up belongs to what follows, which does not depend on the length."""
    rate = ss.compile("warmup(linear, W) >> 2", "jax")
    assert float(jax.grad(lambda w: rate(jnp.int32(10), W=w))(10.0)) == 0
    assert float(jax.grad(lambda w: rate(jnp.int32(9), W=w))(10.0)) == pytest.approx(-2 * 9 / 100)


# Many at once


def test_a_thousand_trainings_are_compiled_once(caplog: pytest.LogCaptureFixture) -> None:
    """Three thousand, in fact."""
    with jax.log_compiles(True), caplog.at_level(logging.WARNING):
        made = run("thousand_settings")
    compiled = [record for record in caplog.messages if record.startswith("Compiling jit(after_training)")]
    assert len(compiled) == 1
    assert made["train"]._cache_size() == 1
    assert made["losses"].shape == (1000,)


def test_each_of_them_is_the_training_alone() -> None:
    made = run("thousand_settings")
    alone = jax.jit(made["after_training"])
    for i in (0, 1, 499, 999):
        one = alone(made["peaks"][i], made["warmups"][i])
        np.testing.assert_allclose(made["losses"][i], one, rtol=1e-4)


def test_a_thousand_schedules_are_those_in_python() -> None:
    schedule = ss.parse("warmup(linear, W) >> cosine(peak, 60 - W)")
    peaks, warmups = jnp.geomspace(1e-4, 1, 1000), jnp.linspace(0, 60, 1000)
    steps = jnp.arange(70)
    rates = jax.jit(jax.vmap(lambda p, w: schedule(steps, peak=p, W=w)))(peaks, warmups)
    for i in (0, 7, 500, 999):
        numbers = {"peak": float(peaks[i]), "W": float(warmups[i])}
        np.testing.assert_allclose(rates[i], [schedule(t, **numbers) for t in range(70)], rtol=2**-23, atol=1e-9)
