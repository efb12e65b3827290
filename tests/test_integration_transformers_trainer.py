"""The Trainer of transformers with schedules: real runs, with accumulation, logs, checkpoints and resumes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import Trainer, TrainerCallback, TrainingArguments, set_seed

import symsched as ss
from symsched.integrations.torch import ScheduleLR
from symsched.integrations.transformers import ScheduleMixin, ScheduleTrainer

STEPS = 12
TEXT = "warmup(linear, 25%) >> hold(25%, 1e-2) >> decay(cosine, rest)"
FIXED = "warmup(linear, 3) >> cosine(1e-2, 9)"


class Line(torch.nn.Module):
    """A straight line through noisy data, with a loss as transformers' models have it."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
        self.dropout = torch.nn.Dropout(0.2)  # a resumed run must also draw the same

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": torch.mean((self.layer(self.dropout(x)) - labels) ** 2)}


class Held(TrainerCallback):
    """What the optimizer holds at each update."""

    def __init__(self) -> None:
        self.values: dict[int, list[dict[str, Any]]] = {}

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        groups = kwargs["optimizer"].param_groups
        self.values[state.global_step] = [{k: v for k, v in g.items() if k != "params"} for g in groups]

    def rates(self) -> list[float]:
        assert [*self.values] == [*range(min(self.values), STEPS)]
        return [groups[0]["lr"] for groups in self.values.values()]


@cache
def data() -> list[dict[str, torch.Tensor]]:
    inputs = torch.randn(32, 2, generator=torch.Generator().manual_seed(0))
    return [{"x": x, "labels": x.sum(dim=0, keepdim=True)} for x in inputs]


def arguments(folder: Path, **changes: Any) -> TrainingArguments:
    usual = {
        "per_device_train_batch_size": 2, "gradient_accumulation_steps": 2, "max_steps": STEPS, "logging_steps": 1,
        "save_strategy": "no", "report_to": "none", "use_cpu": True, "disable_tqdm": True, "save_total_limit": None,
        "dataloader_pin_memory": False,
    }  # fmt: skip
    return TrainingArguments(str(folder), **{**usual, **changes})


def trainer(folder: Path, kind: Any = ScheduleTrainer, settings: Any = None, **given: Any) -> tuple[Any, Held]:
    """A Trainer of a new model, and what tells of its optimizer."""
    held = Held()
    set_seed(7)
    made = kind(Line(), arguments(folder, **settings or {}), train_dataset=data(), callbacks=[held], **given)
    return made, held


def values(text: Any, steps: int = STEPS, **parameters: Any) -> list[float]:
    schedule = ss.parse(text).bind(**parameters)
    return [schedule(step) for step in range(steps)]


def logged(made: Any) -> list[float]:
    return [entry["learning_rate"] for entry in made.state.log_history if "learning_rate" in entry]


# A run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Held, Path]:
    """A run with a checkpoint after every update."""
    folder = tmp_path_factory.mktemp("run")
    made, held = trainer(folder, settings={"save_strategy": "steps", "save_steps": 1}, schedule=TEXT)
    made.train()
    return made, held, folder


def test_the_optimizer_holds_the_values_of_the_schedule(run: tuple[Any, Held, Path]) -> None:
    assert run[1].rates() == values(TEXT, total=STEPS)


def test_the_log_tells_the_rate_of_each_update(run: tuple[Any, Held, Path]) -> None:
    assert logged(run[0]) == values(TEXT, total=STEPS)


@pytest.mark.parametrize("stop", [1, 5, 10])  # in the middle of an epoch, of which each has 8 updates, and in the next
def test_a_resumed_run_is_the_same(run: tuple[Any, Held, Path], stop: int, tmp_path: Path) -> None:
    whole, _, folder = run
    made, held = trainer(tmp_path, schedule=TEXT)
    made.train(resume_from_checkpoint=str(folder / f"checkpoint-{stop}"))
    assert held.rates() == values(TEXT, total=STEPS)[stop:]
    for ours, theirs in zip(made.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_what_is_saved_is_the_text_and_the_step(run: tuple[Any, Held, Path]) -> None:
    state = torch.load(run[2] / "checkpoint-5" / "scheduler.pt", weights_only=True)
    assert state["last_epoch"] == 5
    assert ss.parse(state["schedule"]) == ss.parse(TEXT).bind(total=STEPS)


def test_a_second_run_begins_at_the_start(tmp_path: Path) -> None:
    made, held = trainer(tmp_path, schedule=TEXT)
    made.train()
    made.train()
    assert held.rates() == values(TEXT, total=STEPS)
    assert made.lr_scheduler.last_epoch == STEPS


# What can be given


@pytest.mark.parametrize(
    "given", [FIXED, ss.parse(FIXED), {"lr": FIXED}, [FIXED, FIXED]], ids=["text", "object", "mapping", "list"]
)
def test_a_schedule_without_parameters(given: Any, tmp_path: Path) -> None:
    made, held = trainer(tmp_path, schedule=given)
    made.train()
    assert held.rates() == values(FIXED)


def test_a_scheduler_is_given_to_the_trainer_of_transformers(tmp_path: Path) -> None:
    set_seed(7)
    model, held = Line(), Held()
    optimizer = torch.optim.SGD(model.parameters(), lr=1)
    pair = optimizer, ScheduleLR(optimizer, TEXT, total=STEPS)
    Trainer(model, arguments(tmp_path), train_dataset=data(), callbacks=[held], optimizers=pair).train()
    assert held.rates() == values(TEXT, total=STEPS)


def test_hyper_parameters_use_each_other_and_values_are_given(tmp_path: Path) -> None:
    plan = {"lr": f"peak*({TEXT})", "weight_decay": "0.1*lr", "betas[0]": "linear(0.8, 100%, 0.9)"}
    made, held = trainer(tmp_path, schedule=plan, schedule_options={"peak": 3})
    made.train()
    assert held.rates() == values(plan["lr"], total=STEPS, peak=3)
    groups = [groups[0] for groups in held.values.values()]
    assert [g["weight_decay"] for g in groups] == values(f"0.1*({plan['lr']})", total=STEPS, peak=3)
    assert [g["betas"][0] for g in groups] == values(plan["betas[0]"], total=STEPS)


def test_a_relative_schedule_makes_factors_of_the_rate_of_the_arguments(tmp_path: Path) -> None:
    factor = "warmup(linear, 25%) >> cosine(1, 75%)"
    made, held = trainer(
        tmp_path, settings={"learning_rate": 2e-4}, schedule=factor, schedule_options={"relative": True}
    )
    made.train()
    assert held.rates() == [2e-4 * value for value in values(factor, total=STEPS)]


def test_an_epoch_is_its_updates(tmp_path: Path) -> None:
    """16 batches of 2, with accumulation over 2 of them; the run is one and a half of it."""
    text = "warmup(linear, 1ep) >> hold(rest, 0.1)"
    made, held = trainer(tmp_path, settings={"max_steps": -1, "num_train_epochs": 1.5}, schedule=text)
    made.train()
    assert held.rates() == values(text, total=STEPS, steps_per_epoch=8)


def test_what_is_bound_by_hand_stays(tmp_path: Path) -> None:
    made, held = trainer(tmp_path, schedule=TEXT, schedule_options={"total": 24})
    made.train()
    assert held.rates() == values(TEXT, total=24)


def test_another_trainer_is_made_to_follow_a_schedule(tmp_path: Path) -> None:
    class Own(Trainer):
        """Has an argument of its own."""

        def __init__(self, *args: Any, note: str, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.note = note

    class Mine(ScheduleMixin, Own):
        pass

    made, held = trainer(tmp_path, Mine, schedule=FIXED, note="kept")
    made.train()
    assert (made.note, held.rates()) == ("kept", values(FIXED))


# Mistakes


def test_a_scheduler_and_a_schedule_are_one_too_many(tmp_path: Path) -> None:
    optimizer = torch.optim.SGD(Line().parameters(), lr=1)
    with pytest.raises(ss.ScheduleError, match="`optimizers` holds a scheduler, and `schedule` is another one"):
        trainer(tmp_path, schedule=FIXED, optimizers=(optimizer, ScheduleLR(optimizer, FIXED)))


def test_epochs_of_data_without_a_length_are_not_known(tmp_path: Path) -> None:
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self) -> Any:
            return iter(data())

    made, _ = trainer(tmp_path, schedule="warmup(linear, 1ep) >> cosine(1, 100%)")
    made.train_dataset = Stream()
    with pytest.raises(ss.ScheduleError, match="`steps_per_epoch` has no value"):
        made.train()


def test_the_trainer_takes_no_schedule_by_name(tmp_path: Path) -> None:
    """Its names are a closed list."""
    with pytest.raises(ValueError, match="is not a valid SchedulerType"):
        arguments(tmp_path, lr_scheduler_type="symsched")
