"""1,000 trainings at once, one for each peak and warm-up: compiled once for as many thousands as there are."""

import jax
import jax.numpy as jnp

import symsched as ss

rate = ss.compile("warmup(linear, W) >> cosine(peak, 60 - W)", "jax")
x = jax.random.normal(jax.random.key(0), (80, 16, 4))
y = x @ jnp.array([1.0, -2.0, 0.5, 3.0]) + jax.random.normal(jax.random.key(1), (80, 16))


def after_training(peak: jax.Array, warmup: jax.Array) -> jax.Array:
    def step(weights: jax.Array, batch: tuple[jax.Array, ...]) -> tuple[jax.Array, None]:
        count, x, y = batch
        slope = jax.grad(lambda w: jnp.mean((x @ w - y) ** 2))(weights)
        return weights - rate(count, peak=peak, W=warmup) * slope, None

    weights, _ = jax.lax.scan(step, jnp.zeros(4), (jnp.arange(60), x[:60], y[:60]))
    return jnp.mean((x[60:] @ weights - y[60:]) ** 2)


train = jax.jit(jax.vmap(after_training))
best, width = jnp.array([jnp.log(0.1), 30.0]), jnp.array([4.0, 30.0])
for key in jax.random.split(jax.random.key(2), 3):
    settings = best + width * jax.random.uniform(key, (1000, 2), minval=-1)
    peaks, warmups = jnp.exp(settings[:, 0]), jnp.clip(settings[:, 1], 0, 60)
    losses = train(peaks, warmups)
    best, width = settings[jnp.nanargmin(losses)], width / 4
