"""Lightning with schedules: real runs, with accumulation, logs, checkpoints and resumes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning.pytorch import Trainer, seed_everything
from lightning.pytorch.callbacks import LearningRateMonitor, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from straight_line import QUIET, SETTINGS, STEPS, Line

import symsched as ss
from symsched.integrations.torch import ScheduleLR

TEXT = "warmup(linear, 25%) >> hold(25%, 0.1) >> decay(cosine, rest)"
FIXED = "warmup(linear, 4) >> cosine(0.1, 12)"

pytestmark = [
    *QUIET,
    pytest.mark.filterwarnings("ignore:Be aware that when using `ckpt_path`, callbacks"),  # a resumed run keeps none
    pytest.mark.filterwarnings("ignore:You're resuming from a checkpoint that ended before the epoch ended"),
]


def trained(model: Line, resume: Path | None = None, **settings: Any) -> Line:
    seed_everything(7, verbose=False)
    torch.nn.init.ones_(model.layer.weight)
    Trainer(**{**SETTINGS, **settings}).fit(model, ckpt_path=resume)
    return model


def values(text: Any, steps: int = STEPS, **parameters: Any) -> list[float]:
    schedule = ss.parse(text).bind(**parameters)
    return [schedule(step) for step in range(steps)]


# A run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def run(folder: Path) -> Line:
    """A run with a checkpoint after every update."""
    keep = ModelCheckpoint(folder / "states", "{step}", every_n_train_steps=1, save_top_k=-1)
    logs = {"logger": CSVLogger(folder / "logs"), "log_every_n_steps": 1}
    callbacks = [keep, LearningRateMonitor(logging_interval="step")]
    return trained(Line(TEXT), enable_checkpointing=True, callbacks=callbacks, **logs)


def test_the_optimizer_holds_the_values_of_the_schedule(run: Line) -> None:
    assert run.rates() == values(TEXT, total=STEPS)


def test_the_monitor_logs_the_rate_of_each_update(run: Line, folder: Path) -> None:
    (file,) = folder.glob("**/metrics.csv")
    with file.open() as lines:
        logged = [float(row["lr-SGD"]) for row in csv.DictReader(lines) if row["lr-SGD"]]
    assert [*dict.fromkeys(logged)] == [*dict.fromkeys(values(TEXT, total=STEPS))]


@pytest.mark.parametrize("stop", [1, 5, 8, 13])
def test_a_resumed_run_has_the_same_rates(run: Line, folder: Path, stop: int) -> None:
    resumed = trained(Line(TEXT), folder / "states" / f"step={stop}.ckpt")
    assert [*resumed.held] == [*range(stop, STEPS)]
    assert resumed.rates() == values(TEXT, total=STEPS)[stop:]


def test_a_run_that_is_resumed_at_an_epoch_is_the_same(run: Line, folder: Path) -> None:
    """In the middle of one, Lightning begins its data again."""
    resumed = trained(Line(TEXT), folder / "states" / "step=8.ckpt")
    assert torch.equal(resumed.layer.weight, run.layer.weight)


def test_what_is_saved_is_the_text_and_the_step(run: Line, folder: Path) -> None:
    (state,) = torch.load(folder / "states" / "step=5.ckpt", weights_only=True)["lr_schedulers"]
    assert state["last_epoch"] == 5
    assert ss.parse(state["schedule"]) == ss.parse(TEXT).bind(total=STEPS)


# What can be given


@pytest.mark.parametrize(
    "given", [FIXED, ss.parse(FIXED), {"lr": FIXED}, [FIXED]], ids=["text", "object", "mapping", "list"]
)
def test_a_schedule_without_parameters(given: Any) -> None:
    assert trained(Line(given)).rates() == values(FIXED)


def test_hyper_parameters_use_each_other_and_values_are_given() -> None:
    model = trained(Line({"lr": f"peak*({TEXT})", "momentum": "1 - lr"}, peak=2))
    assert model.rates() == values(f"2*({TEXT})", total=STEPS)
    assert [groups[0]["momentum"] for groups in model.held.values()] == values(f"1 - 2*({TEXT})", total=STEPS)


def test_a_relative_schedule_makes_factors_of_the_rate_of_the_optimizer() -> None:
    assert trained(Line(FIXED, relative=True)).rates() == [0.5 * value for value in values(FIXED)]


def test_an_epoch_is_its_updates() -> None:
    text = "warmup(linear, 1ep) >> hold(rest, 0.1)"
    assert trained(Line(text)).rates() == values(text, total=STEPS, steps_per_epoch=8)


def test_the_run_is_as_long_as_its_steps() -> None:
    assert trained(Line(TEXT), max_steps=10).rates() == values(TEXT, 10, total=10)


def test_a_run_without_an_end_has_no_total() -> None:
    with pytest.raises(ss.ScheduleError, match="`total` has no value"):
        trained(Line(TEXT), max_epochs=-1)


def test_lightning_alone_steps_once_an_epoch() -> None:
    """If this fails, `scheduled` has no reason to be any more."""

    class Alone(Line):
        def configure_optimizers(self) -> Any:
            optimizer = torch.optim.SGD(self.parameters())
            return [optimizer], [ScheduleLR(optimizer, FIXED)]

    assert trained(Alone()).rates() == [*[values(FIXED)[0]] * 8, *[values(FIXED)[1]] * 8]
