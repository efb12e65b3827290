"""`ScheduleLR` tells of steps that are made too often and of others who write, and of nothing else."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import ref

import pytest
import torch
from accelerate import Accelerator
from launching import launched
from torch.optim import SGD, AdamW, lr_scheduler
from torch_training import groups, model, train, update

import symsched as ss
from symsched.integrations.torch import ScheduleLR, ScheduleWarning

TEXT = "warmup(linear, 5) >> cosine(1e-3, 50, 1e-5)"
LR = ss.parse(TEXT)


def setting(given: Any = TEXT, **options: Any) -> tuple[torch.nn.Module, Any, ScheduleLR]:
    network = model()
    optimizer = AdamW(groups(network))
    return network, optimizer, ScheduleLR(optimizer, given, **options)


@contextmanager
def told() -> Iterator[list[str]]:
    """What is told while something runs."""
    messages: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ScheduleWarning)
        yield messages
    messages += [str(w.message) for w in caught if w.category is ScheduleWarning]


# Steps that are made too often


@pytest.mark.parametrize("times", [2, 4])
def test_several_steps_to_each_update_are_told_once(times: int) -> None:
    network, optimizer, scheduler = setting()
    with told() as messages:
        for _ in range(9):
            update(network, optimizer)
            for _ in range(times):
                scheduler.step()
    (message,) = messages
    assert f"called {times} times before each of the last 4 updates" in message
    assert f"it is at step {4 * times}." in message


ACCELERATE = """
import warnings
import torch
from accelerate import Accelerator
from symsched.integrations.torch import ScheduleLR, ScheduleWarning

def train(is_prepared, **options):
    accelerator = Accelerator(cpu=True, **options)
    network = torch.nn.Linear(8, 1)
    optimizer = torch.optim.SGD(network.parameters())
    scheduler = ScheduleLR(optimizer, "linear(1, 100)")
    network, optimizer = accelerator.prepare(network, optimizer)
    stepped = accelerator.prepare(scheduler) if is_prepared else scheduler
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ScheduleWarning)
        for _ in range(9):
            optimizer.zero_grad()
            accelerator.backward(network(torch.ones(4, 8)).square().mean())
            optimizer.step()
            stepped.step()
    told = [str(w.message).split(" before ")[0] for w in caught if w.category is ScheduleWarning]
    if accelerator.is_main_process:
        print(scheduler.last_epoch, *told, sep="|")

train(True)
train(False)
train(True, step_scheduler_with_optimizer=False)
torch.distributed.destroy_process_group()
"""


def test_a_scheduler_that_accelerate_steps_for_each_process_is_told(tmp_path: Path) -> None:
    """Where it is left out of `prepare`, or stepped apart from the optimizer, it steps once for each update."""
    script = tmp_path / "prepared.py"
    script.write_text(ACCELERATE)
    assert launched(script, folder=tmp_path).splitlines() == [
        "18|`step()` of the scheduler was called 2 times",
        "9",
        "9",
    ]


@pytest.mark.parametrize("prepared_first", [False, True])
def test_gradients_that_accelerate_accumulates_are_no_alarm(prepared_first: bool) -> None:
    network = model()
    optimizer = AdamW(groups(network))
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=3)
    if prepared_first:
        network, optimizer = accelerator.prepare(network, optimizer)
        prepared = accelerator.prepare(ScheduleLR(optimizer, TEXT))
    else:
        network, optimizer, prepared = accelerator.prepare(network, optimizer, ScheduleLR(optimizer, TEXT))
    held = []
    for _ in range(21):
        with accelerator.accumulate(network):
            accelerator.backward(network(torch.ones(4, 3)).square().mean())
            held.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            prepared.step()
            optimizer.zero_grad()
    assert held == [LR(step // 3) for step in range(21)]


PATTERNS: dict[str, Callable[[int], bool]] = {
    "at the beginning": lambda step: step < 8,
    "now and then": lambda step: step % 7 == 3,
    "twice in a row": lambda step: step % 11 in (4, 5),
}


@pytest.mark.parametrize("overflows", PATTERNS.values(), ids=list(PATTERNS))
@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")  # torch knows no skipped updates
def test_updates_that_a_loss_scale_skips_are_no_alarm(overflows: Callable[[int], bool]) -> None:
    network, optimizer, scheduler = setting()
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
    for step in range(44):
        optimizer.zero_grad()
        loss = network(torch.ones(4, 3)).square().mean() * (torch.inf if overflows(step) else 1)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()
    assert scheduler.get_last_lr() == [LR(44)] * 2


def test_a_step_for_many_updates_is_no_alarm() -> None:
    network, optimizer, scheduler = setting()
    for _ in range(3):
        for _ in range(10):
            update(network, optimizer)
        scheduler.step()
    assert scheduler.last_epoch == 3


def test_steps_without_any_update_are_no_alarm() -> None:
    _, optimizer, scheduler = setting()
    optimizer.step()
    for _ in range(50):
        scheduler.step()


def test_going_to_a_step_is_no_alarm() -> None:
    network, optimizer, scheduler = setting()
    for step in range(0, 90, 9):
        update(network, optimizer)
        scheduler.load_state_dict({"last_epoch": step})
    assert scheduler.get_last_lr() == [LR(81)] * 2


# Others who write


def test_another_writer_is_told_once_with_both_values() -> None:
    network, optimizer, scheduler = setting({"lr": TEXT, "betas[0]": 0.5})
    train(network, scheduler, 7)
    with told() as messages:
        for _ in range(3):
            optimizer.param_groups[1]["lr"] = 0.125
            optimizer.param_groups[0]["betas"] = (0.75, 0.9)
            train(network, scheduler, 1)
    assert messages == [
        f"something else set `lr` of parameter group 1 to 0.125, where the schedule had set it to {LR(7)!r}; "
        "now, at step 8, the schedule has set it again. Leave it to one of the two.",
        "something else set `betas[0]` of parameter group 0 to 0.75, where the schedule had set it to 0.5; "
        "now, at step 8, the schedule has set it again. Leave it to one of the two.",
    ]
    assert optimizer.param_groups[0]["betas"] == (0.5, 0.9)


def test_the_warning_is_at_the_line_of_the_step() -> None:
    network, optimizer, scheduler = setting()
    train(network, scheduler, 2)
    optimizer.param_groups[0]["lr"] = 0.125
    with pytest.warns(ScheduleWarning) as caught:
        scheduler.step()
    assert [w.filename for w in caught] == [__file__]


def test_a_tensor_that_another_writes_is_told() -> None:
    network = model()
    optimizer = AdamW(network.parameters(), lr=torch.tensor(0.5), foreach=False)
    scheduler = ScheduleLR(optimizer, TEXT)
    train(network, scheduler, 7)
    optimizer.param_groups[0]["lr"].mul_(0.5)
    with told() as messages:
        train(network, scheduler, 2)
    (message,) = messages
    assert message.startswith("something else set `lr` to ")


def test_a_tensor_with_the_same_value_is_no_alarm() -> None:
    network = model()
    optimizer = AdamW(network.parameters(), lr=torch.tensor(0.5), foreach=False)
    scheduler = ScheduleLR(optimizer, TEXT)
    train(network, scheduler, 7)
    optimizer.param_groups[0]["lr"] = optimizer.param_groups[0]["lr"].clone()
    train(network, scheduler, 2)
    optimizer.param_groups[0]["lr"].mul_(1)
    train(network, scheduler, 2)


def test_a_chain_in_which_another_scheduler_multiplies_the_rate_is_told() -> None:
    """It would be multiplied once and not, as the other scheduler means it, at every step."""
    network = model()
    optimizer = SGD(network.parameters(), lr=1.0)
    chain = lr_scheduler.ChainedScheduler([ScheduleLR(optimizer, 1.0), lr_scheduler.ExponentialLR(optimizer, 0.5)])
    with told() as messages:
        train(network, chain, 5)
    assert len(messages) == 1


def test_a_state_that_is_loaded_is_no_alarm() -> None:
    network, optimizer, scheduler = setting()
    train(network, scheduler, 4)
    saved = optimizer.state_dict()
    train(network, scheduler, 6)
    optimizer.load_state_dict(saved)
    assert train(network, scheduler, 3) == [[LR(t)] * 2 for t in (10, 11, 12)]


def test_two_schedulers_of_different_hyper_parameters_do_not_meet() -> None:
    network, optimizer, scheduler = setting()
    other = ScheduleLR(optimizer, {"weight_decay": "linear(1, 9)"})
    for _ in range(6):
        train(network, scheduler, 1)
        other.step()
    assert optimizer.param_groups[0]["weight_decay"] == ss.parse("linear(1, 9)")(6)


def test_a_scheduler_that_was_replaced_says_nothing_more() -> None:
    network, optimizer, scheduler = setting()
    train(network, scheduler, 4)
    before = ref(scheduler)
    scheduler = ScheduleLR(optimizer, "cosine(1, 20)")
    assert before() is None
    train(network, scheduler, 4)
    optimizer.load_state_dict(optimizer.state_dict())
    assert [g["lr"] for g in optimizer.param_groups] == [ss.parse("cosine(1, 20)")(4)] * 2
