"""The scheduler that torch's target prints, in training with torch alone."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import warnings
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from worked import failure

import symsched as ss

torch = import_module("torch")

TEXT = "warmup(linear, 5) >> cosine(1e-3, 20, 1e-5)"
STEPS = 30


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return module(tmp_path_factory.mktemp("printed"), ss.parse(TEXT))


def module(folder: Path, schedule: ss.Schedule, **options: str) -> ModuleType:
    """The module that is printed, as a user imports it."""
    name = f"printed_{len(list(folder.iterdir()))}_{folder.name.replace('-', '_')}"
    (folder / f"{name}.py").write_text(schedule.emit("torch", form="scheduler", **options), encoding="ascii")
    sys.path.insert(0, str(folder))
    try:
        return import_module(name)
    finally:
        sys.path.remove(str(folder))


def expected(steps: range = range(STEPS)) -> list[float]:
    return [ss.parse(TEXT)(t) for t in steps]


def model() -> Any:
    torch.manual_seed(7)
    return torch.nn.Linear(3, 1)


def groups(network: Any, rates: tuple[float, ...] = (0.5, 0.25)) -> list[dict[str, Any]]:
    return [{"params": [p], "lr": rate} for p, rate in zip(network.parameters(), rates, strict=True)]


def train(network: Any, optimizer: Any, scheduler: Any, steps: int) -> list[list[float]]:
    """The learning rates with which each step was made."""
    found = []
    for _ in range(steps):
        found.append([float(group["lr"]) for group in optimizer.param_groups])
        optimizer.zero_grad()
        network(torch.ones(4, 3)).square().mean().backward()
        optimizer.step()
        scheduler.step()
    return found


def test_an_optimizer_steps_with_the_values_of_the_schedule(printed: ModuleType) -> None:
    network = model()
    optimizer = torch.optim.AdamW(groups(network))
    scheduler = printed.Schedule(optimizer)
    assert train(network, optimizer, scheduler, STEPS) == [[value, value] for value in expected()]
    assert scheduler.get_last_lr() == [group["lr"] for group in optimizer.param_groups]


def test_a_relative_value_multiplies_the_rate_of_each_group(printed: ModuleType) -> None:
    network = model()
    optimizer = torch.optim.SGD(groups(network))
    scheduler = printed.Schedule(optimizer, relative=True)
    found = train(network, optimizer, scheduler, STEPS)
    assert found == [[value * 0.5, value * 0.25] for value in expected()]


def test_a_group_that_is_added_follows(printed: ModuleType) -> None:
    network, more = model(), torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD(groups(network))
    scheduler = printed.Schedule(optimizer, relative=True)
    train(network, optimizer, scheduler, 4)
    optimizer.add_param_group({"params": [more], "lr": 0.125})
    scheduler.step()
    assert [group["lr"] for group in optimizer.param_groups] == [ss.parse(TEXT)(5) * b for b in (0.5, 0.25, 0.125)]


@pytest.mark.parametrize("stop", [0, 1, 5, 17])
def test_a_run_that_is_resumed_is_the_same_run(printed: ModuleType, stop: int) -> None:
    whole = model()
    optimizer = torch.optim.AdamW(groups(whole))
    rates = train(whole, optimizer, printed.Schedule(optimizer), STEPS)

    first = model()
    optimizer = torch.optim.AdamW(groups(first))
    scheduler = printed.Schedule(optimizer)
    before = train(first, optimizer, scheduler, stop)
    file = io.BytesIO()
    torch.save([first.state_dict(), optimizer.state_dict(), scheduler.state_dict()], file)
    file.seek(0)
    of_model, of_optimizer, of_scheduler = torch.load(file, weights_only=True)
    assert set(of_scheduler) == {"last_epoch", "base_lrs"}

    second = torch.nn.Linear(3, 1)
    optimizer = torch.optim.AdamW(groups(second, (9.0, 9.0)))
    scheduler = printed.Schedule(optimizer)
    second.load_state_dict(of_model)
    optimizer.load_state_dict(of_optimizer)
    scheduler.load_state_dict(of_scheduler)
    assert before + train(second, optimizer, scheduler, STEPS - stop) == rates
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), second.parameters(), strict=True))


def test_the_last_epoch_says_where_to_go_on(printed: ModuleType) -> None:
    network = model()
    optimizer = torch.optim.SGD([{**g, "initial_lr": g["lr"]} for g in groups(network)])
    scheduler = printed.Schedule(optimizer, last_epoch=11)
    assert scheduler.get_last_lr() == [ss.parse(TEXT)(12)] * 2


def test_a_rate_that_is_a_tensor_stays_that_tensor(printed: ModuleType) -> None:
    network = model()
    optimizer = torch.optim.AdamW(network.parameters(), lr=torch.tensor(0.5, dtype=torch.float64))
    rate = optimizer.param_groups[0]["lr"]
    train(network, optimizer, printed.Schedule(optimizer), 3)
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == ss.parse(TEXT)(3)


def test_it_is_pickled(printed: ModuleType) -> None:
    network = model()
    optimizer = torch.optim.SGD(groups(network))
    scheduler = printed.Schedule(optimizer)
    train(network, optimizer, scheduler, 3)
    copy = pickle.loads(pickle.dumps(scheduler))  # noqa: S301 (of this line)
    copy.step()
    assert copy.get_last_lr() == [ss.parse(TEXT)(4)] * 2


def test_it_is_one_of_a_sequence(printed: ModuleType) -> None:
    network = model()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SequentialLR calls its schedulers with a number
        before = torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0)
        sequence = torch.optim.lr_scheduler.SequentialLR(optimizer, [before, printed.Schedule(optimizer)], [3])
        found = train(network, optimizer, sequence, 10)
    assert [rate for (rate,) in found] == [0.5, 0.5, 0.5, *expected(range(7))]


def test_others_multiply_what_it_gives(printed: ModuleType) -> None:
    network = model()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    halves = torch.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda step: 0.5)
    chain = torch.optim.lr_scheduler.ChainedScheduler([printed.Schedule(optimizer), halves])
    found = train(network, optimizer, chain, 10)
    assert [rate for (rate,) in found[1:]] == [value / 2 for value in expected(range(1, 10))]


def test_torch_warns_where_the_order_is_wrong(printed: ModuleType) -> None:
    network = model()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    scheduler = printed.Schedule(optimizer)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()


def test_torch_warns_where_the_optimizer_is_another_one(printed: ModuleType) -> None:
    network = model()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    scheduler = printed.Schedule(optimizer)
    optimizer.step = type(optimizer).step.__get__(optimizer)
    with pytest.warns(UserWarning, match="overridden"):
        scheduler.step()


def test_parameters_are_arguments_of_the_class(tmp_path: Path) -> None:
    schedule = ss.parse("warmup(linear, n) >> cosine(peak, 20)")
    network = model()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    scheduler = module(tmp_path, schedule, name="lr").Lr(optimizer, n=5, peak=0.1)
    found = train(network, optimizer, scheduler, 12)
    assert [rate for (rate,) in found] == [schedule(t, n=5, peak=0.1) for t in range(12)]


def test_a_plan_has_a_class_for_each_schedule() -> None:
    text = ss.plan("lr = cosine(1, 10); weight_decay = linear(0, 10, 1)").emit("torch", form="scheduler")
    assert "class Lr(_Scheduler):" in text
    assert "class WeightDecay(_Scheduler):" in text


def test_a_form_that_a_target_does_not_have_is_an_error() -> None:
    error = failure(lambda: ss.parse("1").emit("torch", form="class"))
    assert (error.title, error.hint) == ("`torch` has no form `class`", "forms are function, scheduler")
    error = failure(lambda: ss.parse("1").emit("torch", form="scheduler", name="Rate"))
    assert error.title == "`Rate` cannot be the name of a function beside a class"


def test_a_scheduler_needs_torch_alone(tmp_path: Path) -> None:
    text = ss.parse(TEXT).emit("torch", form="scheduler")
    script = f"""{text}
import sys
parameter = torch.nn.Parameter(torch.ones(1))
optimizer = torch.optim.SGD([parameter], lr=1.0)
scheduler = Schedule(optimizer)
for _ in range(10):
    print(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step()
assert "symsched" not in sys.modules
"""
    (tmp_path / "script.py").write_text(script, encoding="ascii")
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "script.py")], capture_output=True, encoding="utf-8", check=True
    )
    assert [float(line) for line in done.stdout.split()] == expected(range(10))
