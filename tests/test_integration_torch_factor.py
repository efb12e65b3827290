"""A schedule as the factor of torch's LambdaLR, alone and in a container of several, as TorchTitan has it."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributed.checkpoint.stateful import Stateful
from torch.optim.lr_scheduler import LambdaLR

import symsched as ss

TEXT = "(rise(linear, 0, 1, 5) >> hold(10, 1) >> decay(cosine, 5, 0.1))"
FACTORS = {
    "text": ss.parse(TEXT),
    "bound": ss.parse("rise(linear, 0, peak, 10%) >> decay(cosine, 90%)").bind(total=20, peak=2),
    "plan": ss.plan(f"lr = {TEXT}; momentum = 0.9*lr")["momentum"],
    "arithmetic": 0.5 * ss.cosine(1, 20) + 0.1,
}
each_factor = pytest.mark.parametrize("factor", FACTORS.values(), ids=FACTORS)


def optimizer(kind: Callable[..., torch.optim.Optimizer] = torch.optim.SGD, lr: float = 0.1) -> torch.optim.Optimizer:
    return kind([torch.nn.Parameter(torch.zeros(1))], lr=lr)


def trained(scheduler: Any, steps: int) -> list[float]:
    """What the optimizer holds at each update."""
    held = []
    for _ in range(steps):
        held.append(scheduler.optimizer.param_groups[0]["lr"])
        scheduler.optimizer.step()
        scheduler.step()
    return held


def through_a_file(state: dict[str, Any]) -> Any:
    """What torch reads of a state that it wrote, which may hold plain data only."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


@each_factor
@settings(deadline=None)
@given(stop=st.integers(1, 24))
def test_a_resumed_run_has_the_same_rates(factor: ss.Schedule, stop: int) -> None:
    begun = LambdaLR(optimizer(), factor)
    rates = trained(begun, stop)
    state = through_a_file({"scheduler": begun.state_dict(), "optimizer": begun.optimizer.state_dict()})
    resumed = LambdaLR(optimizer(), factor)
    resumed.optimizer.load_state_dict(state["optimizer"])
    resumed.load_state_dict(state["scheduler"])
    assert rates + trained(resumed, 25 - stop) == [0.1 * factor(t) for t in range(25)]


@each_factor
def test_a_state_holds_nothing_of_the_schedule(factor: ss.Schedule) -> None:
    scheduler = LambdaLR(optimizer(), factor)
    trained(scheduler, 3)
    assert factor.expr is not None
    assert str(factor)
    assert scheduler.state_dict()["lr_lambdas"] == [{}]


def test_a_state_leaves_the_schedule_that_it_is_loaded_into() -> None:
    was, now = LambdaLR(optimizer(), ss.parse(TEXT)), LambdaLR(optimizer(), ss.parse("cosine(1, 30)"))
    trained(was, 4)
    now.load_state_dict(through_a_file(was.state_dict()))
    assert now.lr_lambdas == [ss.parse("cosine(1, 30)")]
    trained(now, 1)
    assert now.get_last_lr() == [0.1 * ss.parse("cosine(1, 30)")(5)]


@each_factor
def test_a_scheduler_is_copied(factor: ss.Schedule) -> None:
    scheduler = LambdaLR(optimizer(), factor)
    trained(scheduler, 7)
    assert trained(copy.deepcopy(scheduler), 5) == trained(scheduler, 5)


class Container(Stateful):
    """What TorchTitan builds of a factor: a LambdaLR for each optimizer, of which the step alone is saved."""

    def __init__(self, optimizers: list[torch.optim.Optimizer], lr_lambda: Callable[[int], float]) -> None:
        self.schedulers = [LambdaLR(one, lr_lambda) for one in optimizers]

    def __iter__(self) -> Iterator[LambdaLR]:
        return iter(self.schedulers)

    def step(self) -> None:
        for scheduler in self.schedulers:
            scheduler.step()

    def state_dict(self) -> dict[str, Any]:
        return {"last_epoch": self.schedulers[0].last_epoch}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        for scheduler in self.schedulers:
            scheduler.last_epoch = state_dict["last_epoch"]
            scheduler._step_count = scheduler.last_epoch + 1
            scheduler._last_lr = scheduler.get_lr()


def two() -> list[torch.optim.Optimizer]:
    return [optimizer(torch.optim.AdamW, 1e-3), optimizer(torch.optim.SGD, 0.1)]


def rates_of(optimizers: list[torch.optim.Optimizer], container: Container, steps: int) -> list[list[float]]:
    held = []
    for _ in range(steps):
        held.append([one.param_groups[0]["lr"] for one in optimizers])
        for one in (*optimizers, container):
            one.step()
    return held


@pytest.mark.filterwarnings("ignore:To get the last learning rate:UserWarning")  # TorchTitan asks for `get_lr` itself
@each_factor
def test_a_container_of_two_optimizers_goes_on(factor: ss.Schedule) -> None:
    first, second = two(), two()
    begun, resumed = Container(first, factor), Container(second, factor)
    rates = rates_of(first, begun, 11)
    state = through_a_file({"schedulers": begun.state_dict(), "optimizers": [one.state_dict() for one in first]})
    for one, saved in zip(second, state["optimizers"], strict=True):
        one.load_state_dict(saved)
    resumed.load_state_dict(state["schedulers"])
    rates += rates_of(second, resumed, 14)
    assert rates == [[1e-3 * factor(t), 0.1 * factor(t)] for t in range(25)]
