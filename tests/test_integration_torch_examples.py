"""The example of a training with `ScheduleLR`: what it prints, and that it can be stopped anywhere."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest
import torch
from torch_training import through_a_file

import symsched as ss
from symsched.linking import linked

EXAMPLES = Path(__file__).parents[1] / "docs" / "integrations"
TRAINING = EXAMPLES / "torch_training.py"


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """The lines of a run of 100 steps, which leaves its checkpoint."""
    return run(tmp_path / "whole", [100], monkeypatch, capsys)


def run(
    folder: Path, ends: list[int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[list[str]]:
    """The words of each line that is printed by runs that go to one step after the other."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    for end in ends:
        torch.manual_seed(3)  # the network of the first run; the others load it
        monkeypatch.setattr(sys, "argv", [str(TRAINING), str(end)])
        runpy.run_path(str(TRAINING), run_name="__main__")
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_the_optimizer_holds_the_values_of_the_schedules(printed: list[list[str]]) -> None:
    schedules = linked({"lr": "warmup(linear, 10%) >> cosine(1e-2, rest)", "weight_decay": "0.1*lr"}, total=100)
    expected = [[str(t), *(repr(schedule(t)) for schedule in schedules.values())] for t in range(100)]
    assert printed == expected


@pytest.mark.parametrize("stops", [[0], [1], [7, 8], [10], [63], [99], [100]], ids=str)
def test_it_can_be_stopped_at_any_step(
    stops: list[int],
    printed: list[list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(tmp_path / "parts", [*stops, 100], monkeypatch, capsys) == printed
    whole, parts = (torch.load(tmp_path / name / "checkpoint.pt", weights_only=True) for name in ("whole", "parts"))
    assert whole["scheduler"] == parts["scheduler"]
    assert whole["optimizer"]["param_groups"] == parts["optimizer"]["param_groups"]
    assert all(torch.equal(whole["network"][name], parts["network"][name]) for name in ("weight", "bias"))
    states = zip(whole["optimizer"]["state"].values(), parts["optimizer"]["state"].values(), strict=True)
    assert all(torch.equal(a[name], b[name]) for a, b in states for name in a)


def test_the_state_of_the_scheduler_is_its_texts_and_the_step(printed: list[list[str]]) -> None:
    (state,) = through_a_file(torch.load("checkpoint.pt", weights_only=True)["scheduler"])
    assert state.keys() == {"schedule", "last_epoch"}
    assert state["last_epoch"] == 100
    assert all(str(ss.parse(text)) == text for text in state["schedule"].values())


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 30
