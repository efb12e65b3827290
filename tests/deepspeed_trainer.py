"""A Trainer of transformers on DeepSpeed: `deepspeed_trainer.py FOLDER own|theirs`, whose optimizer it is.

It prints the number of updates and the rate before each batch, of a run and of one that goes on from its checkpoint.
"""

from __future__ import annotations

import sys
from typing import Any

import torch
from transformers import TrainerCallback, TrainingArguments

from symsched.integrations.transformers import ScheduleTrainer

FOLDER, WHOSE = sys.argv[1:]
OPTIMIZER = {"theirs": {"optimizer": {"type": "AdamW", "params": {"lr": "auto", "torch_adam": True}}}, "own": {}}
CONFIG = {
    "train_micro_batch_size_per_gpu": "auto", "gradient_accumulation_steps": "auto",
    "zero_optimization": {"stage": 0}, **OPTIMIZER[WHOSE],
}  # fmt: skip


class Line(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": torch.mean((self.layer(x) - labels) ** 2)}


class Tell(TrainerCallback):
    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        print(state.global_step, kwargs["optimizer"].param_groups[0]["lr"])  # noqa: T201


def trainer() -> ScheduleTrainer:
    arguments = TrainingArguments(
        FOLDER, per_device_train_batch_size=2, gradient_accumulation_steps=2, max_steps=12, save_steps=5,
        report_to="none", use_cpu=True, deepspeed=CONFIG,
    )  # fmt: skip
    data = [{"x": torch.ones(2), "labels": torch.ones(1)}] * 80
    text = "warmup(linear, 25%) >> cosine(1e-2, 75%)"
    return ScheduleTrainer(Line(), arguments, train_dataset=data, schedule=text, callbacks=[Tell()])


trainer().train()
trainer().train(resume_from_checkpoint=f"{FOLDER}/checkpoint-5")
