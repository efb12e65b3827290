"""Schedulers of torch as schedules: built and stepped for real, and compared at every step."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparison import Case, agree, pairs, without_entry
from torch.optim import lr_scheduler, swa_utils

import symsched as ss
from symsched.integrations.torch import CODE, from_scheduler

NAMES = {name: found for module in (lr_scheduler, swa_utils) for name, found in vars(module).items()}

REFUSED = {
    "ChainedScheduler([StepLR(optimizer, step_size=10), CosineAnnealingLR(optimizer, T_max=40)])": (
        "CosineAnnealingLR cannot become a schedule here: after `T_max` it goes on from the value that it finds there"
    ),
    "ChainedScheduler([SequentialLR(optimizer, [LinearLR(optimizer, total_iters=4), "
    "ConstantLR(optimizer, total_iters=3)], milestones=[4]), MultiStepLR(optimizer, milestones=[9, 20])])": (
        "SequentialLR cannot become a schedule here: in a ChainedScheduler it sets the value, whatever the others did"
    ),
}
"""Rows whose curve is that of the entry only up to the step that they are compared to."""

ROWS = [row for row in pairs("torch") if "_momentum(" not in row["symsched"]]

pytestmark = [
    # A scheduler that comes first in a composition is stepped at its construction.
    pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning"),
    pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step:UserWarning"),
]


def sgd(*rates: Any) -> torch.optim.Optimizer:
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": rate} for rate in rates or (0.1,)]
    return torch.optim.SGD(groups, momentum=0.9)


def built(text: str, optimizer: torch.optim.Optimizer) -> Any:
    return eval(text, {**NAMES, "optimizer": optimizer})  # noqa: S307 (a text of ours)


def stepped(scheduler: Any, steps: int, group: int = 0) -> list[float]:
    """What a group is set to at each step of a run."""
    values = []
    for step in range(steps):
        if step > 0:
            scheduler.step()
        values.append(float(scheduler.optimizer.param_groups[group]["lr"]))
    return values


def same(schedule: ss.Schedule, theirs: list[float], drift: float = 0.0) -> None:
    """Assert that a schedule is one line and has the values of a run."""
    assert "\n" not in str(schedule)
    ours = ss.parse(str(schedule)).compile("python")
    agree(map(ours, range(len(theirs))), theirs, Case("", str(schedule), tuple(range(len(theirs))), drift))


@pytest.mark.parametrize("after", [0, 7])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["symsched"])
def test_a_scheduler_becomes_its_schedule_also_in_the_middle_of_a_run(row: dict[str, Any], after: int) -> None:
    steps = min(row.get("steps", 64), 200)
    scheduler = built(row["torch"], sgd())
    values = stepped(scheduler, min(after, steps - 1) + 1)
    if row["torch"] in REFUSED:
        with pytest.raises(ss.ScheduleError) as caught:
            from_scheduler(scheduler)
        assert caught.value.title == REFUSED[row["torch"]]
        return
    schedule = from_scheduler(scheduler)
    values += stepped(scheduler, steps - len(values) + 1)[1:]
    ours = [schedule(step) for step in range(steps)]
    scale = max(map(abs, values))
    off = [(step, a, b) for step, a, b in zip(range(steps), ours, values, strict=True) if abs(a - b) > 1e-10 * scale]
    assert not off


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["symsched"])
def test_the_text_is_that_of_the_cheat_sheet_or_has_its_values(row: dict[str, Any]) -> None:
    scheduler = built(row["torch"], sgd())
    if row["torch"] in REFUSED:
        with pytest.raises(ss.ScheduleError, match="cannot become a schedule here"):
            from_scheduler(scheduler)
        return
    ours, written = from_scheduler(scheduler).compile("python"), ss.parse(row["symsched"]).compile("python")
    steps = (*range(100), 1000, 10**6)
    agree(map(ours, steps), map(written, steps), Case("", row["symsched"], steps))


@pytest.mark.parametrize(
    ("framework", "text"),
    [
        ("StepLR(optimizer, 30)", "torch.StepLR(0.1, step_size=30)"),
        ("OneCycleLR(optimizer, 0.1, 1000)", "torch.OneCycleLR(0.1, total_steps=1000)"),
        (
            "OneCycleLR(optimizer, 0.3, epochs=3, steps_per_epoch=7, pct_start=0.2, div_factor=7.0, three_phase=True)",
            "torch.OneCycleLR(0.3, total_steps=21, pct_start=0.2, div_factor=7, three_phase=true)",
        ),
        ("CyclicLR(optimizer, 0.01, 0.2, 3, 7)", "torch.CyclicLR(0.01, max_lr=0.2, step_size_up=3, step_size_down=7)"),
        ("MultiStepLR(optimizer, [20, 10, 10])", "torch.MultiStepLR(0.1, milestones=[10, 10, 20])"),
        ("SWALR(optimizer, 0.05, anneal_strategy='linear')", "torch.SWALR(0.1, swa_lr=0.05, anneal_strategy=linear)"),
        (
            "SequentialLR(optimizer, [LinearLR(optimizer), CosineAnnealingLR(optimizer, 95)], [5])",
            "torch.SequentialLR([torch.LinearLR(0.1), torch.CosineAnnealingLR(0.1, T_max=95)], milestones=[5])",
        ),
    ],
)
def test_the_text_is_what_one_would_write(framework: str, text: str) -> None:
    assert str(from_scheduler(built(framework, sgd()))) == text


NESTED = [
    # A SequentialLR that comes first inside another, up to three of them, and milestones that fall on its extra steps.
    "SequentialLR(optimizer, [SequentialLR(optimizer, [LinearLR(optimizer), StepLR(optimizer, 4)], [{a}]),"
    " ExponentialLR(optimizer, 0.9)], [12])",
    "SequentialLR(optimizer, [SequentialLR(optimizer, [SequentialLR(optimizer, [ConstantLR(optimizer),"
    " MultiStepLR(optimizer, [2, 5])], [{a}]), StepLR(optimizer, 3)], [9]), PolynomialLR(optimizer, 20)], [15])",
    "SequentialLR(optimizer, [SequentialLR(optimizer, [ExponentialLR(optimizer, 0.9), ExponentialLR(optimizer, 0.5)],"
    " [{a}]), LinearLR(optimizer)], [9])",
    "SequentialLR(optimizer, [SequentialLR(optimizer, [PolynomialLR(optimizer, 20, 2.0),"
    " CosineAnnealingWarmRestarts(optimizer, 8)], [{a}]), LinearLR(optimizer)], [9])",
    # A SequentialLR first in a ChainedScheduler, and the reverse.
    "ChainedScheduler([SequentialLR(optimizer, [LinearLR(optimizer), CosineAnnealingLR(optimizer, 30)], [{a}])])",
    "SequentialLR(optimizer, [ChainedScheduler([ExponentialLR(optimizer, 0.9), LinearLR(optimizer)]),"
    " StepLR(optimizer, 4)], [{a}])",
    "SequentialLR(optimizer, [ChainedScheduler([SequentialLR(optimizer, [StepLR(optimizer, 2), LinearLR(optimizer)],"
    " [{a}])]), ExponentialLR(optimizer, 0.9)], [10])",
    # OneCycleLR and CyclicLR change the rate that the others begin with.
    "SequentialLR(optimizer, [StepLR(optimizer, 3), OneCycleLR(optimizer, 0.3, 60)], [{a}])",
    "SequentialLR(optimizer, [OneCycleLR(optimizer, 0.3, 60), ExponentialLR(optimizer, 0.9)], [{a}])",
    "SequentialLR(optimizer, [OneCycleLR(optimizer, 0.3, 60), OneCycleLR(optimizer, 0.5, 50)], [{a}])",
    "SequentialLR(optimizer, [CyclicLR(optimizer, 0.01, 0.2, 3), StepLR(optimizer, 3)], [{a}])",
    "SequentialLR(optimizer, [StepLR(optimizer, 3), CyclicLR(optimizer, 0.01, 0.2, 3)], [{a}])",
]


@pytest.mark.parametrize("milestone", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("form", NESTED)
def test_schedulers_inside_each_other_do_what_torch_does(form: str, milestone: int) -> None:
    scheduler = built(form.format(a=milestone), sgd())
    same(from_scheduler(scheduler), stepped(scheduler, 40))


def test_a_warm_up_chained_with_a_cosine_is_their_product() -> None:
    scheduler = built("ChainedScheduler([LinearLR(optimizer, 0.1, 1.0, 20), CosineAnnealingLR(optimizer, 20)])", sgd())
    same(from_scheduler(scheduler), stepped(scheduler, 80))


# Optimizers


def test_groups_that_follow_one_curve_are_one_schedule() -> None:
    scheduler = built("StepLR(optimizer, 3)", sgd(0.1, 0.1))
    same(from_scheduler(scheduler), stepped(scheduler, 20, group=1))


@pytest.mark.parametrize(
    "text",
    [
        "StepLR(optimizer, 3)",
        "OneCycleLR(optimizer, [0.1, 0.3], 30)",
        "CyclicLR(optimizer, [0.01, 0.02], [0.1, 0.3], 3)",
        "SWALR(optimizer, [0.05, 0.01])",
        "SequentialLR(optimizer, [LinearLR(optimizer), OneCycleLR(optimizer, [0.1, 0.3], 60)], [5])",
        "ChainedScheduler([LinearLR(optimizer), ExponentialLR(optimizer, 0.9)])",
    ],
)
def test_groups_that_differ_are_chosen(text: str) -> None:
    scheduler = built(text, sgd(0.1, 0.02))
    with pytest.raises(ss.ScheduleError, match="the parameter groups follow different curves") as caught:
        from_scheduler(scheduler)
    assert caught.value.hint == "choose one: group=0"
    with pytest.raises(ss.ScheduleError, match="there is no parameter group 2"):
        from_scheduler(scheduler, group=2)
    curves = [from_scheduler(scheduler, group=group) for group in (0, 1)]
    rows = []
    for step in range(20):
        if step > 0:
            scheduler.step()
        rows.append([group["lr"] for group in scheduler.optimizer.param_groups])
    for curve, theirs in zip(curves, zip(*rows, strict=True), strict=True):
        same(curve, list(theirs))


@pytest.mark.parametrize("text", ["StepLR(optimizer, 3)", "OneCycleLR(optimizer, 0.5, 30)"])
def test_a_rate_may_be_a_tensor(text: str) -> None:
    scheduler = built(text, sgd(torch.tensor(0.25, dtype=torch.float64)))
    same(from_scheduler(scheduler), stepped(scheduler, 30))


def test_a_tensor_of_32_bits_is_the_number_that_it_holds() -> None:
    scheduler = built("CosineAnnealingLR(optimizer, 50)", sgd(torch.tensor(0.1)))
    stepped(scheduler, 40)
    assert str(from_scheduler(scheduler)) == f"torch.CosineAnnealingLR({0.10000000149011612}, T_max=50)"


@pytest.mark.parametrize("text", ["CyclicLR(optimizer, 0.01, 0.2, 5)", "OneCycleLR(optimizer, 0.2, 30)"])
def test_adam_has_betas_for_a_momentum(text: str) -> None:
    scheduler = built(text, torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=0.1, betas=(0.8, 0.99)))
    same(from_scheduler(scheduler), stepped(scheduler, 30))


# What is refused


class Mine(lr_scheduler.StepLR):
    """A scheduler of a user, which could do anything."""


Mine.__name__ = "StepLR"


@pytest.mark.parametrize(
    ("make", "title"),
    [
        (lambda o: lr_scheduler.LambdaLR(o, lambda t: 1.0), "LambdaLR cannot become a schedule: its curve is a Python"),
        (lambda o: lr_scheduler.MultiplicativeLR(o, lambda t: 1.0), "MultiplicativeLR cannot become a schedule: its"),
        (lr_scheduler.ReduceLROnPlateau, "ReduceLROnPlateau cannot become a schedule: its curve depends on a metric"),
        (lambda o: lr_scheduler.CyclicLR(o, 0.1, 0.2, scale_fn=abs), "CyclicLR with a `scale_fn` cannot become"),
        (lambda o: Mine(o, 3), f"{__name__}.StepLR cannot become a schedule"),
        (lambda o: lr_scheduler.StepLR(o, 2.5), "StepLR cannot become a schedule here: `step_size` is no whole number"),
        (lambda o: lr_scheduler.MultiStepLR(o, [2.5]), "MultiStepLR cannot become a schedule here: `milestones` is no"),
        (lambda o: o, "torch.optim.sgd.SGD cannot become a schedule"),
        (lambda o: None, "builtins.NoneType cannot become a schedule"),
    ],
)
def test_what_no_formula_says_is_refused(make: Callable[[Any], Any], title: str) -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        from_scheduler(make(sgd()))
    assert caught.value.title.startswith(title)


def test_every_scheduler_without_an_entry_has_a_reason() -> None:
    assert {*CODE, "LRScheduler"} == set(without_entry("torch"))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("ChainedScheduler([{s}, CosineAnnealingWarmRestarts(optimizer, 5)])", "CosineAnnealingWarmRestarts"),
        ("ChainedScheduler([{s}, OneCycleLR(optimizer, 0.1, 30)])", "OneCycleLR"),
        ("ChainedScheduler([{s}, CosineAnnealingLR(optimizer, 9, 0.01)])", "CosineAnnealingLR"),
        ("ChainedScheduler([CosineAnnealingLR(optimizer, 9), CosineAnnealingLR(optimizer, 9)])", "CosineAnnealingLR"),
        ("ChainedScheduler([ChainedScheduler([{s}, SWALR(optimizer, 0.1)]), {s}])", "SWALR"),
        ("SequentialLR(optimizer, [{s}, SWALR(optimizer, 0.01)], [5])", "SWALR"),
        ("SequentialLR(optimizer, [{s}, ConstantLR(optimizer, 0.1, 0)], [5])", "ConstantLR"),
        ("SequentialLR(optimizer, [SequentialLR(optimizer, [CosineAnnealingLR(optimizer, 9)], [])], [])", "CosineAn"),
        ("SequentialLR(optimizer, [ChainedScheduler([SWALR(optimizer, 0.1)])], [])", "SWALR"),
        ("SequentialLR(optimizer, [CosineAnnealingLR(optimizer, 9), OneCycleLR(optimizer, 0.1, 30)], [9])", "CosineAn"),
    ],
)
def test_compositions_whose_curve_no_entry_says_are_refused(text: str, title: str) -> None:
    with pytest.raises(ss.ScheduleError, match="cannot become a schedule here") as caught:
        from_scheduler(built(text.format(s="StepLR(optimizer, 3)"), sgd()))
    assert caught.value.title.startswith(title)


def test_one_scheduler_in_two_places_is_refused() -> None:
    optimizer = sgd()
    one = lr_scheduler.StepLR(optimizer, 3)
    with pytest.raises(ss.ScheduleError, match="one scheduler stands in two places of a composition"):
        from_scheduler(lr_scheduler.SequentialLR(optimizer, [one, one], [5]))


def test_a_rate_that_something_else_has_changed_is_refused() -> None:
    optimizer = sgd()
    lr_scheduler.LinearLR(optimizer)
    with pytest.raises(ss.ScheduleError) as caught:
        from_scheduler(lr_scheduler.StepLR(optimizer, 30))
    assert caught.value.title == "the learning rate is 0.0333333, and StepLR alone would make it 0.1"


# Anything else


LEAVES = [
    lambda r: f"StepLR(optimizer, {r.randint(1, 6)}, {r.choice([0.1, 0.5])})",
    lambda r: f"MultiStepLR(optimizer, {[r.randint(0, 12) for _ in range(r.randint(0, 4))]}, 0.5)",
    lambda r: f"ConstantLR(optimizer, {r.choice([0.1, 0.5])}, {r.randint(0, 7)})",
    lambda r: f"LinearLR(optimizer, {r.choice([0.1, 1.0])}, {r.choice([1.0, 0.3])}, {r.randint(1, 8)})",
    lambda r: f"ExponentialLR(optimizer, {r.choice([0.9, 0.5])})",
    lambda r: f"PolynomialLR(optimizer, {r.randint(1, 9)}, {r.choice([1.0, 2.0])})",
    lambda r: f"CosineAnnealingLR(optimizer, {r.randint(1, 9)}, {r.choice([0.0, 0.01])})",
    lambda r: f"CosineAnnealingWarmRestarts(optimizer, {r.randint(1, 6)}, {r.randint(1, 2)})",
    lambda r: f"SWALR(optimizer, 0.05, {r.randint(0, 6)})",
    lambda r: f"CyclicLR(optimizer, 0.01, 0.2, {r.randint(1, 5)}, mode={r.choice(['triangular2', 'exp_range'])!r})",
    lambda r: f"OneCycleLR(optimizer, 0.3, {r.randint(30, 60)}, three_phase={r.choice([True, False])})",
]


def composition(r: random.Random, depth: int) -> str:
    """A scheduler in Python; compositions come first in others, as torch wants it."""
    kind = r.random() if depth else 0
    if kind < 0.3:
        return r.choice(LEAVES)(r)
    inner = [composition(r, depth - 1), *(r.choice(LEAVES)(r) for _ in range(r.randint(0, 2)))]
    if kind < 0.75:
        milestones = sorted(r.randint(0, 14) for _ in inner[1:])
        return f"SequentialLR(optimizer, [{', '.join(inner)}], {milestones})"
    return f"ChainedScheduler([{', '.join(inner)}])"


def test_what_is_not_refused_is_right() -> None:
    r = random.Random(0)  # noqa: S311 (no secret)
    right = refused = 0
    for _ in range(400):
        text, after = composition(r, 3), r.choice([0, 3, 20])
        try:
            scheduler = built(text, sgd())
            values = stepped(scheduler, after + 1)
            rest = stepped(built(text, sgd()), 30)
        except (ZeroDivisionError, ValueError):
            continue  # torch itself fails at it
        try:
            schedule = from_scheduler(scheduler)
        except ss.ScheduleError:
            refused += 1
            continue
        scale = max(map(abs, rest))
        assert values == rest[: after + 1]
        assert [step for step, value in enumerate(rest) if abs(schedule(step) - value) > 1e-10 * scale] == [], text
        right += 1
    assert right > 2 * refused / 3 > 50
