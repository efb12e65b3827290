"""`ScheduleLR` writes the values of schedules into real optimizers, in real training."""

from __future__ import annotations

import doctest
import subprocess
import sys
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import Program, programs
from torch.optim import SGD, AdamW, lr_scheduler
from torch_training import groups, model, train, update

import symsched as ss
from symsched.integrations.torch import ScheduleLR, from_scheduler
from symsched.linking import linked

TEXT = "warmup(linear, 5) >> cosine(1e-3, 20, 1e-5)"
LR = ss.parse(TEXT)
STEPS = 30

OPTIMIZERS: dict[str, Any] = {
    "SGD": lambda p: SGD(p, momentum=0.9),
    "AdamW": AdamW,
    "AdamW, fused": lambda p: AdamW(p, fused=True),
    "AdamW, foreach": lambda p: AdamW(p, foreach=True),
    "AdamW, amsgrad, maximize": lambda p: AdamW(p, amsgrad=True, maximize=True),
    "Adagrad": torch.optim.Adagrad,
    "NAdam": torch.optim.NAdam,
    "Rprop": torch.optim.Rprop,
}


def values(schedule: ss.Schedule, count: int, scale: float = 1.0) -> list[float]:
    return [schedule(t) * scale for t in range(count)]


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_an_optimizer_holds_the_values_of_the_schedule(make: Any) -> None:
    network = model()
    scheduler = ScheduleLR(make(groups(network)), TEXT)
    assert isinstance(scheduler, lr_scheduler.LRScheduler)
    assert train(network, scheduler, STEPS) == [[value, value] for value in values(LR, STEPS)]
    assert scheduler.get_last_lr() == [LR(STEPS)] * 2


@pytest.mark.parametrize("given", [LR, str(LR), [TEXT, LR], {"lr": TEXT}, ss.plan(f"lr = {TEXT}")])
def test_a_schedule_is_given_in_any_of_its_forms(given: Any) -> None:
    network = model()
    assert train(network, ScheduleLR(SGD(groups(network)), given), 7) == [[value] * 2 for value in values(LR, 7)]


def test_a_number_is_a_schedule() -> None:
    network = model()
    assert train(network, ScheduleLR(SGD(groups(network)), 0.125), 3) == [[0.125] * 2] * 3


@settings(deadline=None, derandomize=True, max_examples=40, suppress_health_check=list(HealthCheck))
@given(drawn=st.lists(programs(), min_size=1, max_size=3), steps=st.lists(st.integers(0, 10**7), max_size=3))
def test_any_texts_are_followed_from_any_step(drawn: list[Program], steps: list[int]) -> None:
    optimizer = SGD([{"params": [torch.zeros(1)], "lr": 0.5} for _ in drawn])
    texts = [ss.parse(program.text) for program in drawn]
    bindings = {name: value for program in drawn for name, value in program.bindings}
    used = {p.name: bindings[p.name] for text in texts for p in text.parameters}
    scheduler = ScheduleLR(optimizer, texts, **used)
    expected = [text.bind(**{p.name: bindings[p.name] for p in text.parameters}) for text in texts]
    for step in [0, *steps]:
        scheduler.load_state_dict({"last_epoch": step})
        for t in range(step, step + 3):
            assert [group["lr"] for group in optimizer.param_groups] == [schedule(t) for schedule in expected]
            optimizer.step()
            scheduler.step()


# Hyper-parameters

LINKED = {
    "lr": "warmup(linear, 10%) >> cosine(peak, rest)",
    "weight_decay": "10*lr",
    "betas[0]": "0.95 - 100*lr",
    "eps": 1e-6,
}


@pytest.mark.parametrize("given", [LINKED, {k: LINKED[k] for k in reversed(LINKED)}], ids=["in order", "reversed"])
def test_hyper_parameters_are_linked_by_expressions(given: Any) -> None:
    network = model()
    scheduler = ScheduleLR(AdamW(network.parameters()), given, total=20, peak=1e-3)
    expected = linked(LINKED, total=20, peak=1e-3)
    for t in range(25):
        (group,) = scheduler.optimizer.param_groups
        held = {"lr": group["lr"], "weight_decay": group["weight_decay"], "betas[0]": group["betas"][0]}
        assert {**held, "eps": group["eps"]} == {name: schedule(t) for name, schedule in expected.items()}
        assert group["betas"][1] == 0.999
        update(network, scheduler.optimizer)
        scheduler.step()


PLAN = "_peak = 0.1; lr = cosine(_peak, total); momentum = 0.95 - lr"


@pytest.mark.parametrize("plan", [PLAN, ss.plan(PLAN)], ids=["text", "plan"])
def test_a_plan_writes_what_it_names(plan: Any) -> None:
    network = model()
    scheduler = ScheduleLR(SGD(groups(network), momentum=0.9), plan, total=10)
    assert train(network, scheduler, 12, "momentum") == [[0.95 - ss.parse("cosine(0.1, 10)")(t)] * 2 for t in range(12)]


def test_a_hyper_parameter_alone_leaves_the_rate_to_another_scheduler() -> None:
    network = model()
    optimizer = SGD(network.parameters(), lr=0.5)
    others = [lr_scheduler.ExponentialLR(optimizer, 0.5), ScheduleLR(optimizer, {"weight_decay": "linear(0, 4, 1)"})]
    scheduler = lr_scheduler.ChainedScheduler(others, optimizer)
    found = []
    for _ in range(5):
        found.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["weight_decay"]))
        update(network, optimizer)
        scheduler.step()
    assert found == [(0.5, 0.0), (0.25, 0.25), (0.125, 0.5), (0.0625, 0.75), (0.03125, 1.0)]


def test_each_group_has_a_schedule_of_its_own() -> None:
    network = model()
    given = [TEXT, {"lr": "2*cosine(1, 10)", "weight_decay": "lr/4"}]
    scheduler = ScheduleLR(SGD(groups(network)), given)
    second = ss.parse("2*cosine(1, 10)")
    assert train(network, scheduler, 12) == [[LR(t), second(t)] for t in range(12)]
    assert [g["weight_decay"] for g in scheduler.optimizer.param_groups] == [0, second(12) / 4]


def test_a_relative_value_multiplies_what_a_group_began_with() -> None:
    network = model()
    scheduler = ScheduleLR(AdamW(groups(network)), {"lr": TEXT, "betas[1]": "1 - lr"}, relative=True)
    assert train(network, scheduler, STEPS) == [[LR(t) * 0.5, LR(t) * 0.25] for t in range(STEPS)]
    assert [g["betas"] for g in scheduler.optimizer.param_groups] == [(0.9, (1 - LR(STEPS)) * 0.999)] * 2
    assert [g["initial_betas"] for g in scheduler.optimizer.param_groups] == [(0.9, 0.999)] * 2


def test_a_name_in_a_relative_expression_is_a_factor_too() -> None:
    """So weight decay that follows the rate is `lr`, whatever either of them began with."""
    network = model()
    scheduler = ScheduleLR(AdamW(groups(network), weight_decay=0.04), {"lr": TEXT, "weight_decay": "lr"}, relative=True)
    assert train(network, scheduler, STEPS, "weight_decay") == [[LR(t) * 0.04] * 2 for t in range(STEPS)]


@pytest.mark.parametrize("relative", [False, True])
def test_a_group_that_is_added_follows_at_its_first_update(relative: bool) -> None:
    network, more = model(), torch.nn.Parameter(torch.ones(2))
    scheduler = ScheduleLR(SGD(groups(network)), TEXT, relative=relative)
    train(network, scheduler, 4)
    scheduler.optimizer.add_param_group({"params": [more], "lr": 0.125})
    update(network, scheduler.optimizer)
    scales = (0.5, 0.25, 0.125) if relative else (1, 1, 1)
    assert [g["lr"] for g in scheduler.optimizer.param_groups] == [LR(4) * scale for scale in scales]
    scheduler.step()
    assert scheduler.get_last_lr() == [LR(5) * scale for scale in scales]


def test_a_group_that_is_added_needs_a_schedule_where_each_has_one() -> None:
    scheduler = ScheduleLR(SGD(groups(model())), [TEXT, TEXT])
    scheduler.optimizer.add_param_group({"params": [torch.zeros(1)]})
    with pytest.raises(ss.ScheduleError, match="2 schedules for 3 parameter groups"):
        scheduler.optimizer.step()


class Counted(dict[str, Any]):
    """A parameter group that counts how often its rate is written."""

    writes = 0

    def __setitem__(self, name: str, value: Any) -> None:
        self.writes += name == "lr"
        super().__setitem__(name, value)


def test_a_step_writes_once() -> None:
    optimizer = SGD([torch.zeros(1)], lr=0.5)
    group = optimizer.param_groups[0] = Counted(optimizer.param_groups[0])
    scheduler = ScheduleLR(optimizer, TEXT)
    assert group.writes == 1
    for count in range(2, 9):
        optimizer.step()
        scheduler.step()
        assert group.writes == count
    scheduler.load_state_dict(scheduler.state_dict())
    assert group.writes == 9


# Tensors


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("options", [{"foreach": False}, {"fused": True}], ids=str)
def test_a_tensor_is_filled_in_place(dtype: torch.dtype, options: dict[str, bool]) -> None:
    network = model()
    optimizer = AdamW(network.parameters(), lr=torch.tensor(0.5, dtype=dtype), **options)
    scheduler = ScheduleLR(optimizer, {"lr": TEXT, "weight_decay": "lr/10"}, relative=True)
    rate, before = optimizer.param_groups[0]["lr"], scheduler.get_last_lr()[0]
    assert train(network, scheduler, 9) == [[torch.tensor(LR(t) * 0.5, dtype=dtype).item()] for t in range(9)]
    assert optimizer.param_groups[0]["lr"] is rate
    assert (before.item(), before.dtype) == (0, dtype)  # a copy, which does not change
    assert optimizer.param_groups[0]["weight_decay"] == 0.01 * (LR(9) / 10)


# Inside the compositions of torch


def test_it_is_any_part_of_a_sequence() -> None:
    network = model()
    optimizer = SGD(network.parameters(), lr=0.5)
    parts = [
        ScheduleLR(optimizer, "linear(1, 4, 0.5)"),
        lr_scheduler.ConstantLR(optimizer, 0.5, total_iters=100),
        ScheduleLR(optimizer, {"lr": TEXT, "momentum": "lr"}),
    ]
    sequence = lr_scheduler.SequentialLR(optimizer, parts, milestones=[3, 6])
    expected = [1.0, 0.875, 0.75, 0.25, 0.25, 0.25, *(LR(t) for t in range(6))]
    assert [rate for (rate,) in train(network, sequence, 12)] == expected
    assert sequence.get_last_lr() == [LR(6)]


def test_the_closed_form_of_a_step_is_its_value() -> None:
    network = model()
    scheduler = ScheduleLR(SGD(groups(network)), TEXT, relative=True)
    train(network, scheduler, 3)
    assert scheduler._get_closed_form_lr() == scheduler.get_lr() == [LR(3) * 0.5, LR(3) * 0.25]
    with pytest.warns(UserWarning, match="epoch parameter"):
        scheduler.step(11)
    assert [g["lr"] for g in scheduler.optimizer.param_groups] == [LR(11) * 0.5, LR(11) * 0.25]
    assert train(network, scheduler, 2) == [[LR(t) * 0.5, LR(t) * 0.25] for t in (11, 12)]


def test_the_wrong_order_of_calls_is_told_by_torch() -> None:
    scheduler = ScheduleLR(SGD(groups(model())), TEXT)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()


def test_it_is_read_back_as_its_schedule() -> None:
    network = model()
    scheduler = ScheduleLR(SGD(groups(network)), [TEXT, 0.1], relative=True)
    train(network, scheduler, 3)
    assert [from_scheduler(scheduler, group)(2) for group in (0, 1)] == [LR(2) * 0.5, 0.1 * 0.25]


# Mistakes

MISTAKES: list[tuple[Any, dict[str, Any], str, str]] = [
    ("cosin(1, 10)", {}, "unknown schedule `cosin`", "did you mean"),
    ("cosine(peak, 10)", {}, "`peak` has no value in the schedule of `lr`", "peak=..."),
    ("cosine(1, 10)", {"peak": 1}, "no parameter `peak`", "it has no parameters"),
    ("cosine(peak, 10)", {"peek": 1}, "no parameter `peek`", "did you mean `peak`?"),
    ({}, {}, "there is no schedule", '{"lr": '),
    ("", {}, "a schedule cannot be empty", "^"),
    ("f(x) = x", {}, "there is no schedule", '{"lr": '),
    ("lr = 1; peak = 2", {}, "the optimizer has no hyper-parameter `peak`", "it has lr"),
    ({"momentun": 1}, {}, "the optimizer has no hyper-parameter `momentun`", "did you mean `momentum`?"),
    ({"learning_rate": 1}, {}, "the optimizer has no hyper-parameter `learning_rate`", "it has lr, momentum, damp"),
    ({"nesterov": 1}, {}, "the optimizer has no hyper-parameter `nesterov`", "it has lr"),
    ({"params": 1}, {}, "the optimizer has no hyper-parameter `params`", "it has lr"),
    ({"lr": "2*momentum", "momentum": "lr/2"}, {}, "`lr` is defined by itself: lr -> momentum -> lr", "of its own"),
    ([TEXT], {}, "1 schedule for 2 parameter groups", "one for each group"),
    ([TEXT] * 3, {}, "3 schedules for 2 parameter groups", "one for each group"),
    (TEXT, {"last_epoch": 5, "relative": True}, "`relative` needs `initial_lr` in every", "load_state_dict"),
]


@pytest.mark.parametrize(("given", "options", "title", "hint"), MISTAKES, ids=lambda x: str(x)[:40])
def test_a_mistake_is_told(given: Any, options: dict[str, Any], title: str, hint: str) -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        ScheduleLR(SGD(groups(model())), given, **options)
    assert caught.value.title.startswith(title)
    assert hint in str(caught.value)


def test_one_of_several_numbers_is_told_by_its_index() -> None:
    for name in ("betas", "betas[2]", "betas[-1]"):
        with pytest.raises(ss.ScheduleError, match=r"no hyper-parameter `betas") as caught:
            ScheduleLR(AdamW(groups(model())), {name: 0.9})
        assert caught.value.hint.startswith("did you mean `betas[")


def test_the_example_of_the_documentation_is_true() -> None:
    (example,) = doctest.DocTestFinder(recurse=False).find(ScheduleLR, "ScheduleLR", module=False)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


def test_what_is_no_optimizer_is_told() -> None:
    with pytest.raises(ss.ScheduleError, match="a Linear is no optimizer of torch"):
        ScheduleLR(model(), TEXT)


def test_torch_is_imported_when_the_scheduler_is_asked_for() -> None:
    code = """if True:
        import sys
        import symsched.integrations.torch as module
        assert "torch" not in sys.modules
        sys.modules["torch"] = None
        sys.path.clear()
        try:
            module.ScheduleLR
        except Exception as error:
            print(type(error).__name__, error, sep=": ")
    """
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "ScheduleError: `torch` is not installed\n\nHint: pip install symsched[torch]\n"
