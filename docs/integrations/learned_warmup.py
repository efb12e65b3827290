"""A peak and a warm-up that are learned: a loss is differentiated through the training that leads to it."""

import jax
import jax.numpy as jnp

import symsched as ss

rate = ss.compile("warmup(linear, W) >> cosine(peak, 60 - W)", "jax")
x = jax.random.normal(jax.random.key(0), (80, 16, 4))
y = jnp.sin(x.sum(2))
start = [jax.random.normal(jax.random.key(1), (4, 16)), jnp.zeros(16)]


def loss(weights: list[jax.Array], x: jax.Array, y: jax.Array) -> jax.Array:
    return jnp.mean((jnp.tanh(x @ weights[0]) @ weights[1] - y) ** 2)


def after_training(numbers: dict[str, jax.Array]) -> jax.Array:
    def step(weights: list[jax.Array], batch: tuple[jax.Array, ...]) -> tuple[list[jax.Array], None]:
        slopes = jax.grad(loss)(weights, *batch[1:])
        return [w - rate(batch[0], **numbers) * slope for w, slope in zip(weights, slopes, strict=True)], None

    weights, _ = jax.lax.scan(step, start, (jnp.arange(60), x[:60], y[:60]))
    return loss(weights, x[60:], y[60:])


improve, numbers = jax.jit(jax.grad(after_training)), {"peak": 0.02, "W": 30.5}
for _ in range(30):
    slopes = improve(numbers)
    numbers = {name: n * jnp.exp(-0.1 * jnp.tanh(30 * n * slopes[name])) for name, n in numbers.items()}
