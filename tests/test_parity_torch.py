"""Every scheduler of torch against its entry in the library, stepped for real on an optimizer."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest
from comparison import Case, agree, documented, entries, pairs, same_signature, values_of, without_entry

import symsched as ss

torch = import_module("torch")

from torch.optim import lr_scheduler, swa_utils  # noqa: E402 (only where torch is installed)

REASONS = without_entry("torch")

MOMENTA = {"CyclicLR_momentum": "CyclicLR", "OneCycleLR_momentum": "OneCycleLR"}
"""The second curve of a scheduler that also sets the momentum."""

COMPOSITIONS = {"SequentialLR": ["schedulers", "milestones"], "ChainedScheduler": ["lr", "schedulers"]}
"""What is made of other schedulers has no optimizer of its own."""

CODE = {"self", "last_epoch", "scale_fn", "scale_mode"}
"""Arguments that are code, or for resuming."""

ROWS = pairs("torch")

FAR = (2**24 - 1, 2**24, 2**24 + 1, 2**31, 10**12 + 1)
"""Late steps, to which torch goes by its closed forms."""

NAMES = {name: found for module in (lr_scheduler, swa_utils) for name, found in vars(module).items()}


def case(row: dict[str, Any]) -> Case:
    steps = (*range(row.get("steps", 64)), *(FAR if row.get("far") else ()))
    return Case(row["torch"], row["symsched"], steps, row.get("drift", 0.0))


CASES = [case(row) for row in ROWS]


def entry(text: str) -> str:
    """The entry that a text calls."""
    return text.partition("(")[0].removeprefix("torch.")


def optimizer() -> Any:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)


def curve(case: Case) -> list[float]:
    """What the optimizer is set to at each step of a run, and then at late steps."""
    sgd = optimizer()
    scheduler = eval(case.framework, {**NAMES, "optimizer": sgd})  # noqa: S307 (a text of ours)
    setting = "momentum" if entry(case.text) in MOMENTA else "lr"
    values: list[float] = []
    sgd.step()
    for step in case.steps:
        if step > 0:
            scheduler.step() if step == len(values) else scheduler.step(step)
        values.append(sgd.param_groups[0][setting])
    return values


def public() -> set[str]:
    base = lr_scheduler.LRScheduler
    return {n for n, c in NAMES.items() if inspect.isclass(c) and issubclass(c, base) and not n.startswith("_")}


def test_every_scheduler_has_an_entry_or_a_reason() -> None:
    assert (entries("torch") - set(MOMENTA)) | set(REASONS) == public()
    assert not entries("torch") & set(REASONS)


@pytest.mark.parametrize("name", sorted(entries("torch") - set(COMPOSITIONS)))
def test_an_entry_has_the_arguments_and_defaults_of_torch(name: str) -> None:
    function = NAMES[MOMENTA.get(name, name)].__init__
    own = "base_lr" in inspect.signature(function).parameters or "max_lr" in inspect.signature(function).parameters
    same_signature("torch", name, function, CODE | ({"optimizer"} if own else set()), rate=not own)


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_a_composition_is_made_of_a_list(name: str) -> None:
    arguments = list(inspect.signature(NAMES[name]).parameters)
    assert [a for a in arguments if a not in {"optimizer", *CODE}] == [a for a in COMPOSITIONS[name] if a != "lr"]
    assert set(REASONS) | set(COMPOSITIONS) <= public()


def test_every_entry_says_what_it_equals_and_is_compared() -> None:
    assert documented("torch") == []
    assert {entry(c.text) for c in CASES} == entries("torch")
    assert {entry(row["symsched"]) for row in ROWS if "sheet" in row} == entries("torch")


def test_no_pair_stands_twice() -> None:
    assert len({c.text for c in CASES}) == len(CASES) >= 120


# A scheduler that comes first in a composition is stepped at its construction.
@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step:UserWarning")
@pytest.mark.parametrize("case", [pytest.param(c, id=c.text) for c in CASES])
def test_torch_agrees(case: Case) -> None:
    agree(values_of(case), curve(case), case)


# What torch does that the library does not


@pytest.mark.parametrize("case", [c for c in CASES if c.drift > 1e-15 and max(c.steps) < 2**24], ids=lambda c: c.text)
def test_where_its_steps_drift_the_closed_form_of_torch_does_not(case: Case) -> None:
    scheduler = eval(case.framework, {**NAMES, "optimizer": optimizer()})  # noqa: S307 (a text of ours)
    exact = []
    for step in case.steps:
        scheduler.last_epoch = step
        exact += scheduler._get_closed_form_lr()
    agree(values_of(case), exact, Case(case.framework, case.text, case.steps))


@pytest.mark.parametrize(
    ("framework", "error"),
    [
        ("CosineAnnealingLR(optimizer, T_max=0)", ZeroDivisionError),
        ("StepLR(optimizer, step_size=0)", ZeroDivisionError),
        ("ConstantLR(optimizer, factor=2.0)", ValueError),
        ("LinearLR(optimizer, end_factor=1.5)", ValueError),
        ("CosineAnnealingWarmRestarts(optimizer, T_0=0)", ValueError),
        ("SequentialLR(optimizer, [LinearLR(optimizer)], milestones=[5])", ValueError),
    ],
)
def test_what_torch_refuses_is_an_error(framework: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        curve(Case(framework, ""))
    text = (
        framework.replace("(optimizer, ", "(0.1, ").replace("(optimizer", "(0.1").replace("LR(0.1, [L", "LR([torch.L")
    )
    with pytest.raises(ss.ScheduleError):
        ss.parse(f"torch.{text}").compile("python")


@pytest.mark.parametrize(
    ("framework", "text", "kept"),
    [
        ("OneCycleLR(optimizer, 0.1, 10)", "torch.OneCycleLR(0.1, 10)", 10),
        ("OneCycleLR(optimizer, 0.1, 10, pct_start=1.0)", "torch.OneCycleLR(0.1, 10, pct_start=1)", 9),
    ],
)
def test_after_the_cycle_torch_fails_and_the_value_is_kept(framework: str, text: str, kept: int) -> None:
    with pytest.raises((ValueError, ZeroDivisionError)):
        curve(Case(framework, text, tuple(range(kept + 2))))
    ours = ss.parse(text).compile("python")
    assert ours(kept) == ours(kept + 1) == ours(1000)


def test_a_factor_of_0_ends_in_an_error_in_torch_and_at_the_rate_here() -> None:
    with pytest.raises(ZeroDivisionError):
        curve(Case("ConstantLR(optimizer, factor=0.0)", ""))
    ours = ss.parse("torch.ConstantLR(0.1, factor=0)").compile("python")
    assert [ours(4), ours(5)] == [0.0, 0.1]


def test_a_chain_is_no_product_where_a_scheduler_sets_the_value() -> None:
    framework = (
        "ChainedScheduler([CosineAnnealingWarmRestarts(optimizer, T_0=10), ExponentialLR(optimizer, gamma=0.9)])"
    )
    text = "where(t == 0, 1, 0.9)*torch.CosineAnnealingWarmRestarts(0.1, T_0=10)"
    case = Case(framework, text)
    agree(values_of(case), curve(case), case)
    case = Case(
        "ChainedScheduler([StepLR(optimizer, step_size=3), CosineAnnealingLR(optimizer, T_max=10)])",
        "where(t <= 10, torch.StepLR(0.1, 3), 0.1**count([12, 15] <= t)*0.1)*torch.CosineAnnealingLR(1, T_max=10)",
        tuple(range(18)),
    )
    agree(values_of(case), curve(case), case)


@pytest.mark.parametrize(
    "inner", ["SequentialLR(optimizer, [LinearLR(optimizer)], [])", "ChainedScheduler([LinearLR(optimizer)])"]
)
def test_a_composition_inside_another_fails_in_torch_unless_it_comes_first(inner: str) -> None:
    with pytest.raises(NotImplementedError):
        curve(Case(f"SequentialLR(optimizer, [StepLR(optimizer, 3), {inner}], milestones=[10])", ""))
