"""The examples of trainers in docs/integrations run, and their optimizers hold the values of the schedules."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from launching import launched

import symsched as ss

FOLDER = Path(__file__).parent.parent / "docs" / "integrations"


each_number = pytest.mark.parametrize("processes", [1, 2])


def printed(name: str, folder: Path, *options: str, processes: int = 1) -> str:
    return launched(FOLDER / name, *options, folder=folder, processes=processes)


def values(text: str, steps: int, **parameters: Any) -> list[float]:
    schedule = ss.parse(text).bind(**parameters)
    return [schedule(step) for step in range(steps)]


def of_batches(output: str) -> list[tuple[int, float]]:
    """Lines with the number of updates, and with the rate."""
    return [(int(step), float(rate)) for step, rate in re.findall(r"^(\d+) (\S+)$", output, flags=re.MULTILINE)]


@each_number
def test_transformers(processes: int, tmp_path: Path) -> None:
    *_, last = printed("transformers_training.py", tmp_path, processes=processes).splitlines()
    lr = "warmup(linear, 10%) >> hold(40%, 1e-2) >> decay(cosine, rest)"
    assert ast.literal_eval(last) == values(lr, 20, total=20)


@each_number
def test_accelerate(processes: int, tmp_path: Path) -> None:
    rates = ast.literal_eval(printed("accelerate_training.py", tmp_path, processes=processes))
    updates = 50 // processes
    lr = values("warmup(linear, 10%) >> cosine(1e-2, 90%)", updates, total=updates)
    assert rates == [lr[batch // 2] for batch in range(2 * updates)]


def test_lightning(tmp_path: Path) -> None:
    lr = values("warmup(linear, 10%) >> hold(1ep, 0.1) >> decay(cosine, rest)", 16, total=16, steps_per_epoch=4)
    assert of_batches(printed("lightning_training.py", tmp_path)) == [(n // 2, lr[n // 2]) for n in range(32)]


def test_the_command_line_of_lightning(tmp_path: Path) -> None:
    text = "warmup(linear, 10%) >> cosine(1e-3, 90%)"
    options = ("--optimizer=AdamW", f"--schedule={text}", "--trainer.max_epochs=3", "--trainer.accelerator=cpu")
    output = printed("lightning_cli.py", tmp_path, "fit", *options, "--trainer.enable_progress_bar=false")
    assert of_batches(output) == [*enumerate(values(text, 24, total=24))]


def test_two_optimizers_of_torchtitan(tmp_path: Path) -> None:
    """It checks itself."""
    assert printed("torchtitan_factor.py", tmp_path) == ""
