"""A peak and a warm-up that are learned: a loss is differentiated through the training that leads to it."""

import jax
import jax.numpy as jnp

import symsched as ss

rate = ss.compile("warmup(linear, W) >> cosine(peak, 60 - W)", "jax")
x = jax.random.normal(jax.random.key(0), (80, 16, 4))
y = jnp.sin(x.sum(2))
start = {"a": jax.random.normal(jax.random.key(1), (4, 16)), "b": jnp.zeros(16)}


def loss(weights, x, y):
    return jnp.mean((jnp.tanh(x @ weights["a"]) @ weights["b"] - y) ** 2)


def after_training(numbers):
    def step(weights, batch):
        now = rate(batch[0], **numbers)
        return jax.tree.map(lambda w, slope: w - now * slope, weights, jax.grad(loss)(weights, *batch[1:])), None

    weights, _ = jax.lax.scan(step, start, (jnp.arange(60), x[:60], y[:60]))
    return loss(weights, x[60:], y[60:])


improve, numbers = jax.jit(jax.grad(after_training)), {"peak": 0.02, "W": 30.5}
for _ in range(30):
    slopes = improve(numbers)
    numbers = {name: n * jnp.exp(-0.1 * jnp.tanh(30 * n * slopes[name])) for name, n in numbers.items()}
