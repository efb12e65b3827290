"""The command line of Lightning with schedules: real runs, each with the options of a user."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from straight_line import QUIET, SETTINGS, STEPS, Line, Undecided

import symsched as ss
from symsched.integrations.lightning import ScheduleCLI

TEXT = "warmup(linear, 25%) >> hold(25%, 0.1) >> decay(cosine, rest)"
FIXED = "warmup(linear, 4) >> cosine(0.1, 12)"

pytestmark = [
    *QUIET,
    pytest.mark.filterwarnings("ignore::jsonargparse._deprecated.JsonargparseDeprecationWarning"),  # Lightning's calls
]


def values(text: str, **parameters: Any) -> list[float]:
    schedule = ss.parse(text).bind(**parameters)
    return [schedule(step) for step in range(STEPS)]


Command = Callable[..., list[float]]
"""Trains with some options, and tells the rate of each update."""


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    def run(*options: str) -> list[float]:
        settings = [f"--trainer.{name}={str(value).lower()}" for name, value in SETTINGS.items()]
        monkeypatch.setattr(sys, "argv", ["train.py", "fit", *settings, *options])
        model: Line = ScheduleCLI(Undecided, seed_everything_default=7, save_config_callback=None).model
        return model.rates()

    return run


def test_a_schedule_is_an_option(command: Command) -> None:
    assert command("--optimizer=SGD", f"--schedule={TEXT}") == values(TEXT, total=STEPS)


def test_a_schedule_stands_in_a_file(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "train.yaml"
    file.write_text(f"optimizer: AdamW\nschedule:\n  lr: {TEXT}\n  weight_decay: 0.1*lr\n")
    assert command(f"--config={file}") == values(TEXT, total=STEPS)


def test_a_number_is_an_option(command: Command) -> None:
    assert command("--optimizer=SGD", "--schedule=0.25") == [0.25] * STEPS


def test_a_scheduler_of_the_command_line_is_stepped_at_every_update(command: Command) -> None:
    scheduler = ["--lr_scheduler=symsched.integrations.torch.ScheduleLR", f"--lr_scheduler.schedule={FIXED}"]
    assert command("--optimizer=SGD", *scheduler) == values(FIXED)


def test_other_schedulers_are_those_of_lightning(command: Command) -> None:
    other = ["--lr_scheduler=StepLR", "--lr_scheduler.step_size=1", "--lr_scheduler.gamma=0.5"]
    assert command("--optimizer=SGD", "--optimizer.lr=0.5", *other) == [0.5] * 8 + [0.25] * 8


@pytest.mark.parametrize(
    ("options", "title"),
    [
        (["--schedule=0.1"], "`--schedule` needs an optimizer"),
        (
            ["--schedule=0.1", "--optimizer=SGD", "--lr_scheduler=StepLR", "--lr_scheduler.step_size=1"],
            "`--schedule` and `--lr_scheduler` both set the learning rate",
        ),
    ],
)
def test_a_schedule_without_effect_is_refused(options: list[str], title: str, command: Command) -> None:
    with pytest.raises(ss.ScheduleError, match=title):
        command(*options)
