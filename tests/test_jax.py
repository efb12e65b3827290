"""The jax backend: jit, vmap, grad, scan, optax, with and without 64 bits."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import symsched as ss

WORKED = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
LEARNT = {
    "warmup(linear, W) >> cosine(peak, T)": {"W": 10.0, "peak": 3.0, "T": 20.0},
    "((1 - t/T)**0.5)[:T] >> peak": {"T": 10.0, "peak": 0.25},
    "where(t < W, sqrt(W - t), peak*sqrt(t - W))": {"W": 5.0, "peak": 2.0},
    "repeat(cosine(peak, T), stretch=2, scale=k)": {"peak": 2.0, "T": 4.0, "k": 0.5},
    "peak*inverse_sqrt(1, W)": {"peak": 2.0, "W": 4.0},
    "exponential(a, T, b)": {"a": 1.0, "T": 16.0, "b": 4.0},
    "reverse(warmup(poly(k), T, 1, 3))": {"k": 2.5, "T": 12.0},
}


def derivative(function: Callable[[float], float], at: float, width: float = 1e-4) -> float:
    """By differences of the fourth order."""
    outer = function(at + 2 * width) - function(at - 2 * width)
    return (8 * (function(at + width) - function(at - width)) - outer) / (12 * width)


def exact(text: str, steps: np.ndarray) -> np.ndarray:
    function = ss.compile(text)
    return np.array([function(t) for t in steps.tolist()])


@pytest.mark.parametrize(
    "text", [WORKED, "cosine_restarts(1, 100, stretch=2)", "onecycle(0.1, 5000)", "linear(1, 10**9)"]
)
def test_float32_is_rounded_once(text: str) -> None:
    steps = np.concatenate([np.arange(0, 12000, 37), [2**24 + 1, 10**9 - 1, 2**31 - 2]]).astype(np.int32)
    values = jax.jit(ss.compile(text, "jax"))(jnp.asarray(steps))
    assert values.dtype == jnp.float32
    np.testing.assert_allclose(values, exact(text, steps), rtol=1.2e-7, atol=0)


def test_a_number_gives_a_number_and_a_schedule_understands_an_array() -> None:
    function = ss.compile(WORKED, "jax")
    assert function(250) == 0.0005
    assert type(function(250)) is float
    assert isinstance(ss.parse(WORKED)(jnp.asarray(250)), jax.Array)


def test_dtypes_are_kept() -> None:
    function = ss.compile(WORKED, "jax")
    for dtype in (jnp.float32, jnp.float16, jnp.bfloat16):
        assert function(jnp.zeros(3, dtype)).dtype == dtype
    for dtype in (jnp.int32, jnp.uint8, jnp.int16):
        assert function(jnp.zeros(3, dtype)).dtype == jnp.float32
    with jax.enable_x64(True):
        assert function(jnp.zeros(3, jnp.float64)).dtype == jnp.float64
        assert function(jnp.zeros(3, jnp.int64)).dtype == jnp.float64


@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 3), (2, 0)])
def test_the_shape_is_kept(shape: tuple[int, ...]) -> None:
    assert ss.compile(WORKED, "jax")(jnp.zeros(shape, jnp.int32)).shape == shape


def test_jit_vmap_and_the_plain_function_agree() -> None:
    function = ss.compile(WORKED, "jax")
    steps = jnp.arange(0, 12000, 101)
    plain = function(steps)
    np.testing.assert_array_equal(jax.jit(function)(steps), plain)
    np.testing.assert_array_equal(jax.vmap(function)(steps), plain)
    np.testing.assert_array_equal(jax.jit(jax.vmap(function))(steps), plain)


def test_it_runs_inside_scan_and_while() -> None:
    function = ss.compile(WORKED, "jax")
    _, values = jax.lax.scan(lambda step, _: (step + 1, function(step)), jnp.int32(0), length=1000)
    np.testing.assert_allclose(values, exact(WORKED, np.arange(1000)), rtol=1.2e-7, atol=0)
    done = jax.lax.while_loop(
        lambda s: (s[0] < 600) & (s[1] < 1e-3), lambda s: (s[0] + 1, function(s[0] + 1)), (0, jnp.float32(0))
    )
    assert int(done[0]) == 500


def test_one_trace_serves_every_step() -> None:
    traces = []

    @jax.jit
    def rate(step: jax.Array) -> jax.Array:
        traces.append(step)
        return ss.compile(WORKED, "jax")(step)

    values = [float(rate(jnp.int32(t))) for t in range(0, 1000, 100)]
    assert values == pytest.approx(exact(WORKED, np.arange(0, 1000, 100)), rel=1.2e-7)
    assert len(traces) == 1


@pytest.mark.parametrize("text", LEARNT)
def test_gradients_are_right(text: str) -> None:
    known, given = ss.compile(text), LEARNT[text]
    with jax.enable_x64(True):
        function = ss.compile(text, "jax")
        both = jax.jit(jax.value_and_grad(lambda p, t: function(t, **p), argnums=(0, 1)))
        for step in (0.5, 3.25, 4.5, 7.3, 11.2, 19.5, 35.5):
            parameters = {n: jnp.float64(v) for n, v in given.items()}
            value, (by_parameter, by_step) = both(parameters, jnp.float64(step))
            assert float(value) == pytest.approx(known(step, **given), rel=1e-12, abs=1e-15)
            assert float(by_step) == pytest.approx(derivative(lambda x: known(x, **given), step), rel=1e-6, abs=1e-8)
            for name, grad in by_parameter.items():

                def varied(x: float, name: str = name, step: float = step) -> float:
                    return known(step, **{**given, name: x})

                assert float(grad) == pytest.approx(derivative(varied, given[name]), rel=1e-6, abs=1e-8), (name, step)


@pytest.mark.parametrize("text", [WORKED, *LEARNT])
def test_no_gradient_is_nan(text: str) -> None:
    function, given = ss.compile(text, "jax"), LEARNT.get(text, {})
    steps = jnp.arange(-4, 80) / 2
    by_step = jax.vmap(jax.grad(lambda t: function(t, **given)))(steps)
    assert not np.isnan(by_step).any()
    assert (np.asarray(by_step[:4]) == 0).all()
    for name in given:
        grads = jax.vmap(jax.grad(lambda p, t, name=name: function(t, **{**given, name: p})), (None, 0))(
            jnp.float32(given[name]), steps
        )
        assert not np.isnan(grads).any(), name


def test_second_derivatives_are_finite() -> None:
    function = ss.compile(WORKED, "jax")
    curvature = jax.vmap(jax.grad(jax.grad(function)))(jnp.arange(0.0, 12000.0, 250.0))
    assert np.isfinite(curvature).all()


def test_parameters_are_traced_and_batched() -> None:
    function = jax.jit(ss.compile("warmup(linear, W) >> cosine(peak, T)", "jax"))
    values = jax.vmap(lambda p, w: function(jnp.int32(5), peak=p, W=w, T=jnp.float32(20)))(
        jnp.array([1.0, 2.0]), jnp.array([10.0, 5.0])
    )
    assert values.tolist() == pytest.approx([0.5, 2.0])


def test_it_is_the_learning_rate_of_an_optimizer() -> None:
    rate = ss.compile("warmup(linear, 4) >> linear(1, 8)", "jax")
    optimizer = optax.sgd(learning_rate=rate)
    weights = jnp.zeros(2)
    state = optimizer.init(weights)

    @jax.jit
    def update(weights: jax.Array, state: optax.OptState) -> tuple[jax.Array, optax.OptState]:
        changes, state = optimizer.update(jnp.ones(2), state)
        return optax.apply_updates(weights, changes), state

    seen = []
    for _ in range(12):
        before = weights
        weights, state = update(weights, state)
        seen.append(float((before - weights)[0]))
    assert seen == pytest.approx([0, 0.25, 0.5, 0.75, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125], abs=1e-6)


def test_adam_takes_it() -> None:
    optimizer = optax.adam(learning_rate=ss.compile(WORKED, "jax"))
    state = optimizer.init(jnp.ones(3))
    changes, state = jax.jit(optimizer.update)(jnp.ones(3), state)
    changes, _ = jax.jit(optimizer.update)(jnp.ones(3), state)
    np.testing.assert_allclose(changes, -np.full(3, 2e-6), rtol=1e-4)


@pytest.mark.parametrize(
    ("text", "peer"),
    [
        ("cosine(1e-3, 1000, 1e-5)", optax.cosine_decay_schedule(1e-3, 1000, 1e-2)),
        ("linear(1e-3, 1000, 1e-5)", optax.linear_schedule(1e-3, 1e-5, 1000)),
        ("poly(1e-3, 1000, 1e-5, 3)", optax.polynomial_schedule(1e-3, 1e-5, 3, 1000)),
        ("exponential_decay(1e-3, 0.9, 100)", optax.exponential_decay(1e-3, 100, 0.9)),
        ("exponential_decay(1e-3, 0.9, 100, true, 50)", optax.exponential_decay(1e-3, 100, 0.9, 50, True)),
        ("linear_warmup_cosine(1e-3, 100, 1000, 1e-5)", optax.warmup_cosine_decay_schedule(0, 1e-3, 100, 1000, 1e-5)),
        (
            "join([linear(0, 10, 1), cosine(1, 90)], [10])",
            optax.join_schedules([optax.linear_schedule(0, 1, 10), optax.cosine_decay_schedule(1, 90)], [10]),
        ),
        ("1e-2*0.1**count([300, 600] < t)", optax.piecewise_constant_schedule(1e-2, {300: 0.1, 600: 0.1})),
    ],
)
def test_it_equals_optax_where_the_documentation_says_so(text: str, peer: Callable[[jax.Array], jax.Array]) -> None:
    steps = jnp.arange(0, 1200, 7)
    with jax.enable_x64(True):
        values = ss.compile(text, "jax")(steps.astype(jnp.float64))
        np.testing.assert_allclose(values, jax.vmap(peer)(steps.astype(jnp.float64)), rtol=1e-12, atol=1e-17)
