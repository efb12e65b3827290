"""Small trainings with torch, for the tests of its scheduler."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

Held = list[list[float]]


def model(seed: int = 7) -> nn.Module:
    """A layer with two parameters, a weight and a bias."""
    torch.manual_seed(seed)
    return nn.Linear(3, 1)


def groups(network: nn.Module, rates: Sequence[float] = (0.5, 0.25)) -> list[dict[str, Any]]:
    """A parameter group for each of the two."""
    return [{"params": [p], "lr": rate} for p, rate in zip(network.parameters(), rates, strict=True)]


def update(network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """One update, by the gradient of a loss."""
    optimizer.zero_grad()
    network(torch.ones(4, 3)).square().mean().backward()
    optimizer.step()


def train(network: nn.Module, scheduler: Any, steps: int, name: str = "lr") -> Held:
    """Make some updates; what each group held at each of them."""
    optimizer, held = scheduler.optimizer, []
    for _ in range(steps):
        held.append([float(group[name]) for group in optimizer.param_groups])
        update(network, optimizer)
        scheduler.step()
    return held


def through_a_file(*states: Any) -> Any:
    """What is left of states that are saved and loaded, by the rules for files that nobody trusts."""
    file = io.BytesIO()
    torch.save(list(states), file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def same_parameters(a: nn.Module, b: nn.Module) -> bool:
    """Whether two networks are the same, bit by bit."""
    return all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))
