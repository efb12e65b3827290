"""A run with `ScheduleLR` that is stopped and resumed is the same run; what was changed meanwhile is told."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import SGD, AdamW, lr_scheduler
from torch_training import Held, groups, model, same_parameters, through_a_file, train

import symsched as ss
from symsched.integrations.torch import ScheduleLR, ScheduleWarning

TEXT = "warmup(linear, 5) >> cosine(1e-3, 20, 1e-5)"
LR = ss.parse(TEXT)
STEPS = 30

GIVEN: dict[str, Any] = {
    "text": TEXT,
    "linked": {"lr": TEXT, "weight_decay": "10*lr", "betas[0]": "0.95 - lr"},
    "groups": [TEXT, {"lr": "linear(1, 25)", "weight_decay": "lr/4"}],
}
RATES = {"float": 0.5, "tensor": torch.tensor(0.5, dtype=torch.float64)}


def run(given: Any, stop: int | None, *, relative: bool = False, rate: Any = 0.5) -> tuple[Held, torch.nn.Module]:
    """A training of some steps, perhaps with a stop; what was held at each step, and what was learned."""

    def begin(seed: int, begin_rate: Any) -> tuple[torch.nn.Module, ScheduleLR]:
        network = model(seed)
        optimizer = AdamW(groups(network, (begin_rate * 1, begin_rate / 2)), foreach=False)  # a tensor is filled
        return network, ScheduleLR(optimizer, given, relative=relative)

    network, scheduler = begin(7, rate)
    held = train(network, scheduler, STEPS if stop is None else stop)
    if stop is None:
        return held, network
    saved = through_a_file(network.state_dict(), scheduler.optimizer.state_dict(), scheduler.state_dict())
    network, scheduler = begin(8, rate * 3)
    for one, state in zip((network, scheduler.optimizer, scheduler), saved, strict=True):
        one.load_state_dict(state)
    return held + train(network, scheduler, STEPS - stop), network


@pytest.mark.parametrize("relative", [False, True], ids=["absolute", "relative"])
@pytest.mark.parametrize("rate", RATES.values(), ids=list(RATES))
@pytest.mark.parametrize("given", GIVEN.values(), ids=list(GIVEN))
def test_a_run_that_is_resumed_at_any_step_is_the_same_run(given: Any, rate: Any, relative: bool) -> None:
    held, network = run(given, None, relative=relative, rate=rate)
    for stop in (0, 1, 2, 5, 17, 29):
        again, other = run(given, stop, relative=relative, rate=rate)
        assert again == held
        assert same_parameters(network, other)


def test_the_state_is_the_texts_and_the_step() -> None:
    network = model()
    scheduler = ScheduleLR(
        SGD(groups(network)), [TEXT, {"lr": "cosine(peak, 100%)", "momentum": "0.9 - lr"}], peak=1, total=9
    )
    train(network, scheduler, 4)
    lr = "peak = 1; total = 9; cosine(peak, 100%)"
    second = {"lr": lr, "momentum": "peak = 1; total = 9; lr = cosine(peak, 100%); 0.9 - lr"}
    assert scheduler.state_dict() == {"schedule": [TEXT, second], "last_epoch": 4}
    assert eval(repr(scheduler.state_dict())) == scheduler.state_dict()  # noqa: S307 (numbers and texts)
    again = ScheduleLR(SGD(groups(network)), scheduler.state_dict()["schedule"])
    assert again.state_dict() == {"schedule": [TEXT, second], "last_epoch": 0}


ORDERS = [
    ("scheduler", "of optimizer", "of scheduler"),
    ("scheduler", "of scheduler", "of optimizer"),
    ("of optimizer", "scheduler", "of scheduler"),
]
"""What is made, and the states that are loaded."""


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("order", ORDERS, ids=", ".join)
def test_the_value_is_right_in_whatever_order_things_are_made_and_loaded(
    order: tuple[str, ...], relative: bool
) -> None:
    """torch has a wrong value for one update where a scheduler is made after the state of its optimizer is loaded."""
    network = model()
    saved = ScheduleLR(SGD(groups(network)), TEXT, relative=relative)
    train(network, saved, 9)
    optimizer = SGD(groups(model(), (7.0, 8.0)))
    for what in order:
        if what == "scheduler":
            scheduler = ScheduleLR(optimizer, TEXT, relative=relative)
        elif what == "of optimizer":
            optimizer.load_state_dict(saved.optimizer.state_dict())
        else:
            scheduler.load_state_dict(saved.state_dict())
    assert [g["lr"] for g in optimizer.param_groups] == [
        LR(9) * scale for scale in ((0.5, 0.25) if relative else (1, 1))
    ]


def test_a_state_of_an_absolute_schedule_can_be_gone_on_with_as_a_relative_one() -> None:
    network = model()
    saved = ScheduleLR(AdamW(groups(network)), {"lr": TEXT, "weight_decay": "linear(1, 40)"})
    train(network, saved, 9)
    scheduler = ScheduleLR(AdamW(groups(network)), saved.state_dict()["schedule"], relative=True)
    scheduler.optimizer.load_state_dict(saved.optimizer.state_dict())
    scheduler.load_state_dict(saved.state_dict())
    assert [g["weight_decay"] for g in scheduler.optimizer.param_groups] == [ss.parse("linear(1, 40)")(9) * 0.01] * 2


@settings(deadline=None, derandomize=True, max_examples=30)
@given(step=st.integers(0, 10**9))
def test_the_last_epoch_is_the_step_before(step: int) -> None:
    text = "linear(1, 1e9)"
    scheduler = ScheduleLR(SGD(groups(model())), text, last_epoch=step - 1)
    assert scheduler.get_last_lr() == [ss.parse(text)(step)] * 2
    assert scheduler.state_dict()["last_epoch"] == step


def test_a_relative_schedule_goes_on_from_the_rates_of_the_beginning() -> None:
    network = model()
    begun = [{**group, "initial_lr": group["lr"], "lr": 9.0} for group in groups(network)]
    assert ScheduleLR(SGD(begun), TEXT, last_epoch=10, relative=True).get_last_lr() == [LR(11) * 0.5, LR(11) * 0.25]


def test_the_state_of_another_scheduler_of_torch_has_the_step() -> None:
    network = model()
    optimizer = SGD(groups(network), lr=1.0)
    before = lr_scheduler.LambdaLR(optimizer, LR.compile("python"))
    train(network, before, 8)
    scheduler = ScheduleLR(optimizer, TEXT)
    scheduler.load_state_dict(before.state_dict())
    assert train(network, scheduler, 4) == [[LR(t)] * 2 for t in range(8, 12)]


def test_what_is_no_state_is_told() -> None:
    scheduler = ScheduleLR(SGD(groups(model())), TEXT)
    with pytest.raises(ss.ScheduleError, match="there is no `last_epoch` in this state"):
        scheduler.load_state_dict({"step": 3})


def test_a_state_inside_a_sequence_leaves_the_optimizer_alone() -> None:
    def begin(network: torch.nn.Module) -> lr_scheduler.SequentialLR:
        optimizer = SGD(network.parameters(), lr=0.5, momentum=0.9)
        parts = [
            ScheduleLR(optimizer, TEXT),
            lr_scheduler.ExponentialLR(optimizer, 0.5),
            ScheduleLR(optimizer, "linear(1, 9)"),
        ]
        return lr_scheduler.SequentialLR(optimizer, parts, milestones=[4, 8])

    network = model()
    held = train(network, begin(network), 14)
    for stop in range(14):
        first = model()
        scheduler = begin(first)
        before = train(first, scheduler, stop)
        saved = through_a_file(scheduler.optimizer.state_dict(), scheduler.state_dict())
        scheduler = begin(first)
        scheduler.optimizer.load_state_dict(saved[0])
        scheduler.load_state_dict(saved[1])
        assert before + train(first, scheduler, 14 - stop) == held, stop
        assert same_parameters(network, first)


# Copies


@pytest.mark.parametrize("make", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])  # noqa: S301
def test_a_copy_goes_on_by_itself(make: Any) -> None:
    network = model()
    scheduler = ScheduleLR(AdamW(groups(network)), GIVEN["groups"], relative=True)
    train(network, scheduler, 6)
    other = make(scheduler)
    network_of_other = torch.nn.Linear(3, 1)
    network_of_other.weight, network_of_other.bias = (g["params"][0] for g in other.optimizer.param_groups)
    assert train(network_of_other, other, 5) == train(network, scheduler, 5)
    assert same_parameters(network, network_of_other)
    other.optimizer.load_state_dict(other.optimizer.state_dict())
    assert other.get_last_lr() == scheduler.get_last_lr()


def test_it_prints_as_what_it_does() -> None:
    scheduler = ScheduleLR(SGD(groups(model())), TEXT)
    assert repr(scheduler) == f"ScheduleLR(SGD, '{TEXT}') at step 0"


# Changed plans


def resumed(saved: Any, given: Any, **options: Any) -> list[str]:
    """The warnings when a run that was saved at step 10 goes on with another schedule."""
    network = model()
    before = ScheduleLR(SGD(groups(network)), saved)
    train(network, before, 10)
    scheduler = ScheduleLR(SGD(groups(network)), given, **options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        scheduler.load_state_dict(before.state_dict())
    assert [g["lr"] for g in scheduler.optimizer.param_groups] == [s["lr"](10) for s in scheduler.schedules]
    assert all(w.category is ScheduleWarning and w.filename == __file__ for w in caught)
    return [str(w.message) for w in caught]


def test_a_changed_plan_is_told_with_both_values_at_this_step() -> None:
    (message,) = resumed("cosine(1, 20)", "cosine(1, 40)")
    head, *lines = message.splitlines()
    assert head == "the run was saved with another schedule; `override=True` takes this one without a warning"
    before, now = ss.parse("cosine(1, 20)")(10), ss.parse("cosine(1, 40)")(10)
    assert lines == [f"`lr` was {before} at step 10, is {now}", "  was: cosine(1, 20)", "  now: cosine(1, 40)"]


@pytest.mark.parametrize(
    ("saved", "given", "lines"),
    [
        ("linear(1, 20)", "linear(1, 20) >> 3", ["`lr` is 0.5 at step 10, as before"]),
        ({"lr": 1, "momentum": 0.5}, 1, ["`momentum` had a schedule and has none now: 0.5"]),
        (1, {"lr": 1, "momentum": "lr/2"}, ["`momentum` had no schedule and now has: lr = 1; lr/2"]),
        ([1, 2], 1, ["`lr` was 2.0 at step 10, is 1.0"]),
        (1, [2, 2], ["`lr` was 1.0 at step 10, is 2.0"]),
    ],
    ids=str,
)
def test_each_difference_is_a_line(saved: Any, given: Any, lines: list[str]) -> None:
    (message,) = resumed(saved, given)
    assert [line for line in message.splitlines()[1:] if line.startswith("`")] == lines


@pytest.mark.parametrize("given", [" cosine( 1,20 )", ss.parse("cosine(1, 20)"), {"lr": "cosine(1, 20)"}], ids=str)
def test_another_way_to_write_it_is_no_other_plan(given: Any) -> None:
    assert resumed("cosine(1, 20)", given) == []


def test_a_changed_plan_can_be_accepted() -> None:
    assert resumed("cosine(1, 20)", "cosine(1, 40)", override=True) == []


def test_a_text_that_is_not_read_any_more_is_told_as_it_is() -> None:
    scheduler = ScheduleLR(SGD(groups(model())), TEXT)
    with pytest.warns(ScheduleWarning, match=r"`lr` has a new schedule\n  was: zigzag\(3\)\n  now: warmup"):
        scheduler.load_state_dict({"schedule": "zigzag(3)", "last_epoch": 3})


def test_a_list_of_another_length_is_told() -> None:
    scheduler = ScheduleLR(SGD(groups(model())), [TEXT, TEXT])
    with pytest.warns(
        ScheduleWarning, match="there were 3 schedules, one for each parameter group, and now there are 2"
    ):
        scheduler.load_state_dict({"schedule": [TEXT] * 3, "last_epoch": 3})
