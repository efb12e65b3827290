"""`ScheduleLR` in several processes that `torchrun` starts, one of which dies and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from launching import launched

import symsched as ss

EXAMPLE = Path(__file__).parents[1] / "docs" / "integrations" / "torch_elastic.py"
LR = ss.parse("warmup(linear, 10%) >> cosine(1e-2, rest)").bind(total=40)

Lines = list[list[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elastic")


@pytest.fixture(scope="module")
def elastic(folder: Path) -> Lines:
    """The process, the step and the rate of each update of the example."""
    return [line.split() for line in launched(EXAMPLE, folder=folder, restarts=1).splitlines()]


def test_every_process_has_the_rate_of_the_schedule_at_every_step(elastic: Lines) -> None:
    assert {(rank, int(step)) for rank, step, _ in elastic} == {(rank, step) for rank in "01" for step in range(40)}
    assert [rate for _, step, rate in elastic if float(rate) != LR(int(step))] == []


@pytest.mark.parametrize("rank", ["0", "1"])
def test_a_worker_died_and_all_went_on_from_the_checkpoint(elastic: Lines, rank: str) -> None:
    steps = [int(step) for which, step, _ in elastic if which == rank]
    again = steps.index(20, steps.index(20) + 1)
    assert steps[:again] in ([*range(24)], [*range(25)])  # the one that is left may have begun the next step
    assert steps[again:] == [*range(20, 40)]


def test_the_checkpoint_has_the_step_and_nothing_more_of_the_schedule(elastic: Lines, folder: Path) -> None:
    saved = torch.load(folder / "checkpoint.pt", weights_only=True)
    assert saved.keys() == {"network", "step"}
    assert saved["step"] == 40
