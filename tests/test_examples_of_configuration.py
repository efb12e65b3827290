"""The examples of the pages on configuration and logs run, as they are shown there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

EXAMPLES = Path(__file__).parent.parent / "docs" / "integrations"
MISTAKE = "  cosin(1, 2)\n  ^^^^^ did you mean `cosine`?\n"


def run(folder: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(EXAMPLES.parent.parent), "PYTHONUTF8": "1", "WANDB_SILENT": "true"}
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)


def test_hydra_trains_with_the_schedule_of_the_command_line(tmp_path: Path) -> None:
    quiet = ["hydra.output_subdir=null", "hydra.run.dir=."]
    done = run(tmp_path, "hydra_app", 'lr="linear(0.1, ${steps})"', "steps=40", *quiet)
    assert done.returncode == 0, done.stderr
    held = [[float(word) for word in line.split()] for line in done.stdout.splitlines()]
    assert [step for step, *_ in held] == [0, 10, 20, 30]
    assert [rate for _, rate, _, _ in held] == pytest.approx([0.1, 0.075, 0.05, 0.025])
    assert [decay for _, _, decay, _ in held] == pytest.approx([0.01, 0.0075, 0.005, 0.0025])
    assert [dropout for *_, dropout in held] == pytest.approx([0.5, 0.375, 0.25, 0.125])


@pytest.mark.parametrize("name", ["argparse_cli", "click_cli", "jsonargparse_cli"])
def test_a_command_line_reads_a_schedule_and_shows_a_mistake(tmp_path: Path, name: str) -> None:
    assert run(tmp_path, name, "--lr", "linear(0.1, 100)", "--steps", "50").stdout == "linear(0.1, 100) 0.05\n"
    done = run(tmp_path, name, "--lr", "cosin(1, 2)")
    assert done.returncode == 2
    assert MISTAKE in done.stderr.replace("    cosin", "  cosin").replace("    ^", "  ^")


def test_pydantic_reads_and_writes_json(tmp_path: Path) -> None:
    lines = run(tmp_path, "pydantic_settings").stdout.splitlines()
    assert lines[0] == "0.0005"
    assert lines[1] == '{"steps":100,"optimizer":{"lr":"cosine(1e-3, 100)","weight_decay":"0.1"}}'
    assert lines[2] == '{"format": "symsched", "title": "Lr", "type": ["string", "number"]}'
    assert lines[3:5] == ["1 validation error for Settings", "optimizer.lr"]


def test_files_are_read(tmp_path: Path) -> None:
    assert run(tmp_path, "configuration_files").stdout.splitlines() == [
        "{'lr': 0.001, 'weight_decay': 0.0001, 'eps': 1e-08}",
        "['temperature', 'noise']",
        "{'lr': 0.001, 'weight_decay': 0.0001}",
        "optimizer.weight_decay: unknown schedule `cosin`",
        "",
        "  0.1*cosin(1, 100)",
        "      ^^^^^ did you mean `cosine`?",
    ]


def test_tensorboard_shows_what_was_trained_with(tmp_path: Path) -> None:
    done = run(tmp_path, "tensorboard_log", str(tmp_path))
    assert done.returncode == 0, done.stderr
    found = EventAccumulator(str(tmp_path))
    found.Reload()
    held = {event.step: event.value for event in found.Scalars("train/lr")}
    shown = {event.step: event.value for event in found.Scalars("schedule/lr")}
    assert {step: shown[step] for step in shown if step in held} == {step: held[step] for step in held if step in shown}
    assert len(held) == 100


def test_wandb_keeps_a_run_of_its_own(tmp_path: Path) -> None:
    done = run(tmp_path, "wandb_log", str(tmp_path))
    assert done.returncode == 0, done.stderr
    (name,) = tmp_path.glob("wandb/offline-run-*/files/media/table/schedule/lr_table_*")
    assert name.read_text().startswith('{"columns":["step","value"],"data":[[0,0')


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_is_short_and_shown(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 30
    pages = "".join(page.read_text() for page in EXAMPLES.glob("*.md"))
    assert f"```{{literalinclude}} {path.name}\n" in pages
