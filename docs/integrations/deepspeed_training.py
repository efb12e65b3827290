"""An engine of DeepSpeed that follows a schedule, saves itself, and goes on: `deepspeed deepspeed_training.py`."""

from tempfile import mkdtemp

import deepspeed
import torch

from symsched.integrations.torch import ScheduleLR

PLAN = {"lr": "warmup(linear, 25%) >> cosine(1e-2, 75%)", "weight_decay": "0.1*lr"}
CONFIG = {"train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 2}


def engine() -> deepspeed.DeepSpeedEngine:
    model = torch.nn.Linear(2, 1)
    given = {"model": model, "optimizer": torch.optim.AdamW(model.parameters()), "config": CONFIG}
    return deepspeed.initialize(**given, lr_scheduler=lambda optimizer: ScheduleLR(optimizer, PLAN, total=12))[0]


folder, running = mkdtemp(), engine()
for batch in range(24):
    if batch == 10:
        running.save_checkpoint(folder)
        running = engine()
        running.load_checkpoint(folder)
    x = torch.randn(4, 2)
    running.backward(torch.mean((running(x) - x.sum(dim=1, keepdim=True)) ** 2))
    group = running.optimizer.param_groups[0]
    print(running.global_steps, group["lr"], group["weight_decay"])  # of the update that this batch is part of
    running.step()
