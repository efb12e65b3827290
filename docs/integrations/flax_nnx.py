"""A network of flax, trained by optax with a schedule."""

import jax
import jax.numpy as jnp
import optax
from flax import nnx

import symsched as ss

rate = ss.parse("warmup(linear, 20) >> cosine(1e-2, 180)")
x = jax.random.normal(jax.random.key(0), (256, 4))
y = jnp.sin(x.sum(1, keepdims=True))


@nnx.jit
def step(model: nnx.Module, optimizer: nnx.Optimizer) -> jax.Array:
    def loss(model: nnx.Module) -> jax.Array:
        return jnp.mean((model(x) - y) ** 2)

    value, slopes = nnx.value_and_grad(loss)(model)
    optimizer.update(model, slopes)
    return value


rngs = nnx.Rngs(0)
model = nnx.Sequential(nnx.Linear(4, 32, rngs=rngs), nnx.tanh, nnx.Linear(32, 1, rngs=rngs))
optimizer = nnx.Optimizer(model, optax.adam(rate), wrt=nnx.Param)
for _ in range(200):
    value = step(model, optimizer)
print(f"loss {value:.3f} after {optimizer.step[...]} steps")
