"""`ScheduleLR` and optimizers whose step is compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch._dynamo.utils import counters
from torch.optim import AdamW
from torch_training import groups, model

import symsched as ss
from symsched.integrations.torch import ScheduleLR

LR = ss.parse("warmup(linear, 5) >> cosine(1e-3, 20, 1e-5)")
STEPS = 25

pytestmark = pytest.mark.filterwarnings(r"ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")


@pytest.fixture(autouse=True)
def _counted() -> Iterator[None]:
    torch._dynamo.reset()
    counters.clear()
    yield
    torch._dynamo.reset()


def graphs(inside: bool, rates: Callable[[], Any], **options: bool) -> int:
    """How many graphs a training takes, whose rates are checked; the step of the scheduler may be compiled with it."""
    network = model()
    optimizer = AdamW(groups(network, [rates(), rates()]), foreach=False, **options)
    scheduler = ScheduleLR(optimizer, {"lr": str(LR), "betas[1]": 0.99})
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)

    def step() -> None:
        optimizer.step()
        if inside:
            scheduler.step()

    compiled = torch.compile(step, backend="aot_eager")
    for t in range(STEPS):
        assert [float(group["lr"]) for group in optimizer.param_groups] == [LR(t)] * 2
        compiled()
        if not inside:
            scheduler.step()
    return int(counters["stats"]["unique_graphs"])


@pytest.mark.parametrize("capturable", [False, True], ids=["", "capturable"])
def test_a_rate_that_is_a_tensor_needs_no_graph_but_the_first(capturable: bool) -> None:
    assert graphs(False, lambda: torch.tensor(0.5, dtype=torch.float64), capturable=capturable) == 1


def test_the_step_of_the_scheduler_stays_out_of_the_graph_of_a_function_around_both() -> None:
    assert graphs(True, lambda: torch.tensor(0.5, dtype=torch.float64)) <= 2


def test_a_rate_that_is_a_number_needs_a_second_one_as_with_any_scheduler() -> None:
    assert graphs(False, lambda: 0.5) == 2
