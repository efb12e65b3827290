"""Train one network twice, with torch and with jax and optax, from the same schedules.

`python train_digits.py` reads `digits.yaml` beside it, trains on the digits that scikit-learn ships, prints the
accuracy that each run reaches, and checks that both optimizers held the same learning rate at every step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch
import yaml
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import symsched
from symsched.linking import linked

FILE = Path(__file__).with_name("digits.yaml")

Arrays = dict[str, np.ndarray]


def read_settings(path: Path) -> tuple[dict[str, Any], dict[str, symsched.Schedule]]:
    """The plain settings, and the schedules bound to the length of the run."""
    settings = yaml.safe_load(path.read_text())
    return settings, linked(settings.pop("coefficients"), total=settings["steps"])


def first_weights(hidden: int, seed: int) -> Arrays:
    """What both networks start from: 64 pixels, one hidden layer, 10 digits."""
    random = np.random.default_rng(seed)
    return {
        "w1": random.normal(0, 64**-0.5, (64, hidden)).astype(np.float32),
        "b1": np.zeros(hidden, np.float32),
        "w2": random.normal(0, hidden**-0.5, (hidden, 10)).astype(np.float32),
        "b2": np.zeros(10, np.float32),
    }


def train_torch(
    x: np.ndarray, y: np.ndarray, batches: np.ndarray, start: Arrays, schedules: dict[str, symsched.Schedule]
) -> tuple[Arrays, np.ndarray]:
    """The trained weights, and the learning rate that the optimizer held at each step."""
    coefficients = {name: schedule.compile("torch") for name, schedule in schedules.items()}
    weights = {name: torch.tensor(value, requires_grad=True) for name, value in start.items()}
    optimizer = torch.optim.AdamW(weights.values())
    (group,) = optimizer.param_groups
    held = []
    for step, batch in enumerate(batches):
        now = {name: coefficient(step) for name, coefficient in coefficients.items()}
        group["lr"], group["weight_decay"] = now["learning_rate"], now["weight_decay"]
        hidden = torch.relu(torch.tensor(x[batch]) @ weights["w1"] + weights["b1"])
        logits = hidden @ weights["w2"] + weights["b2"]
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(y[batch]), label_smoothing=now["label_smoothing"])
        loss = loss + now["logit_penalty"] * (logits**2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        held.append(optimizer.param_groups[0]["lr"])
    return {name: value.detach().numpy() for name, value in weights.items()}, np.array(held)


def train_jax(
    x: np.ndarray, y: np.ndarray, batches: np.ndarray, start: Arrays, schedules: dict[str, symsched.Schedule]
) -> tuple[Arrays, np.ndarray]:
    """The same with optax; the schedules are traced into one compiled loop."""
    coefficients = {name: schedule.compile("jax") for name, schedule in schedules.items()}
    optimizer = optax.inject_hyperparams(optax.adamw)(
        learning_rate=coefficients["learning_rate"], weight_decay=coefficients["weight_decay"]
    )
    pixels, labels = jnp.asarray(x), jax.nn.one_hot(y, 10)

    def loss(weights: Any, step: jax.Array, batch: jax.Array) -> jax.Array:
        hidden = jax.nn.relu(pixels[batch] @ weights["w1"] + weights["b1"])
        logits = hidden @ weights["w2"] + weights["b2"]
        wanted = optax.smooth_labels(labels[batch], coefficients["label_smoothing"](step))
        penalty = coefficients["logit_penalty"](step) * (logits**2).mean()
        return optax.softmax_cross_entropy(logits, wanted).mean() + penalty

    def update(carry: Any, step_and_batch: Any) -> Any:
        weights, state = carry
        changes, state = optimizer.update(jax.grad(loss)(weights, *step_and_batch), state, weights)
        return (optax.apply_updates(weights, changes), state), state.hyperparams["learning_rate"]

    weights = jax.tree.map(jnp.asarray, start)
    run = jax.jit(lambda carry: jax.lax.scan(update, carry, (jnp.arange(len(batches)), batches)))
    (weights, _), held = run((weights, optimizer.init(weights)))
    return {name: np.asarray(value) for name, value in weights.items()}, np.asarray(held)


def accuracy(weights: Arrays, x: np.ndarray, y: np.ndarray) -> float:
    """The share of digits that the network tells right."""
    hidden = np.maximum(x @ weights["w1"] + weights["b1"], 0)
    return float(np.mean(np.argmax(hidden @ weights["w2"] + weights["b2"], axis=1) == y))


def main() -> None:
    settings, schedules = read_settings(FILE)
    digits = load_digits()
    x, x_test, y, y_test = train_test_split(
        (digits.data / 16).astype(np.float32), digits.target, test_size=0.25, random_state=settings["seed"]
    )
    batches = np.random.default_rng(settings["seed"]).integers(len(x), size=(settings["steps"], settings["batch"]))
    start = first_weights(settings["hidden"], settings["seed"])

    rates = []
    for name, train in (("torch", train_torch), ("jax", train_jax)):
        weights, held = train(x, y, batches, start, schedules)
        rates.append(held)
        print(f"{name:5} accuracy {accuracy(weights, x_test, y_test):.3f} after {settings['steps']} steps")

    difference = np.abs(rates[0] - rates[1]) / np.maximum(np.abs(rates[0]), np.finfo(np.float32).tiny)
    print(f"learning rates differ by {difference.max():.1e} at most, relative")
    assert rates[0].shape == rates[1].shape == (settings["steps"],)
    assert difference.max() <= np.finfo(np.float32).eps / 2, "more than the rounding to float32"


if __name__ == "__main__":
    main()
