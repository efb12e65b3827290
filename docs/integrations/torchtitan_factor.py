"""Two optimizers, one factor: each has its own base rate, and what is saved is the step."""

import torch
from torch.optim.lr_scheduler import LambdaLR

import symsched

factor = symsched.parse("(rise(linear, 0, 1, 10%) >> hold(70%, 1) >> decay(cosine, 20%, 0.1))").bind(total=50)


def build(steps: int = 0) -> tuple[list[torch.optim.Optimizer], list[LambdaLR]]:
    """The optimizers and their schedulers, at a step."""
    layers = torch.nn.Linear(4, 4), torch.nn.Linear(4, 1)
    optimizers = [torch.optim.AdamW(layers[0].parameters(), lr=1e-3), torch.optim.SGD(layers[1].parameters(), lr=0.1)]
    for optimizer in optimizers:
        optimizer.param_groups[0]["initial_lr"] = optimizer.param_groups[0]["lr"]
    return optimizers, [LambdaLR(optimizer, factor, last_epoch=steps - 1) for optimizer in optimizers]


held = []
optimizers, schedulers = build()
for step in range(50):
    if step == 20:  # a restart: the step is all that it needs
        optimizers, schedulers = build(steps=schedulers[0].last_epoch)
    held.append([optimizer.param_groups[0]["lr"] for optimizer in optimizers])
    for one in (*optimizers, *schedulers):
        one.step()

assert held == [[1e-3 * factor(step), 0.1 * factor(step)] for step in range(50)]
