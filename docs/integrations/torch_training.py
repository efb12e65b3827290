"""Train to a step, `python torch_training.py 60`, and later go on to another: `python torch_training.py 100`."""

import sys
from pathlib import Path

import torch

from symsched.integrations.torch import ScheduleLR

FILE = Path("checkpoint.pt")
SCHEDULES = {"lr": "warmup(linear, 10%) >> cosine(1e-2, rest)", "weight_decay": "0.1*lr", "betas[1]": 0.99}

network = torch.nn.Linear(8, 1)
optimizer = torch.optim.AdamW(network.parameters())
scheduler = ScheduleLR(optimizer, SCHEDULES, total=100)
parts = {"network": network, "optimizer": optimizer, "scheduler": scheduler}
if FILE.exists():
    for name, state in torch.load(FILE, weights_only=True).items():
        parts[name].load_state_dict(state)

for step in range(scheduler.last_epoch, int(sys.argv[1])):
    print(step, optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["weight_decay"])
    batch = torch.randn(16, 8, generator=torch.Generator().manual_seed(step))
    optimizer.zero_grad()
    (network(batch) - batch.sum(1, keepdim=True)).square().mean().backward()
    optimizer.step()
    scheduler.step()
torch.save({name: part.state_dict() for name, part in parts.items()}, FILE)
