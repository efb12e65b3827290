"""Accelerate in two processes that talk by gloo: every optimizer holds the value of its update."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import Accelerator
from accelerated import SAVED, TEXT, UPDATES, WAYS
from launching import launched

import symsched as ss
from symsched.integrations.accelerate import prepare
from symsched.integrations.torch import ScheduleLR

SCRIPT = Path(__file__).with_name("accelerated.py")
VALUES = [ss.parse(TEXT).bind(total=UPDATES)(step) for step in range(UPDATES)]

Found = list[dict[str, Any]]
"""What each process wrote."""


def written(folder: Path, what: str) -> Found:
    """What two processes wrote."""
    launched(SCRIPT, str(folder), what, folder=folder)
    return [json.loads((folder / f"{what}_{rank}.json").read_text()) for rank in range(2)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def begun(folder: Path) -> Found:
    return written(folder, "begin")


@pytest.mark.parametrize("way", [way for way in WAYS if way != "plain"])
def test_each_process_holds_the_values_of_the_schedule(begun: Found, way: str) -> None:
    for found in begun:
        assert found[way]["processes"] == 2
        assert found[way]["rates"] == VALUES
        assert found[way]["told"] == []


def test_what_accelerate_alone_prepares_runs_ahead_and_is_told(begun: Found) -> None:
    """If this fails, `prepare` has no reason to be any more."""
    for found in begun:
        assert found["plain"]["rates"] == [*VALUES[::2], *[0.0] * (UPDATES // 2)]
        assert "once for each process" in found["plain"]["told"][0]


def test_a_resumed_run_is_the_same(begun: Found, folder: Path) -> None:
    resumed = written(folder, "resume")
    for before, after in zip(begun, resumed, strict=True):
        assert after["prepare"]["rates"] == VALUES[SAVED:]
        assert after["prepare"]["weights"] == before["prepare"]["weights"]


def test_a_state_is_the_text_and_the_step(begun: Found, folder: Path) -> None:
    state = torch.load(folder / "state" / "scheduler.bin", weights_only=True)
    assert state["last_epoch"] == SAVED
    assert ss.parse(state["schedule"]) == ss.parse(TEXT).bind(total=UPDATES)


def test_an_update_that_is_skipped_is_no_step() -> None:
    """The scaler of mixed precision lets go an update whose gradients are too large, and scales less."""
    accelerator = Accelerator(cpu=True)
    accelerator.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**126)
    model = torch.nn.Linear(2, 1)
    optimizer: Any = torch.optim.SGD(model.parameters())
    rates: list[float] = []
    optimizer.register_step_pre_hook(lambda optimizer, *_: rates.append(optimizer.param_groups[0]["lr"]))
    scheduler: Any = ScheduleLR(optimizer, TEXT, total=UPDATES)
    model, optimizer, scheduler = prepare(accelerator, model, optimizer, scheduler)
    skipped = 0
    while len(rates) < UPDATES:
        optimizer.zero_grad()
        accelerator.backward(model(torch.full((4, 2), 100.0)).mean())
        optimizer.step()
        skipped += optimizer.step_was_skipped
        scheduler.step()
    assert skipped > 3
    assert rates == VALUES
