"""AdamW whose decay follows its learning rate, stopped after 40 steps and resumed."""

import jax
import jax.numpy as jnp
import optax

from symsched.integrations.optax import hyperparameters

given = {"learning_rate": "warmup(linear, 10%) >> cosine(peak, rest)", "weight_decay": "0.02*learning_rate/peak"}
adamw = optax.inject_hyperparams(optax.adamw)(**hyperparameters(given, total=100, peak=0.1), b1=0.95)
x = jax.random.normal(jax.random.key(0), (64, 3))
y = x @ jnp.array([1.0, -2.0, 0.5])


@jax.jit
def step(weights: jax.Array, state: optax.OptState) -> tuple[jax.Array, optax.OptState]:
    slopes = jax.grad(lambda w: jnp.mean((x @ w - y) ** 2))(weights)
    changes, state = adamw.update(slopes, state, weights)
    return optax.apply_updates(weights, changes), state


run = jnp.zeros(3), adamw.init(jnp.zeros(3))
for count in range(100):
    run = step(*run)
    if count == 40:
        run = jax.device_get(run)  # arrays of NumPy, as a checkpoint has them; the count is among them
    if count % 20 == 0:
        print(count, *(f"{name} {run[1].hyperparams[name]:.4f}" for name in given))
