"""A loop of Accelerate: `accelerate launch --num_processes 2 accelerate_training.py`, or with Python alone."""

import torch
from accelerate import Accelerator

from symsched.integrations.accelerate import prepare
from symsched.integrations.torch import ScheduleLR

accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
inputs = torch.randn(400, 4)
data = torch.utils.data.DataLoader(list(zip(inputs, inputs.sum(dim=1, keepdim=True), strict=True)), batch_size=4)
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.AdamW(model.parameters())

updates = len(data) // 2 // accelerator.num_processes  # batches are accumulated, and shared among the processes
plan = {"lr": "warmup(linear, 10%) >> cosine(1e-2, 90%)", "weight_decay": "0.1*lr"}
scheduler = ScheduleLR(optimizer, plan, total=updates)
model, optimizer, data, scheduler = prepare(accelerator, model, optimizer, data, scheduler)

rates = []
for x, y in data:
    with accelerator.accumulate(model):
        accelerator.backward(torch.mean((model(x) - y) ** 2))
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()

accelerator.print(rates)  # of each batch; two of them make an update
accelerator.end_training()
