"""`ScheduleLR` in several processes that `torchrun` starts, one of which dies and comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import symsched as ss

EXAMPLE = Path(__file__).parents[1] / "docs" / "integrations" / "torch_elastic.py"
LR = ss.parse("warmup(linear, 10%) >> cosine(1e-2, rest)").bind(total=40)

Lines = list[list[str]]


def processes(script: Path, folder: Path, restarts: int = 0) -> Lines:
    """The words of each line that two processes print."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1",  # else a process that is fast finds the address of one that died
    }
    done = subprocess.run(
        [*command, "--max-restarts", str(restarts), str(script)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elastic")


@pytest.fixture(scope="module")
def elastic(folder: Path) -> Lines:
    """The process, the step and the rate of each update of the example."""
    return processes(EXAMPLE, folder, restarts=1)


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


ACCELERATE = """
import warnings
import torch
from accelerate import Accelerator
from symsched.integrations.torch import ScheduleLR, ScheduleWarning

def train(is_prepared, **options):
    accelerator = Accelerator(cpu=True, **options)
    network = torch.nn.Linear(8, 1)
    optimizer = torch.optim.SGD(network.parameters())
    scheduler = ScheduleLR(optimizer, "linear(1, 100)")
    network, optimizer = accelerator.prepare(network, optimizer)
    stepped = accelerator.prepare(scheduler) if is_prepared else scheduler
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ScheduleWarning)
        for _ in range(9):
            optimizer.zero_grad()
            accelerator.backward(network(torch.ones(4, 8)).square().mean())
            optimizer.step()
            stepped.step()
    told = [str(w.message).split(" before ")[0] for w in caught if w.category is ScheduleWarning]
    if accelerator.is_main_process:
        print(scheduler.last_epoch, *told, sep="|")

train(True)
train(False)
train(True, step_scheduler_with_optimizer=False)
"""


def test_a_scheduler_that_accelerate_steps_for_each_process_is_told(tmp_path: Path) -> None:
    """The two ways out that the warning names step once for each update."""
    script = tmp_path / "prepared.py"
    script.write_text(ACCELERATE)
    found = [" ".join(words) for words in processes(script, tmp_path)]
    assert found == ["18|`step()` of the scheduler was called 2 times", "9", "9"]
