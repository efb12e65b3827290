"""What optax's target prints, in training with optax alone."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symsched as ss
from symsched.backends.combinators import combined

jax = import_module("jax")
optax = import_module("optax")
jnp = jax.numpy

COMBINED = "warmup(linear, 5) >> cosine(1e-3, 20)"
PLAIN = "repeat(cosine(1e-3, 10, 1e-5), stretch=2)"
TEXTS = [COMBINED, PLAIN]
STEPS = 30


def expected(text: str) -> Any:
    return np.array([ss.parse(text)(t) for t in range(STEPS)])


def close(values: Any, text: str) -> None:
    np.testing.assert_allclose(values, expected(text), rtol=2e-6, atol=2e-9)


# What is printed


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("0.5", ["constant_schedule(value=0.5)"]),
        ("linear(1, 100)", ["linear_schedule(", "transition_steps=STEPS"]),
        ("cosine(1e-3, 100, 1e-4)", ["cosine_decay_schedule(", "alpha=END_PER_START"]),
        ("optax.polynomial_schedule(1, 0.1, 3, 100)", ["polynomial_schedule(", "power=3.0"]),
        ("0.5*0.9**(t/10)", ["exponential_decay(", "decay_rate=0.9"]),
        ("0.5*0.9**floor(t/10)", ["exponential_decay(", "staircase=True"]),
        (COMBINED, ["join_schedules(", "boundaries=[WARMUP_STEPS]"]),
    ],
)
def test_combinators_are_printed_where_they_are_the_schedule(text: str, calls: list[str]) -> None:
    printed = ss.parse(text).emit("optax")
    assert "import jax" not in printed
    assert all(call in printed for call in calls), printed


@pytest.mark.parametrize("text", ["0.5", COMBINED, "linear(1, 7) >> hold(5, 0.25) >> cosine(0.25, 10, 0.1)"])
def test_the_combinators_are_proved_to_be_the_schedule(text: str) -> None:
    found = ss.parse(text).equivalent(ss.parse(str(combined(ss.parse(text)))))
    assert (found.same, found.by) == (True, "proof")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("cosine(peak, 100)", "it has parameters"),
        ("hold(2.5, 1) >> linear(1, 10)", "a stage begins between two counts"),
        ("sin(t)", "none of them is its stage from count 0 on"),
        (" >> ".join(["linear(1, 3, 0.5)"] * 13), "it has more than 12 stages"),
    ],
)
def test_a_function_says_why_it_is_one(text: str, why: str) -> None:
    printed = " ".join(ss.parse(text).emit("optax").split())
    assert "A function, not a combination of optax's own schedules:" in printed
    assert why in printed


# Training


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_traced_and_mapped(text: str) -> None:
    schedule = ss.parse(text).compile("optax")
    close([jax.jit(schedule)(jnp.asarray(t)) for t in range(STEPS)], text)
    close(jax.vmap(schedule)(jnp.arange(STEPS)), text)
    close(jax.lax.scan(lambda t, _: (t + 1, schedule(t)), jnp.asarray(0), None, STEPS)[1], text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_transformation_scales_by_it(text: str) -> None:
    transform = optax.sgd(ss.parse(text).compile("optax"))
    update = jax.jit(transform.update)
    state, found = transform.init(jnp.zeros(())), []
    for _ in range(STEPS):
        step, state = update(jnp.ones(()), state)
        found.append(-step)
    close(found, text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_hyperparameter_holds_its_value(text: str) -> None:
    transform = optax.inject_hyperparams(optax.adam)(learning_rate=ss.parse(text).compile("optax"))
    parameters = jnp.ones(3)
    state, found = transform.init(parameters), []
    update = jax.jit(transform.update)
    for _ in range(STEPS):
        step, state = update(parameters, state)
        parameters = optax.apply_updates(parameters, step)
        found.append(state.hyperparams["learning_rate"])
    close(found, text)


@pytest.mark.parametrize("text", TEXTS)
def test_the_count_alone_resumes_a_run(text: str) -> None:
    transform = optax.adam(ss.parse(text).compile("optax"))

    def run(parameters: Any, state: Any, steps: int) -> tuple[Any, Any]:
        for _ in range(steps):
            step, state = transform.update(2 * parameters, state, parameters)
            parameters = optax.apply_updates(parameters, step)
        return parameters, state

    begin = jnp.ones(3), transform.init(jnp.ones(3))
    whole, _ = run(*begin, 12)
    parameters, state = run(*begin, 5)
    leaves, shape = jax.tree.flatten(state)
    saved = [np.asarray(leaf) for leaf in leaves]
    resumed, _ = run(parameters, jax.tree.unflatten(shape, map(jnp.asarray, saved)), 7)
    assert (whole == resumed).all()


@pytest.mark.parametrize("text", TEXTS)
def test_a_schedule_needs_optax_alone(text: str, tmp_path: Path) -> None:
    script = f"""{ss.parse(text).emit("optax")}
import sys
print(*[float(schedule(count)) for count in range({STEPS})])
assert "symsched" not in sys.modules
"""
    (tmp_path / "script.py").write_text(script, encoding="ascii")
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "script.py")], capture_output=True, encoding="utf-8", check=True
    )
    close([float(word) for word in done.stdout.split()], text)
