"""The schedules of the transformers `Trainer` as schedules, against real schedulers that are stepped."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from comparison import Case, agree

import symsched as ss
from symsched.integrations.transformers import CODE, from_args

transformers = import_module("transformers")
optimization = import_module("transformers.optimization")

FUNCTIONS = {kind.value: f.__name__ for kind, f in optimization.TYPE_TO_SCHEDULER_FUNCTION.items()}
REFUSED = {name for name, function in FUNCTIONS.items() if function in CODE}
KINDS = sorted(set(FUNCTIONS) - REFUSED)

NEEDED: dict[str, dict[str, Any]] = {
    "cosine_with_min_lr": {"min_lr": 0.01},
    "cosine_warmup_with_min_lr": {"min_lr_rate": 0.1},
    "warmup_stable_decay": {"num_decay_steps": 10},
    "polynomial": {"lr_end": 1e-4},
}
"""What a schedule cannot be made without, or not at a rate of 0.1."""

SPECIFIC: list[tuple[str, dict[str, Any]]] = [
    ("cosine", {"num_cycles": 1.5}),
    ("cosine_with_restarts", {"num_cycles": 3}),
    ("polynomial", {"lr_end": 0.01, "power": 2.0}),
    ("inverse_sqrt", {"timescale": 7}),
    ("cosine_with_min_lr", {"min_lr_rate": 0.25}),
    ("cosine_warmup_with_min_lr", {"min_lr": 0.02, "warmup_lr_rate": 0.3}),
    (
        "warmup_stable_decay",
        {"num_decay_steps": 12, "warmup_type": "cosine", "decay_type": "1-sqrt", "min_lr_ratio": 0.1},
    ),
    ("warmup_stable_decay", {"num_decay_steps": 12, "num_stable_steps": 5}),
]

STEPS = 80


def stepped(make: Any, rate: float = 0.1) -> list[float]:
    """The rate of an optimizer at each step of a run."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=rate)
    scheduler = make(optimizer)
    values = []
    for step in range(STEPS):
        if step > 0:
            optimizer.step()
            scheduler.step()
        values.append(optimizer.param_groups[0]["lr"])
    return values


def same(schedule: ss.Schedule, theirs: list[float]) -> None:
    assert "\n" not in str(schedule)
    ours = ss.parse(str(schedule)).compile("python")
    agree(map(ours, range(STEPS)), theirs, Case("", str(schedule), tuple(range(STEPS))))


def get_scheduler(name: str, warmup: int, total: int, specific: dict[str, Any]) -> list[float]:
    return stepped(lambda optimizer: optimization.get_scheduler(name, optimizer, warmup, total, specific))


@pytest.mark.filterwarnings("ignore:Both num_training_steps and num_stable_steps:UserWarning")
@pytest.mark.parametrize("warmup", [0, 1, 7])
@pytest.mark.parametrize(("name", "specific"), [*((name, NEEDED.get(name, {})) for name in KINDS), *SPECIFIC])
def test_a_name_is_what_get_scheduler_makes_of_it(name: str, specific: dict[str, Any], warmup: int) -> None:
    same(from_args(name, 0.1, warmup, 60, **specific), get_scheduler(name, warmup, 60, specific))


@pytest.fixture
def arguments(tmp_path: Path) -> Any:
    """Builds `TrainingArguments`."""
    return lambda **given: transformers.TrainingArguments(
        output_dir=str(tmp_path), report_to=[], use_cpu=True, learning_rate=0.1, **given
    )


@pytest.mark.parametrize("warmup", [0, 7, 0.15])
@pytest.mark.parametrize("name", KINDS)
def test_training_arguments_are_what_the_trainer_makes_of_them(arguments: Any, name: str, warmup: float) -> None:
    given = arguments(
        lr_scheduler_type=name, lr_scheduler_kwargs=NEEDED.get(name, {}), warmup_steps=warmup, max_steps=60
    )
    trainer = transformers.Trainer(model=torch.nn.Linear(1, 1), args=given)
    theirs = stepped(lambda optimizer: trainer.create_scheduler(num_training_steps=60, optimizer=optimizer))
    same(from_args(given), theirs)


@pytest.mark.parametrize("total", [7, 33, 60, 67])
@pytest.mark.parametrize("warmup", [0, 7, 0.15])
def test_without_a_length_it_is_the_parameter_total(arguments: Any, warmup: float, total: int) -> None:
    given = arguments(lr_scheduler_type="linear", warmup_steps=warmup, num_train_epochs=3)
    schedule = from_args(given)
    assert [p.name for p in schedule.parameters] == ["total"]
    theirs = get_scheduler("linear", given.get_warmup_steps(total), total, {})
    same(schedule.bind(total=total), theirs)
    same(from_args(given, num_training_steps=total), theirs)


def test_a_run_that_is_shorter_than_its_warm_up_is_an_error_of_the_language(arguments: Any) -> None:
    schedule = from_args(arguments(lr_scheduler_type="linear", warmup_steps=7))
    with pytest.raises(ss.ScheduleError, match="the stages last 7 steps, but `total` is 6"):
        schedule.bind(total=6)


def test_what_is_given_beside_the_arguments_wins(arguments: Any) -> None:
    given = arguments(lr_scheduler_type="cosine_with_restarts", lr_scheduler_kwargs={"num_cycles": 2}, max_steps=60)
    theirs = get_scheduler("cosine_with_restarts", 5, 50, {"num_cycles": 3})
    same(from_args(given, num_warmup_steps=5, num_training_steps=50, num_cycles=3), theirs)
    assert from_args(given, learning_rate=0.2)(0) == 0.2


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (lambda: from_args("constant"), "transformers.get_constant_schedule(lr)"),
        (lambda: from_args("linear"), "transformers.get_linear_schedule_with_warmup(lr, num_warmup_steps=0, "
         "num_training_steps=total)"),
        (lambda: from_args("cosine", 5e-5, 500, 10_000), "transformers.get_cosine_schedule_with_warmup(5e-5, "
         "num_warmup_steps=500, num_training_steps=1e4)"),
    ],
)  # fmt: skip
def test_the_text_is_what_one_would_write(schedule: Any, text: str) -> None:
    assert str(schedule()) == text


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_curve_that_is_no_formula_is_refused(name: str) -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        from_args(name)
    assert caught.value.title == f"`{name}` cannot become a schedule: {CODE[FUNCTIONS[name]]}"


@pytest.mark.parametrize(
    ("call", "title", "hint"),
    [
        (lambda: from_args("cosin"), "transformers has no schedule `cosin`", "did you mean `cosine`?"),
        (
            lambda: from_args("cosine", num_cycle=2),
            "`transformers.get_cosine_schedule_with_warmup` has no argument `num_cycle`",
            "did you mean `num_cycles`?",
        ),
        (lambda: from_args("cosine", "abc"), "'abc' is not a number", ""),
        (lambda: from_args("cosine", float("nan")), "nan is not a value of a schedule", ""),
        (lambda: from_args(5), "a int has no `lr_scheduler_type`", "give a TrainingArguments, or a name"),
    ],
)
def test_what_is_no_schedule_is_an_error(call: Any, title: str, hint: str) -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        call()
    assert caught.value.title == title
    assert caught.value.hint.startswith(hint)


def test_without_transformers_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "transformers.optimization", None)
    with pytest.raises(ss.ScheduleError) as caught:
        from_args("cosine")
    assert caught.value.title == "the names of schedules are those of transformers, which is not installed"
    assert caught.value.hint == "pip install symsched[transformers]"
