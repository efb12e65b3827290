"""A network of equinox, trained by optax with a schedule."""

import equinox as eqx
import jax
import jax.numpy as jnp
import optax

import symsched as ss

rate = ss.parse("warmup(linear, 20) >> cosine(1e-2, 180)")
x = jax.random.normal(jax.random.key(0), (256, 4))
y = jnp.sin(x.sum(1))
model = eqx.nn.MLP(4, "scalar", width_size=32, depth=1, activation=jnp.tanh, key=jax.random.key(1))
optimizer = optax.adam(rate)
state = optimizer.init(eqx.filter(model, eqx.is_inexact_array))


@eqx.filter_jit
def step(model: eqx.Module, state: optax.OptState) -> tuple[eqx.Module, optax.OptState, jax.Array]:
    value, slopes = eqx.filter_value_and_grad(lambda model: jnp.mean((jax.vmap(model)(x) - y) ** 2))(model)
    changes, state = optimizer.update(slopes, state)
    return eqx.apply_updates(model, changes), state, value


for _ in range(200):
    model, state, value = step(model, state)
print(f"loss {value:.3f} after 200 steps")
